// A Map on this thread that a worker keeps up to date by messages. Reading it is cheap; the isolation suite measures what keeping
// it costs.
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";

export async function create(settings) {
  const mirror = { values: new Map() };
  const worker = new Worker(new URL(import.meta.url), { workerData: settings });
  await new Promise((resolve) => {
    worker.on("message", (pairs) => {
      for (const [key, value] of pairs) mirror.values.set(key, value);
      resolve();
    });
  });
  return { expression: "mirror.values.get(key)", scope: { mirror }, close: () => worker.terminate() };
}

if (!isMainThread) parentPort.postMessage(workerData.map(({ key, value }) => [key, value]));
