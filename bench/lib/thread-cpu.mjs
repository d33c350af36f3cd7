// CPU time of this process's main thread, without that of its other threads, and how long it waited for a core.
import { openSync, readFileSync, readSync } from "node:fs";

const schedstat = `/proc/self/task/${process.pid}/schedstat`;

function fromKernel() {
  return Number(readFileSync(schedstat, "utf8").split(" ", 1)[0]) / 1e6;
}

function fromNode() {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1e3;
}

/** Where the numbers come from; `undefined` when this system tells nobody. */
export const threadCpuSource = (() => {
  if (process.threadCpuUsage !== undefined) return "process.threadCpuUsage";
  try {
    fromKernel();
    return "the kernel's schedstat";
  } catch {
    return undefined;
  }
})();

/** Milliseconds of CPU that the main thread has used; NaN where nobody tells. */
export const threadCpuMs =
  process.threadCpuUsage !== undefined ? fromNode : threadCpuSource === undefined ? () => Number.NaN : fromKernel;

/**
 * A clock of the ms that the main thread was ready to run and got no core, since other threads had them all; `undefined` where
 * the kernel does not tell. Cheap enough for every tick.
 */
export function coreWaitClock() {
  let file;
  try {
    file = openSync(schedstat);
  } catch {
    return undefined;
  }
  const bytes = Buffer.alloc(64);
  return () => Number(bytes.latin1Slice(0, readSync(file, bytes, 0, 64, 0)).split(" ")[1]) / 1e6;
}

/** Runs `work` and tells what it cost: ms of the clock, of the main thread, of all threads, and event-loop utilisation. */
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
