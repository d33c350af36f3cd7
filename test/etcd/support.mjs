// What the tests with real etcd members share.

export const pause = (ms) => new Promise((done) => setTimeout(done, ms));

export async function until(what, holds, timeoutMs = 20_000) {
  const endMs = Date.now() + timeoutMs;
  while (!(await holds())) {
    if (Date.now() > endMs) throw new Error(`It did not come true that ${what}.`);
    await pause(20);
  }
}

export const results = { passed: 0, failed: 0 };

/** Counts and prints a promise that was kept or broken. */
export function check(promise, kept) {
  results[kept ? "passed" : "failed"] += 1;
  process.stdout.write(`${kept ? "ok" : "FAILED"}: ${promise}\n`);
}
