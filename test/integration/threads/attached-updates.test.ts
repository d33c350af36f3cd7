import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { createMockConsumer } from "configstream-consumer/testing";
import { expect, test } from "vitest";

const library = new URL("../../../dist/index.js", import.meta.url).href;

/** A thread that runs `body` with an attached reader `cfg`. */
function threadWith(body: string, shared: unknown): Worker {
  return new Worker(
    `const { workerData, parentPort } = require("node:worker_threads");
     import(${JSON.stringify(library)}).then(({ attachReader }) => {
       const cfg = attachReader(workerData);
       ${body}
     });`,
    { eval: true, workerData: shared },
  );
}

test("another thread is told of changes by the memory alone, and its handles too", async () => {
  const consumer = createMockConsumer({ "my_agent.port": 1, "my_agent.tls.cert": "a" });
  const thread = threadWith(
    `const stayAlive = setInterval(() => {}, 1_000);
     cfg.onUpdate(({ key, oldValue, newValue }) => parentPort.postMessage([key, oldValue, newValue]));
     cfg.setting("my_agent.tls").as((tls) => tls.cert).onChange((cert) => {
       clearInterval(stayAlive);
       parentPort.postMessage(["handle", cert, cfg.getInt("my_agent.port")]);
     });
     parentPort.postMessage("ready");`,
    consumer.share(),
  );
  const messages: unknown[] = [];
  thread.on("message", (message) => {
    messages.push(message);
    if (message === "ready") {
      consumer.set("my_agent.port", 2);
      consumer.set("my_agent.tls.cert", "b");
    }
  });
  await once(thread, "exit");
  expect(messages).toEqual(["ready", ["my_agent.port", 1, 2], ["my_agent.tls.cert", "a", "b"], ["handle", "b", 2]]);
}, 60_000);

test("a thread that only waits to be told of changes ends by itself", async () => {
  const consumer = createMockConsumer({ a: 1 });
  const thread = threadWith("cfg.onUpdate(() => {}); cfg.setting('a').asInt().onChange(() => {});", consumer.share());
  const [code] = await once(thread, "exit");
  expect(code).toBe(0);
}, 60_000);
