// Measures loops side by side: every round measures each subject once, so that what the machine does meanwhile hits all.
import { do_not_optimize, measure } from "mitata";
import { summary } from "./distribution.mjs";

/**
 * `loops`: name → loop of loops.mjs. Gives name → { median, low, high } in nanoseconds a read: the median, least and greatest
 * of the rounds' medians.
 */
export async function compare(loops, { rounds, cpuMs }) {
  const medians = new Map(Object.keys(loops).map((name) => [name, []]));
  const options = { min_cpu_time: cpuMs * 1e6, min_samples: 12, gc: false };
  for (let round = 0; round <= rounds; round++) {
    for (const [name, loop] of Object.entries(loops)) {
      const run = isAsync(loop) ? async () => do_not_optimize(await loop()) : () => do_not_optimize(loop());
      const stats = await measure(run, isAsync(loop) ? options : { ...options, min_samples: 20, batch_samples: 64 });
      // The first round warms up.
      if (round > 0) medians.get(name).push(stats.p50 / loop.reads);
    }
  }
  return Object.fromEntries([...medians].map(([name, values]) => [name, summary(values)]));
}

/** What one call of an empty loop costs the harness, for each read that a loop makes. */
export async function harnessOverhead(loop, options) {
  const { empty } = await compare({ empty: Object.assign(() => 1, { reads: loop.reads }) }, options);
  return empty;
}

function isAsync(loop) {
  return loop.constructor.name === "AsyncFunction";
}
