/** A loop that reads a setting as fast as it can, and never returns to the event loop. */

import type { Reader } from "configstream-consumer";
import type { PlannedWrite } from "../agent/control.js";
import { machineTimeMs } from "../agent/control.js";
import { medianAndMax } from "../terminal/format.js";
import type { AgentProcess } from "./agent-process.js";
import { hotKey } from "./script.js";

/** A value that the loop had not read before. */
export interface Sighting {
  readonly value: number;
  readonly atMs: number;
}

export interface LoopRun {
  readonly reads: number;
  readonly lastedMs: number;
  readonly sightings: readonly Sighting[];
}

/** Reads `handle.value` for `durationMs`. Synchronous from the first to the last read. `now` is in ms. */
export function spin(handle: { readonly value: number }, durationMs: number, now: () => number): LoopRun {
  const readsPerLook = 4_096;
  const sightings: Sighting[] = [];
  const startedAt = now();
  let seen = handle.value;
  let reads = 0;
  for (;;) {
    for (let i = 0; i < readsPerLook; i++) {
      const value = handle.value;
      if (value !== seen) {
        seen = value;
        sightings.push({ value, atMs: now() });
      }
    }
    reads += readsPerLook;
    const lastedMs = now() - startedAt;
    if (lastedMs >= durationMs) return { reads, lastedMs, sightings };
  }
}

/** What the demo shows about a run. */
export interface HotLoopSummary {
  readonly readsPerSecond: number;
  readonly lastedMs: number;
  /** Changes that the core agent made while the loop ran. */
  readonly written: number;
  /** Those of them that the loop read. */
  readonly seen: number;
  /** From the core agent's write to the loop's read. */
  readonly latencyMs: { readonly median: number; readonly max: number } | undefined;
}

const durationMs = 1_000;
const writes = 16;
const writeEveryMs = 50;
/** Each run writes other values than the one before. */
let base = 10_000;

/** Orders changes from the core agent's process, spins meanwhile, and compares what was written with what was read. */
export async function runHotLoop(agent: AgentProcess, reader: Reader): Promise<HotLoopSummary> {
  const handle = reader.setting(hotKey).asInt();
  base += writes;
  const planned: Omit<PlannedWrite, "id">[] = Array.from({ length: writes }, (_, index) => ({
    afterMs: (index + 1) * writeEveryMs,
    key: hotKey,
    value: base + index,
    source: "agent-runtime",
  }));
  const orders = agent.write(planned);
  // The order must be on its way before this thread stops serving anything.
  await new Promise((resolve) => setTimeout(resolve, 10));
  const startedAtMs = machineTimeMs();
  const run = spin(handle, durationMs, machineTimeMs);
  const endedAtMs = startedAtMs + run.lastedMs;
  const reports = await Promise.all(orders);
  const meanwhile = reports
    .map(({ atMs }, index) => ({ value: base + index, atMs }))
    .filter(({ atMs }) => atMs >= startedAtMs && atMs < endedAtMs);
  await Promise.all(agent.write([{ afterMs: 0, key: hotKey, source: "agent-runtime" }]));
  return summarize(run, meanwhile);
}

/** Joins what was written during a run with what the run read. */
export function summarize(run: LoopRun, written: readonly Sighting[]): HotLoopSummary {
  const seenAt = new Map(run.sightings.map(({ value, atMs }) => [value, atMs]));
  const latencies = written.flatMap(({ value, atMs }) => {
    const at = seenAt.get(value);
    return at === undefined ? [] : [at - atMs];
  });
  return {
    readsPerSecond: (run.reads / run.lastedMs) * 1_000,
    lastedMs: run.lastedMs,
    written: written.length,
    seen: latencies.length,
    latencyMs: medianAndMax(latencies),
  };
}
