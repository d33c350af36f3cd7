// Readers in other threads.
import assert from "node:assert/strict";
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { createConsumer } from "configstream-consumer";
import { startAgent, startConsumer, suite, until } from "./support.mjs";

const threadFile = new URL("reader-thread.mjs", import.meta.url);

/** A thread that has attached; `ask` gives what it reads. */
async function startThread(after, shared) {
  const worker = new Worker(threadFile, { workerData: { shared } });
  after(() => worker.terminate());
  const ask = async (question) => {
    const answered = once(worker, "message");
    worker.postMessage(question);
    const [answer] = await answered;
    return answer;
  };
  await once(worker, "message");
  return ask;
}

await suite("threads", {
  "an attached thread reads what the consumer has, and its changes": async (after) => {
    const { ask, options } = await startAgent(after);
    const consumer = await startConsumer(after, options);
    const read = await startThread(after, consumer.share());
    assert.deepEqual(await read({ key: "labels" }), { "a.b": 1 });
    await ask("setMany", { count: 7 });
    await until(() => consumer.reader().getInt("count") === 7, "the change");
    assert.equal(await read({ key: "count" }), 7);
  },
  "a thread that attached before the first snapshot waits for it without its event loop": async (after) => {
    const { options } = await startAgent(after);
    const consumer = createConsumer(options);
    after(() => consumer.stop());
    const thread = startThread(after, consumer.share());
    await consumer.start();
    const read = await thread;
    assert.equal(await read({ key: "log_level", ready: true }), "info");
  },
  "a loop that never yields sees a change": async (after) => {
    const { ask, options } = await startAgent(after);
    const consumer = await startConsumer(after, options);
    const read = await startThread(after, consumer.share());
    const looping = read({ loopUntil: 9 });
    await ask("setMany", { count: 9 });
    assert.ok((await looping) > 0);
  },
  "it can be waited for by blocking the thread": async (after) => {
    const { options } = await startAgent(after);
    const consumer = createConsumer(options);
    after(() => consumer.stop());
    void consumer.start();
    consumer.waitReadySync({ timeoutMs: 30_000 });
    assert.equal(consumer.reader().getString("log_level"), "info");
  },
  "reads in a thread go on after stop": async (after) => {
    const { options } = await startAgent(after);
    const consumer = await startConsumer(after, options);
    const read = await startThread(after, consumer.share());
    await consumer.stop();
    assert.equal(await read({ key: "log_level" }), "info");
  },
});
