/** What a consumer reports about itself, put together from shared memory alone: any thread can ask, at any time. */

import { isReady, isStopped, readCounter, readStatus } from "../memory/facts.js";
import { readHeld } from "../memory/held.js";
import { header } from "../memory/layout.js";
import { newestPublish } from "../memory/publish-meta.js";
import type { Region } from "../memory/region.js";
import { regionNow } from "../memory/region-clock.js";
import type { HeldSetting } from "../shared/held-setting.js";
import type { ErrorSummary, FileStatus, LifecycleState, StartupStep } from "../shared/types.js";
import { heartbeatAge } from "./heartbeat.js";

/** Where a consumer stands, at the moment of asking. Ages are in ms; they are reckoned by the asking thread. */
export interface ConsumerStatus {
  /** See {@link LifecycleState}. `starting` also before `start()`. */
  readonly state: LifecycleState;
  /** What the consumer waits for on its way to `live`; `done` when it is live. */
  readonly step: StartupStep;
  /** True once `waitReady` resolves: a first snapshot can be read, or cached settings in its place. Stays true. */
  readonly ready: boolean;
  /** False before `start()`. */
  readonly started: boolean;
  /** The core agent's number of the newest readable state; `undefined` before the first one. */
  readonly sequenceId: number | undefined;
  /** Name of the core agent that sent that state; `undefined` before the first one. */
  readonly origin: string | undefined;
  /** Settings that can be read. */
  readonly keys: number;
  /** Age of the last message of the stream, whatever was in it; `undefined` before the first one. */
  readonly lastMessageAgeMs: number | undefined;
  /** Age of the newest readable state; `undefined` before the first one. */
  readonly lastChangeAgeMs: number | undefined;
  /**
   * Age of the settings while they come from the cache file and not from a stream of this process: time since a stream last
   * confirmed them, `Infinity` when that is not known. `undefined` otherwise.
   */
  readonly cachedAgeMs: number | undefined;
  /** Time for which new settings have not been able to arrive; `undefined` while they can, and before anything failed. */
  readonly interruptedForMs: number | undefined;
  /** Age of the session; `undefined` while there is none. */
  readonly sessionAgeMs: number | undefined;
  /** Failed attempts since the stream was last live; 0 when all is well. */
  readonly attempt: number;
  /** Time until the next attempt begins; `undefined` when none is scheduled, 0 when it is due. */
  readonly nextAttemptInMs: number | undefined;
  /** The last failure, also after it was overcome. Holds no token, session id or value. */
  readonly lastError: ErrorSummary | undefined;
  /** `host:port` at which the core agent was found by its own configuration file; `undefined` when it is given or not known yet. */
  readonly coreAgentAddress?: string | undefined;
  /** Workers that were started in place of one that died. */
  readonly workerRestarts: number;
  /** Counts up about once a second while the worker's event loop turns: unchanged for long means that it is stuck. */
  readonly workerHeartbeat: number;
  /**
   * How long {@link workerHeartbeat} has stood still, as this thread saw it by asking for the status; `undefined` before
   * `start()`, after `stop()`, and where there is no worker. To be of use, the status must be asked for now and then. What was
   * not looked at does not count: after a pause, as of a process that was suspended, it grows from the second look on.
   */
  readonly workerHeartbeatAgeMs: number | undefined;
  /** Bytes of the shared region. */
  readonly regionBytes: number;
  /**
   * Where each configuration file stands that the settings come from; `undefined` for a consumer of a core agent. One that is missing
   * or was refused says why.
   */
  readonly configFiles?: readonly FileStatus[] | undefined;
  /**
   * Failed attempts to write the cache file while none has succeeded since the start, as with a path that is mistyped; `undefined`
   * when there are none.
   */
  readonly cacheFailedWrites?: number | undefined;
  /**
   * Settings whose newest value broke a guard, so that readers keep the last good one; never with a value. At most 100 of them; the
   * metric `configstream_consumer_held_keys` counts all.
   */
  readonly held: readonly HeldSetting[];
  /**
   * Keys of which a getter, handle or view of this thread gave its default, because their present value cannot be converted;
   * sorted, at most 100 of them. `reader.explain(key)` says more.
   */
  readonly unreadable: readonly string[];
}

/** Reads the status. `nowMs` is by the region's clock, `unreadable` what this thread's readers know. Never waits. */
export function consumerStatus(
  region: Region,
  nowMs = regionNow(region),
  unreadable: readonly string[] = [],
): ConsumerStatus {
  const engine = readStatus(region);
  const publish = newestPublish(region);
  const lastMessageAtMs = region.load64(header.lastMessageAtMs);
  const stopped = isStopped(region);
  const nextAttemptAtMs = stopped ? undefined : engine?.nextAttemptAtMs;
  const started = region.load64(header.startedAtMs) !== 0;
  const workerHeartbeat = region.load(header.heartbeat) >>> 0;
  const heartbeatAgeMs = heartbeatAge(region, workerHeartbeat, nowMs);
  region.refresh();
  return {
    state: stopped ? "stopped" : (engine?.state ?? "starting"),
    step: engine?.step ?? "credentials",
    ready: isReady(region),
    started,
    sequenceId: publish?.sequenceId,
    origin: publish?.origin,
    keys: publish?.liveKeys ?? 0,
    lastMessageAgeMs: lastMessageAtMs === 0 ? undefined : age(nowMs, lastMessageAtMs),
    lastChangeAgeMs: publish && age(nowMs, publish.atMs),
    cachedAgeMs: engine?.cachedAtMs === undefined ? undefined : age(nowMs, engine.cachedAtMs),
    interruptedForMs: engine?.interruptedSinceMs === undefined ? undefined : age(nowMs, engine.interruptedSinceMs),
    sessionAgeMs: engine?.sessionSinceMs === undefined ? undefined : age(nowMs, engine.sessionSinceMs),
    attempt: engine?.attempt ?? 0,
    nextAttemptInMs: nextAttemptAtMs === undefined ? undefined : age(nextAttemptAtMs, nowMs),
    lastError: engine?.lastError,
    coreAgentAddress: engine?.coreAgentAddress,
    workerRestarts: readCounter(region, "workerRestarts"),
    workerHeartbeat,
    workerHeartbeatAgeMs: started && !stopped && engine?.hasWorker !== false ? heartbeatAgeMs : undefined,
    regionBytes: region.bytes.length,
    cacheFailedWrites:
      readCounter(region, "cacheWrites") > 0 ? undefined : readCounter(region, "cacheWriteFailures") || undefined,
    held: readHeld(region),
    unreadable,
  };
}

/** Never negative: threads that write and read at the same moment differ by less than a millisecond. */
function age(nowMs: number, atMs: number): number {
  return Math.max(0, nowMs - atMs);
}
