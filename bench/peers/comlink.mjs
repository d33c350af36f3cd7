// A question to a worker that holds the settings: what reading costs when nothing is shared.
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { expose, wrap } from "comlink";
import nodeEndpoint from "comlink/dist/esm/node-adapter.mjs";

export async function create(settings) {
  const worker = new Worker(new URL(import.meta.url), { workerData: settings });
  const api = wrap(nodeEndpoint(worker));
  return { expression: "await api.get(key)", scope: { api }, close: () => worker.terminate() };
}

if (!isMainThread) {
  const values = new Map(workerData.map(({ key, value }) => [key, value]));
  expose({ get: (key) => values.get(key) }, nodeEndpoint(parentPort));
}
