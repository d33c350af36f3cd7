/** Threads that read what a consumer shares, and check it. */
import { once } from "node:events";
import { Worker } from "node:worker_threads";

const [stop, units, wrong, older, views, longest] = [0, 1, 2, 3, 4, 5];

export function startReaders(consumer, threads, keys) {
  const shared = consumer.share();
  const failures = [];
  const readers = Array.from({ length: threads }, () => {
    const counts = new Int32Array(new SharedArrayBuffer(4 * 8));
    const url = new URL("./reader-thread.mjs", import.meta.url);
    const thread = new Worker(url, { workerData: { shared, counts, keys }, execArgv: [] });
    thread.on("error", (error) => failures.push(error));
    return { thread, counts };
  });
  const sum = (word) => readers.reduce((total, { counts }) => total + Atomics.load(counts, word), 0);
  return {
    /** Passes over all keys that each thread has made. */
    passes: () => readers.map(({ counts }) => Atomics.load(counts, units)),
    totals: () => ({
      reads: sum(units) * keys,
      views: sum(views),
      wrong: sum(wrong) + failures.length,
      older: sum(older),
      longestPassMs: Math.max(0, ...readers.map(({ counts }) => Atomics.load(counts, longest))),
    }),
    async stop() {
      const exits = readers.map(({ thread }) => once(thread, "exit"));
      for (const { counts } of readers) {
        Atomics.store(counts, stop, 1);
        Atomics.notify(counts, stop);
      }
      await Promise.all(exits);
    },
  };
}
