// Work at a rate, in one go a millisecond.

/** Calls `work` `rate` times a second for `ms`. Gives how often that was, and the CPU time of the process, in ms. */
export async function atRate({ rate, ms }, work) {
  const before = process.cpuUsage();
  const start = performance.now();
  let done = 0;
  for (;;) {
    const passed = performance.now() - start;
    const due = Math.floor((Math.min(passed, ms) / 1_000) * rate);
    for (; done < due; done++) work();
    if (passed >= ms) break;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const { user, system } = process.cpuUsage(before);
  return { done, cpuMs: (user + system) / 1_000 };
}
