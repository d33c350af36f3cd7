// How many updates a second get through, when they come as fast as they are taken.
import { args, report } from "../lib/arguments.mjs";
import { summary } from "../lib/distribution.mjs";
import { sleep } from "../lib/loop-delay.mjs";
import { startProducer } from "../lib/producer.mjs";
import { costOf } from "../lib/thread-cpu.mjs";
import { contender } from "./contenders.mjs";

const { who, size, updates, times } = args;
const producer = await startProducer();
await producer.ask("load", { size });
const start = await contender(who, producer);
const consumer = start();
await consumer.ready;

const rates = [];
const producerShares = [];
// The first one, during which the engine compiles, is not counted.
for (let i = 0; i <= times; i++) {
  const { sequenceId } = await producer.ask("prepareUpdates", { count: updates });
  await sleep(200);
  const before = await producer.ask("cpu");
  const { ms } = await costOf(async () => {
    const sending = producer.ask("send");
    while (consumer.sequenceId() !== sequenceId) await sleep(1);
    await sending;
  });
  const after = await producer.ask("cpu");
  if (i === 0) continue;
  rates.push(updates / (ms / 1_000));
  producerShares.push(((after.ms - before.ms) / ms) * 100);
}
await consumer.close();
producer.stop();
report({ who, size, updates, rate: summary(rates), producerPercent: summary(producerShares) });
