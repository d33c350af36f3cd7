/** The demo without a terminal: plain lines, ends by itself, and succeeds only if every step truly happened. */
import { setTimeout as delay } from "node:timers/promises";
import type { ConfigValue, ConsumerStatus } from "configstream-consumer";
import { CommandFailure } from "../exit.js";
import type { Io } from "../io.js";
import { maskSetting } from "../settings/mask.js";
import { formatBytes, formatCount, formatMillions, formatMs, formatValue } from "../terminal/format.js";
import { printable } from "../terminal/printable.js";
import { layOut, tableLine } from "../terminal/table.js";
import { type ChangeFeed, openFeed, type SeenChange } from "./change-feed.js";
import { runHotLoop } from "./hot-loop.js";
import { healthText, mainMetrics } from "./metrics.js";
import { round, type ScriptedChange, yamlKey } from "./script.js";
import { type Cleanup, checkEnded, type Stage, setUp } from "./stage.js";
import { within } from "./within.js";

/** Nothing in the demo may keep a script waiting for longer; cleaning up comes on top. */
const wholeLimitMs = 12_000;
const changeLimitMs = 3_000;
const pauseMs = 40;

export async function runPlainDemo(io: Io): Promise<void> {
  const limit = AbortSignal.timeout(wholeLimitMs);
  const signal = AbortSignal.any([io.interrupt, limit]);
  let cleanup: Cleanup | undefined;
  try {
    await runSteps(io, signal, (begun) => {
      cleanup = begun;
    });
  } catch (thrown) {
    await cleanup?.end();
    if (limit.aborted && !io.interrupt.aborted) {
      throw new CommandFailure(
        `The demo was not through after ${formatMs(wholeLimitMs)}; this machine may be too busy.`,
      );
    }
    throw thrown;
  }
  const complaints = (await cleanup?.end()) ?? [];
  checkEnded(complaints);
  io.out.write("[7/7] Stopped: consumer stopped, core agent ended with exit code 0, temporary folder removed.\n");
  io.out.write("All steps happened.\n");
}

async function runSteps(io: Io, signal: AbortSignal, begun: (cleanup: Cleanup) => void): Promise<void> {
  const say = (line: string): void => io.out.write(`${printable(line)}\n`);
  say("configstream demo: a core agent, a consumer, and settings that change.");
  const stage = await setUp(process.env, signal, begun, (info, pid, agentStartMs) => {
    const where = `${info.address}, process ${pid}`;
    say(`[1/7] Core agent listens after ${formatMs(agentStartMs)}: ${formatCount(info.settings)} settings, ${where}.`);
  });
  const { sequenceId, keys } = stage.consumer.status();
  const ready = `ready after ${formatMs(stage.readyMs)}`;
  say(`[2/7] Consumer ${ready}: ${formatCount(keys)} settings readable, sequence id ${sequenceId}.`);
  const feed = openFeed(stage.consumer, () => {});
  // A core agent that dies must end the demo at once, not by a time limit.
  const over = new AbortController();
  const work = changeSteps(stage, feed, AbortSignal.any([signal, over.signal]), say);
  const death = stage.agent.died.then((failure) => Promise.reject(failure));
  death.catch(() => {});
  try {
    await Promise.race([work, death]);
  } finally {
    feed.close();
    // No step may go on or hold the process.
    over.abort();
    work.catch(() => {});
  }
}

