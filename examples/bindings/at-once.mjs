/*
 * What is to be so from the beginning, and after each change: `now: true` calls the listener at once, so that there is one place
 * for both. Run it: node examples/bindings/at-once.mjs
 */
import { createConsumer } from "configstream-consumer";

const consumer = createConsumer({ clientName: "at-once" });
await consumer.start();
await consumer.waitReady({ timeoutMs: 30_000 });

const cfg = consumer.reader();
const features = cfg.bind({
  banner: cfg.setting("features.banner").asBool(),
  search: cfg.setting("features.search").asBool(),
});

const told = features.onChange(
  (now, before) => {
    const names = Object.keys(now).filter((name) => now[name] !== (before?.[name] ?? false));
    console.log(
      names.length === 0 ? "all is off" : names.map((name) => `${name} is ${now[name] ? "on" : "off"}`).join(", "),
    );
  },
  { now: true },
);

const working = setInterval(() => {}, 1_000);

for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, async () => {
    clearInterval(working);
    told.unsubscribe();
    await consumer.stop();
  });
}
