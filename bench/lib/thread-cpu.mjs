// CPU time of this process's main thread, without that of its other threads, and how long it waited for a core.
import { openSync, readSync } from "node:fs";

/** The kernel's figures: ms that the thread has run, and that it waited for a core. `undefined` where there is none. */
const kernelTimes = (() => {
  let file;
  try {
    file = openSync(`/proc/self/task/${process.pid}/schedstat`);
  } catch {
    return undefined;
  }
  const bytes = Buffer.alloc(64);
  return () => {
    const length = readSync(file, bytes, 0, bytes.length, 0);
    return bytes
      .toString("latin1", 0, length)
      .split(" ", 2)
      .map((ns) => Number(ns) / 1e6);
  };
})();

function fromNode() {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1e3;
}

/** Where the CPU time comes from; `undefined` when this system does not report it. */
export const threadCpuSource =
  process.threadCpuUsage !== undefined ? "process.threadCpuUsage" : kernelTimes && "the kernel's schedstat";

/** Milliseconds of CPU that the main thread has used; NaN where the system does not report it. */
export const threadCpuMs = process.threadCpuUsage !== undefined ? fromNode : () => kernelTimes?.()[0] ?? Number.NaN;

/**
 * Milliseconds that the main thread was ready to run and got no core, because other threads had them all; NaN where the system
 * does not report it. Cheap enough for every tick.
 */
export const coreWaitMs = () => kernelTimes?.()[1] ?? Number.NaN;

/** Runs `work` and gives what it cost: ms of the clock, of the main thread, of all threads, and event-loop utilisation. */
export async function costOf(work) {
  const loop = performance.eventLoopUtilization();
  const cpu = process.cpuUsage();
  const thread = threadCpuMs();
  const start = performance.now();
  const result = await work();
  const ms = performance.now() - start;
  const threadMs = threadCpuMs() - thread;
  const { user, system } = process.cpuUsage(cpu);
  const { utilization } = performance.eventLoopUtilization(loop);
  return { result, ms, threadMs, processMs: (user + system) / 1_000, utilization };
}
