// CPU time of this process's main thread, without that of its other threads.
import { readFileSync } from "node:fs";

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
