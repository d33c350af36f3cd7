/** The id of this process's life, by which a core agent distinguishes a restarted remote agent from one that registers again. */

/** By a global name, so that two copies of this package in one process give the same. */
const key = Symbol.for("configstream-consumer/process-instance-id");

/** The same at every call, in this thread; the thread that makes a consumer passes it on to the worker. */
export function processInstanceId(): string {
  const here = globalThis as { [key]?: string };
  // Not by importing node:crypto, which adds some MiB to a process that may never make a consumer.
  here[key] ??= globalThis.crypto.randomUUID();
  return here[key];
}
