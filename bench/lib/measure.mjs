// Measures loops side by side: every round measures each subject once, so that what the machine does meanwhile hits all.
import { do_not_optimize, measure } from "mitata";

/** Reads per call of a loop: the harness's own cost per read is one call divided by this. */
export const readsPerCall = 1_000;

/**
 * `loops`: name → function that does `readsPerCall` reads and returns what it summed up, so that nothing is left out.
 * Gives name → { median, low, high } in nanoseconds a read: the median, least and greatest of the rounds' medians.
 */
export async function compare(loops, { rounds, cpuMs }) {
  const medians = new Map(Object.keys(loops).map((name) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const [name, loop] of Object.entries(loops)) {
      const stats = await measure(() => do_not_optimize(loop()), {
        min_cpu_time: cpuMs * 1e6,
        min_samples: 20,
        batch_samples: 64,
        gc: false,
      });
      // The first round warms up.
      if (round > 0) medians.get(name).push(stats.p50 / readsPerCall);
    }
  }
  return Object.fromEntries([...medians].map(([name, values]) => [name, summary(values)]));
}

/** Median and range of some numbers. */
export function summary(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return { median: sorted[Math.floor(sorted.length / 2)], low: sorted[0], high: sorted.at(-1), samples: sorted.length };
}
