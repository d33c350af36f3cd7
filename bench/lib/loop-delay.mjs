// How late the event loop is, tick by tick: a timer of 1 ms, and by how much each tick came later than that. Costs about half a
// percent of a core, so CPU time is measured separately. `monitorEventLoopDelay` of Node.js counts the same way, but keeps
// neither time nor order, and a picture over time needs both.
import { distribution } from "./distribution.mjs";
import { coreWaitMs, threadCpuMs } from "./thread-cpu.mjs";

export class LoopDelay {
  #at = [];
  #delays = [];
  #timer;
  /** The longest delay, minus the time in it for which the thread waited for a core. */
  #ownMax = 0;
  /** The most CPU time that the thread used between two ticks, in ms. */
  #cpuMax = 0;

  start() {
    let last = performance.now();
    let lastWaited = coreWaitMs();
    let lastCpu = threadCpuMs();
    const begun = last;
    this.#timer = setInterval(() => {
      const now = performance.now();
      this.#at.push(now - begun);
      const delay = Math.max(0, now - last - 1);
      this.#delays.push(delay);
      last = now;
      const waited = coreWaitMs();
      this.#ownMax = Math.max(this.#ownMax, delay - (waited - lastWaited));
      lastWaited = waited;
      const cpu = threadCpuMs();
      this.#cpuMax = Math.max(this.#cpuMax, cpu - lastCpu);
      lastCpu = cpu;
    }, 1);
  }

  /** Quantiles in ms, and the greatest delay of each `bucketMs` as a series. */
  stop(bucketMs = 20) {
    clearInterval(this.#timer);
    const series = [];
    for (let i = 0; i < this.#delays.length; i++) {
      // A late tick covers all the time since the one before it.
      const from = Math.floor((this.#at[i] - this.#delays[i] - 1) / bucketMs);
      const to = Math.floor(this.#at[i] / bucketMs);
      for (let bucket = Math.max(0, from); bucket <= to; bucket++) {
        series[bucket] = Math.max(series[bucket] ?? 0, this.#delays[i]);
      }
    }
    return {
      ...distribution(this.#delays),
      ownMax: this.#ownMax,
      cpuMax: this.#cpuMax,
      bucketMs,
      series: Array.from(series, (delay) => rounded(delay ?? 0)),
    };
  }
}

export function sleep(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function rounded(ms) {
  return Number(ms.toFixed(2));
}
