// What a snapshot in which every setting has another value does to the main thread's event loop.
import { args, report } from "../lib/arguments.mjs";
import { summary } from "../lib/distribution.mjs";
import { LoopDelay, sleep } from "../lib/loop-delay.mjs";
import { startProducer } from "../lib/producer.mjs";
import { costOf } from "../lib/thread-cpu.mjs";
import { contender } from "./contenders.mjs";

const { who, size, times } = args;
const producer = await startProducer();
await producer.ask("load", { size });
const start = await contender(who, producer);
const consumer = start();
await consumer.ready;
const idle = new LoopDelay();
await sleep(200);
idle.start();
await sleep(500);
const { max: idleMax } = idle.stop();

const stalls = [];
const ownStalls = [];
const cpuInTick = [];
const visible = [];
const threadMs = [];
let series;
let bytes;
// The first one, during which the engine compiles, is not counted.
for (let i = 0; i <= times; i++) {
  const delay = new LoopDelay();
  const ms = await resync(delay);
  const result = delay.stop(5);
  if (i === 0) continue;
  stalls.push(result.max);
  ownStalls.push(result.ownMax);
  cpuInTick.push(result.cpuMax);
  visible.push(ms);
  // The longest of them is drawn.
  if (result.max === Math.max(...stalls)) series = result.series;
}
// CPU time apart from that: the ticks would show in it.
for (let i = 0; i < 2; i++) threadMs.push(await resync());
await consumer.close();
producer.stop();
report({
  who,
  size,
  bytes,
  idleMax,
  stall: summary(stalls),
  ownStall: summary(ownStalls),
  cpuInTick: summary(cpuInTick),
  visible: summary(visible),
  threadMs: summary(threadMs),
  series: { bucketMs: 5, values: series },
});

/** Sends a snapshot in which everything differs. Gives the ms until it can be read, or of the main thread's CPU. */
async function resync(delay) {
  const prepared = await producer.ask("prepareSnapshot");
  bytes = prepared.bytes;
  await sleep(300);
  delay?.start();
  await sleep(200);
  const cost = await costOf(async () => {
    const sending = producer.ask("send");
    while (consumer.sequenceId() !== prepared.sequenceId) await sleep(delay === undefined ? 20 : 5);
    await sending;
  });
  await sleep(Math.min(300, 100 + cost.ms / 4));
  return delay === undefined ? cost.threadMs : cost.ms;
}
