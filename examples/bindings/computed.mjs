/*
 * A value computed from several settings, once a change and not once a read; one of its inputs is judged by a schema of valibot.
 * Run it: node examples/bindings/computed.mjs
 */
import { createConsumer } from "configstream-consumer";
import * as v from "valibot";

const Limits = v.object({
  per_second: v.optional(v.pipe(v.number(), v.minValue(1)), 100),
  burst: v.optional(v.pipe(v.number(), v.minValue(1)), 1),
});

const consumer = createConsumer({ clientName: "computed", logger: console });
await consumer.start();
await consumer.waitReady({ timeoutMs: 30_000 });

const cfg = consumer.reader();
const limits = cfg.bind("limits", Limits);
const bucket = cfg.derive({ limits, workers: cfg.setting("workers").asInt(1) }, ({ limits, workers }) => {
  const share = limits.per_second / workers;
  return { refillMs: 1_000 / share, capacity: Math.ceil(share * limits.burst) };
});

bucket.onChange(({ refillMs, capacity }) => console.log(`a token each ${refillMs} ms, at most ${capacity}`), {
  now: true,
});

const working = setInterval(() => {}, 1_000);

for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, async () => {
    clearInterval(working);
    await consumer.stop();
  });
}
