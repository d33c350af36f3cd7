// Small consumers beside each other in one thread, which loads the code once.

import { createInterface } from "node:readline";
import { PassThrough } from "node:stream";
import { parentPort } from "node:worker_threads";
import { consume } from "./small-consumer.mjs";

const inputs = new Map();

parentPort.on("message", async ({ id, fault, env, text }) => {
  if (env === undefined) {
    const input = inputs.get(id);
    return text === undefined ? input.end() : input.write(text);
  }
  const input = new PassThrough();
  inputs.set(id, input);
  const say = (stream) => (said) => parentPort.postMessage({ id, stream, text: said });
  await consume({ fault, env, lines: createInterface({ input }), write: say("stdout"), complain: say("stderr") });
  inputs.delete(id);
  parentPort.postMessage({ id });
});
