// Time to ready, the loading of code included on both sides, and what memory it takes.
import { args, report } from "../lib/arguments.mjs";
import { collectAll } from "../lib/collect.mjs";
import { sleep } from "../lib/loop-delay.mjs";
import { memoryNow } from "../lib/memory.mjs";
import { startProducer } from "../lib/producer.mjs";
import { contender } from "./contenders.mjs";

const { who, size } = args;
const producer = await startProducer();
const { settings, bytes } = await producer.ask("load", { size });
// Also loads what collecting needs, so that it is no part of the difference.
await collectAll();
const before = process.memoryUsage();
const begun = performance.now();
const start = await contender(who, producer);
const loaded = performance.now();
const consumer = start();
await consumer.ready;
const ready = performance.now();
await sleep(300);
const { most } = memoryNow();
await collectAll();
await sleep(300);
const { pss } = memoryNow();
const after = process.memoryUsage();
const regionBytes = consumer.regionBytes?.() ?? 0;
await consumer.close();
producer.stop();
report({
  who,
  size: settings,
  bytes,
  loadMs: loaded - begun,
  startMs: ready - loaded,
  ms: ready - begun,
  memory: {
    region: regionBytes,
    main: after.heapUsed + after.external - before.heapUsed - before.external,
    all: after.rss - before.rss,
    most: most * 2 ** 20 - before.rss,
    pss: pss * 2 ** 20,
  },
});
