/**
 * A consumer in a process of its own that does with each setting all that an application can: reads it by every getter,
 * subscribes to it, keeps it in a cache, and shows it. Answers each message with the result.
 */
import { monitorEventLoopDelay } from "node:perf_hooks";
import { inspect } from "node:util";
import { checkHealth, createConsumer } from "../../../dist/index.js";

const consumer = createConsumer(JSON.parse(process.argv[2]));
const reader = consumer.reader();
const getters = [];
for (let face = reader; face !== Object.prototype; face = Object.getPrototypeOf(face)) {
  getters.push(...Object.getOwnPropertyNames(face).filter((name) => /^get[A-Z]/.test(name) && name !== "getProxies"));
}
if (getters.length < 15) throw new Error(`Only ${getters.length} getters were found.`);
const delay = monitorEventLoopDelay({ resolution: 5 });
let told = 0;
let changes = 0;

consumer.subscribe({
  onChange({ key, newValue }) {
    changes++;
    if (key === "good") told = newValue;
    for (const name of getters) reader[name](key);
    reader.getProxies();
    inspect(reader.explain(key));
    reader.getSubfields(key);
  },
});
process.on("message", async (message) => {
  if (message === "measure") delay.reset();
  process.send({
    good: reader.getInt("good"),
    told,
    map: Object.entries(reader.get("hostile.map") ?? {}),
    changes,
    longestMs: delay.max / 1e6,
    rssMiB: process.memoryUsage.rss() / 2 ** 20,
    status: consumer.status(),
    live: checkHealth(consumer.status()).live,
    metrics: (await consumer.metrics.getMetricsAsJSON()).map(({ name, values }) => [name, values[0]?.value ?? 0]),
  });
});
process.on("disconnect", () => process.exit(0));
await consumer.start();
await consumer.waitReady();
delay.enable();
process.stdout.write("ready\n");
