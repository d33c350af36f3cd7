// What a flow of updates costs the main thread: CPU, event-loop utilisation, and delay of the event loop, at several rates.
import { args, report } from "../lib/arguments.mjs";
import { LoopDelay, sleep } from "../lib/loop-delay.mjs";
import { startProducer } from "../lib/producer.mjs";
import { costOf } from "../lib/thread-cpu.mjs";
import { contender } from "./contenders.mjs";

const { who, size, rates, cpuMs, delayMs } = args;
const producer = await startProducer();
await producer.ask("load", { size });
const start = await contender(who, producer);
const consumer = start();
await consumer.ready;
// Until the engine has compiled what is hot, which for a worker is more than for the others, and whose compiling counts as its time.
await producer.ask("flow", { rate: 10_000, ms: 300 + 3 * cpuMs });
await sleep(300);

const results = [];
for (const rate of rates) {
  const producerBefore = await producer.ask("cpu");
  const cost = await costOf(() => flowOf(rate, cpuMs));
  const producerAfter = await producer.ask("cpu");
  const delay = new LoopDelay();
  delay.start();
  await flowOf(rate, delayMs);
  results.push({
    rate,
    sent: cost.result / (cost.ms / 1_000),
    mainPercent: (cost.threadMs / cost.ms) * 100,
    processPercent: (cost.processMs / cost.ms) * 100,
    producerPercent: ((producerAfter.ms - producerBefore.ms) / cost.ms) * 100,
    utilization: cost.utilization,
    delay: delay.stop(),
  });
}
await consumer.close();
producer.stop();
report({ who, size, rates: results });

/** Lets updates flow and gives their number, once the last one can be read. */
async function flowOf(rate, ms) {
  if (rate === 0) return sleep(ms).then(() => 0);
  const { sent, sequenceId } = await producer.ask("flow", { rate, ms });
  // Seldom, because each look wakes the very thread whose rest is measured, and a worker on a busy machine may be late by many.
  while (consumer.sequenceId() !== sequenceId) await sleep(20);
  return sent;
}