async function changeSteps(
  stage: Stage,
  feed: ChangeFeed,
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<void> {
  const seen: Line[] = [];
  for (const scripted of round) seen.push(await makeChange(stage, feed, scripted, signal));
  const byBoth = "seen by subscription and by getter";
  say(`[3/7] Live changes: ${seen.length} of ${round.length} ${byBoth}.`);
  for (const line of changeTable(seen)) say(`      ${line}`);
  const edit = await editYaml(stage, feed, signal);
  say(`[4/7] YAML edit: ${yamlKey} is now ${edit.value} (source ${edit.source}), readable after ${edit.latency}.`);
  say(`[5/7] Hot loop: ${await hotLoop(stage, signal)}`);
  say(`[6/7] Status: ${statusLine(stage.consumer.status())}`);
  say(`      Health: ${healthText(stage.consumer.status())}.`);
  const metrics = await mainMetrics(stage.consumer.metrics);
  say(`      Metrics: ${metrics.map(([label, value]) => `${label} ${value}`).join(", ")}.`);
}

interface Line {
  readonly key: string;
  readonly value: string;
  readonly source: string;
  readonly sequenceId: string;
  readonly latency: string;
}

async function makeChange(
  stage: Stage,
  feed: ChangeFeed,
  scripted: ScriptedChange,
  signal: AbortSignal,
): Promise<Line> {
  const { key, value, source } = scripted;
  const next = feed.next((change) => change.key === key);
  const planned = { afterMs: 0, key, source, ...(value === undefined ? {} : { value }) };
  const [report] = stage.agent.write([planned]);
  const what = `The change of ${key} was not seen in time`;
  const seen = await within(next, changeLimitMs, signal, what);
  const wrote = await within(report as NonNullable<typeof report>, changeLimitMs, signal, what);
  checkRead(seen);
  if (value !== undefined && formatValue(seen.change.newValue) !== formatValue(value)) {
    throw new CommandFailure(`The change of ${key} arrived with another value than the one that was written.`);
  }
  await delay(pauseMs, undefined, { signal });
  return lineOf(seen, seen.atMs - wrote.atMs);
}

async function editYaml(stage: Stage, feed: ChangeFeed, signal: AbortSignal): Promise<Line> {
  const next = feed.next((change) => change.key === yamlKey);
  await stage.workspace.editYaml(yamlKey, "debug");
  const writtenAtMs = await stage.workspace.yamlWrittenAtMs();
  const seen = await within(
    next,
    changeLimitMs,
    signal,
    `The edit of ${yamlKey} in the YAML file was not seen in time`,
  );
  checkRead(seen);
  if (seen.change.newValue !== "debug" || seen.change.source !== "file") {
    throw new CommandFailure(`The edit of ${yamlKey} in the YAML file did not arrive as it was made.`);
  }
  return lineOf(seen, Math.max(0, seen.atEpochMs - writtenAtMs));
}

async function hotLoop(stage: Stage, signal: AbortSignal): Promise<string> {
  const run = runHotLoop(stage.agent, stage.consumer.reader());
  const result = await within(run, 5_000, signal, "The hot loop's changes were not reported in time");
  const { readsPerSecond, lastedMs, written, seen, latencyMs } = result;
  if (latencyMs === undefined || seen * 2 < written) {
    throw new CommandFailure(`The hot loop saw only ${seen} of the ${written} changes that were made while it ran.`);
  }
  const latency = `readable after ${formatMs(latencyMs.median)} (median), ${formatMs(latencyMs.max)} (longest)`;
  const rate = `${formatMillions(readsPerSecond)} reads/s for ${formatMs(lastedMs)} without yielding`;
  return `${rate}; ${seen} of ${written} changes seen meanwhile, ${latency}.`;
}

function checkRead({ change, readByGetter }: SeenChange): void {
  if (readByGetter) return;
  throw new CommandFailure(`The getter did not give the new value of ${change.key} when its change event arrived.`);
}

function lineOf({ change }: SeenChange, latencyMs: number): Line {
  const value: ConfigValue | undefined = maskSetting(change.key, change.newValue, false);
  return {
    key: change.key,
    value: formatValue(value),
    source: change.source,
    sequenceId: String(change.sequenceId),
    latency: formatMs(latencyMs),
  };
}

function changeTable(lines: readonly Line[]): readonly string[] {
  const columns = [
    { title: "key" },
    { title: "value" },
    { title: "source" },
    { title: "sequence id", align: "right" },
    { title: "readable after", align: "right" },
  ] as const;
  const rows = lines.map(({ key, value, source, sequenceId, latency }) => [key, value, source, sequenceId, latency]);
  const layout = layOut(columns, rows, 200);
  const titles = columns.map(({ title }) => title);
  return [titles, ...rows].map((row) => tableLine(columns, layout, row).trimEnd());
}

function statusLine({ state, keys, sequenceId, attempt, workerRestarts, regionBytes }: ConsumerStatus): string {
  if (state !== "live") throw new CommandFailure(`The consumer is ${state} at the end, but should be live.`);
  const failures = `${attempt} failed attempts, ${workerRestarts} worker restarts`;
  return `${state}, ${formatCount(keys)} settings, sequence id ${sequenceId}, ${failures}, ${formatBytes(regionBytes)} of shared memory.`;
}
