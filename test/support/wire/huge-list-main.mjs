/** Decodes one message whose value is a list of nulls, here and in a worker with a small heap, and prints what came of it. */
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { readEvent } from "../../../dist/wire/event-decoder.js";

function field(tag, payload) {
  const length = [];
  for (let rest = payload.length; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) {
      length.push(rest);
      break;
    }
    length.push((rest % 128) | 128);
  }
  return Buffer.concat([Buffer.from([tag, ...length]), payload]);
}

function message(bytes) {
  const list = field(0x32, Buffer.alloc(bytes, Buffer.from([0x0a, 0x02, 0x08, 0x00])));
  const setting = Buffer.concat([field(0x12, Buffer.from("a.list")), field(0x1a, list)]);
  return field(0x12, field(0x1a, setting));
}

function outcome(mebibytes) {
  try {
    return `${readEvent(message(mebibytes * 2 ** 20)).setting.value.length} elements`;
  } catch (error) {
    return `${error.code}: ${error.message}`;
  }
}

if (isMainThread) {
  const worker = new Worker(new URL(import.meta.url), {
    workerData: 40,
    resourceLimits: { maxOldGenerationSizeMb: 256 },
  });
  worker.once("message", (inWorker) => {
    process.stdout.write(`${JSON.stringify({ inWorker, inMain: outcome(100), small: outcome(1) })}\n`);
  });
} else {
  parentPort.postMessage(outcome(workerData));
}
