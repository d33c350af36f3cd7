// A consumer's whole life, over real sockets and TLS.
import assert from "node:assert/strict";
import { createConsumer } from "configstream-consumer";
import { startAgent, startConsumer, suite, until } from "./support.mjs";

await suite("consumer", {
  "it becomes ready, and its getters give what the core agent has": async (after) => {
    const { options } = await startAgent(after);
    const consumer = await startConsumer(after, options);
    const reader = consumer.reader();
    assert.equal(consumer.status().state, "live");
    assert.equal(reader.getString("log_level"), "info");
    assert.equal(reader.getInt("count"), 0);
    assert.deepEqual(reader.get("labels"), { "a.b": 1 });
    assert.equal(reader.getSource("log_level"), "default");
    assert.deepEqual(reader.explain("log_level").source, "default");
  },
  "changes reach getters, handles, views, bindings, subscribers and change sets, whole and in order": async (after) => {
    const { ask, options } = await startAgent(after);
    const consumer = await startConsumer(after, options);
    const reader = consumer.reader();
    const level = reader.setting("log_level").asString();
    const bound = reader.bind({
      level: reader.setting("log_level").asString(),
      count: reader.setting("count").asInt(),
    });
    const before = reader.view();
    const seen = [];
    const sets = [];
    consumer.subscribe({ onChange: ({ key, newValue }) => seen.push([key, newValue]) });
    consumer.changeSets({ onChange: ({ view }) => sets.push([view.getString("log_level"), view.getInt("count")]) });
    for (let number = 1; number <= 20; number++) await ask("setMany", { log_level: `level ${number}`, count: number });
    await until(() => level.value === "level 20", "the last change");
    assert.deepEqual({ ...bound.value }, { level: "level 20", count: 20 });
    assert.equal(before.getString("log_level"), "info");
    await until(() => seen.at(-1)?.[1] === 20 || sets.length === 20, "the last event");
    for (const [text, number] of sets) assert.equal(text, `level ${number}`);
    assert.deepEqual(sets.at(-1), ["level 20", 20]);
    await ask("unset", "log_level");
    await until(() => level.value === "info", "the default");
  },
  "it opens a stream again after a clean end and after a restart, and keeps its settings meanwhile": async (after) => {
    const { ask, options } = await startAgent(after);
    const consumer = await startConsumer(after, options);
    const reader = consumer.reader();
    await ask("setMany", { count: 1 });
    await until(() => reader.getInt("count") === 1, "the change");
    const restarted = ask("restart", { count: 2 });
    await until(() => consumer.status().state !== "live", "the outage");
    assert.equal(reader.getInt("count"), 1);
    await restarted;
    await until(() => reader.getInt("count") === 2, "the restarted core agent's settings");
    assert.equal(consumer.status().state, "live");
  },
  "a token that is refused is named, and no settings appear": async (after) => {
    const { options } = await startAgent(after);
    const { writeFileSync } = await import("node:fs");
    const authTokenFile = `${options.authTokenFile}.other`;
    writeFileSync(authTokenFile, "not-the-token");
    const consumer = createConsumer({ ...options, authTokenFile });
    after(() => consumer.stop());
    await consumer.start();
    await assert.rejects(consumer.waitReady({ timeoutMs: 3_000 }), (error) => {
      assert.equal(error.code, "timeout");
      assert.ok(!error.message.includes("not-the-token"));
      return true;
    });
    assert.equal(consumer.status().lastError?.code, "unauthenticated");
    assert.equal(consumer.reader().getString("log_level", "none"), "none");
  },
  "guards hold a bad value back": async (after) => {
    const { ask, options } = await startAgent(after);
    const consumer = await startConsumer(after, { ...options, guards: { count: { max: 10 } } });
    const reader = consumer.reader();
    await ask("setMany", { count: 11, log_level: "debug" });
    await until(() => reader.getString("log_level") === "debug", "the other change");
    assert.equal(reader.getInt("count"), 0);
    assert.equal(consumer.status().held.length, 1);
  },
  "metrics are in the format of Prometheus": async (after) => {
    const { options } = await startAgent(after);
    const consumer = await startConsumer(after, options);
    const text = await consumer.metrics.metrics();
    assert.match(text, /^configstream_consumer_last_sequence_id/m);
  },
  "stop ends all, and reads go on": async (after) => {
    const { options } = await startAgent(after);
    const consumer = await startConsumer(after, options);
    await Promise.all([consumer.stop(), consumer.stop()]);
    assert.equal(consumer.status().state, "stopped");
    assert.equal(consumer.reader().getString("log_level"), "info");
  },
});
