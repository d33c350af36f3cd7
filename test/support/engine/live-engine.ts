/** An engine in this thread over the real transport, and a record of what it makes visible. */
import { setTimeout as delay } from "node:timers/promises";
import type { CoreAgent } from "../../../packages/configstream/src/core-agent/index.js";
import type { CounterName } from "../../../src/memory/counters.js";
import { systemClock } from "../../../src/shared/clock.js";
import { ConfigStreamError } from "../../../src/shared/errors.js";
import type { EngineParams } from "../../../src/shared/params.js";
import type { ResolvedSetting } from "../../../src/shared/types.js";
import { createEngine } from "../../../src/worker/engine/engine.js";
import { createCredentialsReader } from "../../../src/worker/link/credentials.js";
import { createGrpcTransport, quietGrpcLog } from "../../../src/worker/link/transport.js";
import type { EngineStatus, Publication } from "../../../src/worker/ports.js";
import { saw } from "../secret-net/net.js";
import { testParams } from "./engine-bench.js";

export interface LiveEngine {
  /** What readers see, from all publications. */
  readonly visible: ReadonlyMap<string, ResolvedSetting>;
  /** Sequence id of the last publication; `undefined` before the first. */
  readonly sequenceId: number | undefined;
  readonly publications: number;
  readonly status: EngineStatus | undefined;
  /** Every state in which the engine has been since the last call. */
  takeStates(): string[];
  count(name: CounterName): number;
  /** While true, every publication is refused as too large. */
  refuse: boolean;
  stop(): Promise<void>;
}

/** The smallest back-off that makes sense over the loopback. */
export const quickBackoff: EngineParams["backoff"] = {
  initialMs: 5,
  floorMs: 1,
  maxMs: 10,
  factor: 2,
  resetAfterMs: 60_000,
};

/** Starts an engine against a core agent. */
export function startLiveEngine(agent: CoreAgent, changes: Partial<EngineParams> = {}): LiveEngine {
  quietGrpcLog();
  const params: EngineParams = {
    ...testParams,
    coreAgentAddress: agent.address,
    authTokenFile: agent.authTokenFile,
    ipcCertFile: agent.ipcCertFile,
    callTimeoutMs: 2_000,
    resyncTimeoutMs: 50,
    backoff: quickBackoff,
    ...changes,
  };
  const visible = new Map<string, ResolvedSetting>();
  const counts = new Map<CounterName, number>();
  let status: EngineStatus | undefined;
  let states: string[] = [];
  let sequenceId: number | undefined;
  let publications = 0;
  const publish = (publication: Publication): void => {
    if (live.refuse) throw new ConfigStreamError("limit_exceeded", "Too large for the test.");
    sequenceId = publication.sequenceId;
    publications++;
    for (const { key, setting } of publication.changes) {
      if (setting === undefined) visible.delete(key);
      else visible.set(key, setting);
    }
  };
  const engine = createEngine(
    params,
    {
      clock: systemClock,
      random: Math.random,
      transport: createGrpcTransport(params),
      credentials: createCredentialsReader(params, systemClock),
      states: {
        show(publication, commit) {
          publish(publication);
          commit([]);
        },
      },
      status: {
        set: (next) => {
          status = next;
          saw("status", JSON.stringify(next));
          states.push(next.state);
        },
        count: (name, by = 1) => counts.set(name, (counts.get(name) ?? 0) + by),
        messageReceived() {},
      },
      sessionIdProvider: undefined,
      log: (_level, message) => saw("log", message),
    },
    { reopeningIntervalMs: 50 },
  );
  const live: LiveEngine = {
    visible,
    refuse: false,
    get sequenceId() {
      return sequenceId;
    },
    get publications() {
      return publications;
    },
    get status() {
      return status;
    },
    takeStates() {
      const taken = states;
      states = [];
      return taken;
    },
    count: (name) => counts.get(name) ?? 0,
    stop: () => engine.stop(),
  };
  engine.start();
  return live;
}

/** Waits for a condition; the test's own time limit bounds it. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await delay(1);
}

/** True when the engine is live and has published the core agent's newest state. */
export function isInStep(engine: LiveEngine, agent: CoreAgent): boolean {
  return engine.status?.state === "live" && engine.sequenceId === agent.sequenceId && agent.status().subscribers === 1;
}

/** The values of all settings. */
export function valuesOf(settings: ReadonlyMap<string, ResolvedSetting>): Map<string, unknown> {
  return new Map([...settings].map(([key, { value }]) => [key, value]));
}
