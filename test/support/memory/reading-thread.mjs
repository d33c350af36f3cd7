// Reads for a test, in a plain worker thread or in a thread of a piscina pool.
import { parentPort, threadId, workerData } from "node:worker_threads";
import { attachReader } from "configstream-consumer";
import { workerData as pooled } from "piscina";

const cfg = attachReader(pooled?.shared ?? workerData.shared);
const handles = new Map();

/** Values of keys, by getters and by handles that are kept, after waiting for the first snapshot when asked to. */
export function read({ keys, waitMs }) {
  if (waitMs !== undefined) cfg.waitReadySync({ timeoutMs: waitMs });
  for (const key of keys) {
    if (!handles.has(key))
      handles.set(
        key,
        cfg.setting(key).as((value) => value),
      );
  }
  const view = cfg.view();
  return {
    threadId,
    state: cfg.status().state,
    byGetter: keys.map((key) => cfg.get(key)),
    byHandle: keys.map((key) => handles.get(key).value),
    byView: keys.map((key) => view.get(key)),
  };
}

if (pooled === undefined) parentPort.on("message", (question) => parentPort.postMessage(read(question)));
