/** An engine in this thread over the real transport, and all that it reports. */
import type { CounterName } from "../../../src/memory/counters.js";
import { systemClock } from "../../../src/shared/clock.js";
import type { EngineParams } from "../../../src/shared/params.js";
import { createEngine, type Engine } from "../../../src/worker/engine/engine.js";
import { createGrpcTransport } from "../../../src/worker/link/transport.js";
import type { EnginePorts, EngineStatus, Publication } from "../../../src/worker/ports.js";
import { testParams } from "./engine-bench.js";

export interface RecordedEngine {
  readonly engine: Engine;
  readonly publications: readonly Publication[];
  readonly statuses: readonly EngineStatus[];
  last(): EngineStatus | undefined;
  count(name: CounterName): number;
}

/** Starts an engine that reconnects within some ten ms. Stop `engine` at the end. */
export function startRecordedEngine(
  changes: Partial<EngineParams>,
  credentials: (params: EngineParams) => EnginePorts["credentials"],
): RecordedEngine {
  const params: EngineParams = {
    ...testParams,
    backoff: { ...testParams.backoff, initialMs: 20, floorMs: 10, maxMs: 50 },
    ...changes,
  };
  const publications: Publication[] = [];
  const statuses: EngineStatus[] = [];
  const counts = new Map<CounterName, number>();
  const engine = createEngine(params, {
    clock: systemClock,
    random: Math.random,
    transport: createGrpcTransport(params),
    credentials: credentials(params),
    states: {
      show(publication, commit) {
        publications.push(publication);
        commit([]);
      },
    },
    status: {
      set: (status) => statuses.push(status),
      count: (name, by = 1) => counts.set(name, (counts.get(name) ?? 0) + by),
      messageReceived() {},
    },
    sessionIdProvider: undefined,
    log() {},
  });
  engine.start();
  return { engine, publications, statuses, last: () => statuses.at(-1), count: (name) => counts.get(name) ?? 0 };
}
