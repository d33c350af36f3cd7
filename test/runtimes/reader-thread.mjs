// A thread that answers questions about the settings that it was attached to.
import { parentPort, workerData } from "node:worker_threads";
import { attachReader } from "configstream-consumer";

const reader = attachReader(workerData.shared);
const count = reader.setting("count").asInt();

parentPort.on("message", ({ key, ready, loopUntil }) => {
  if (ready) reader.waitReadySync({ timeoutMs: 30_000 });
  if (loopUntil === undefined) parentPort.postMessage(reader.get(key));
  else {
    let iterations = 0;
    while (count.value !== loopUntil) iterations += 1;
    parentPort.postMessage(iterations + 1);
  }
});
parentPort.postMessage("attached");
