// The worker of the mirror that is kept by messages: the same bare stream, its settings posted to the main thread by
// structured clone; all that one turn of the event loop has brought goes in one message.
import { parentPort, workerData } from "node:worker_threads";
import { openBareStream } from "./bare-stream.mjs";
import { Mirror } from "./mirror.mjs";

const mirror = new Mirror();
let waiting = [];
const post = () => {
  parentPort.postMessage({ pairs: waiting, isWhole: false, sequenceId: mirror.sequenceId });
  waiting = [];
};
openBareStream(workerData, (event) => {
  const { pairs, isWhole } = mirror.apply(event);
  if (isWhole) {
    waiting = [];
    parentPort.postMessage({ pairs, isWhole, sequenceId: mirror.sequenceId });
    return;
  }
  if (waiting.length === 0) setImmediate(post);
  waiting.push(pairs[0]);
});
