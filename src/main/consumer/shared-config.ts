/** What `consumer.share()` gives: enough for another thread to read. */

import { InvalidOptionError } from "../../shared/errors.js";
import { described } from "../../shared/options/option-checks.js";
import type { SharedMemory } from "../../shared/types.js";

const kind = "configstream-consumer/shared";

/** A consumer's settings for other threads. Post it, or pass it as `workerData`; it is shared, not copied. */
export interface SharedConfig {
  readonly kind: typeof kind;
  readonly memory: SharedMemory;
  /** Name of the remote agent, the `client` label of metrics. */
  readonly clientName: string;
  /** `host:port` of the core agent, for errors. */
  readonly coreAgentAddress: string;
  /** Default time limit of waits, in ms. */
  readonly readyTimeoutMs: number;
  /** Keys that must be there before waits for readiness are over. */
  readonly required?: readonly string[];
}

/** Makes the postable value. */
export function sharedConfig(facts: Omit<SharedConfig, "kind">): SharedConfig {
  return { kind, ...facts };
}

/** Refuses what did not come from `share()`, or is no longer what it was. */
export function checkShared(shared: SharedConfig): void {
  if (typeof shared !== "object" || shared === null || shared.kind !== kind) {
    throw new InvalidOptionError(
      `attachReader expects the value of consumer.share(), but was given ${described(shared)}.`,
    );
  }
  // By its name, because a test runner may have another SharedArrayBuffer for each file.
  if (Object.prototype.toString.call(shared.memory?.buffer) !== "[object SharedArrayBuffer]") {
    throw new InvalidOptionError(
      "attachReader was given a value of consumer.share() that has lost its memory on the way. Memory is shared between " +
        "threads of one process only: pass the value by postMessage or workerData, not as JSON or to another process.",
    );
  }
}
