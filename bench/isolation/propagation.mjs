// Time from the producer's write to the main thread's read. The library's main thread looks in a loop that never returns to its event
// loop, with or without a nap between two looks; the in-thread consumer's must return to it, and is timed when its handler has stored the value.
import { args, report } from "../lib/arguments.mjs";
import { distribution } from "../lib/distribution.mjs";
import { stampKey } from "../lib/keys.mjs";
import { sleep } from "../lib/loop-delay.mjs";
import { startProducer } from "../lib/producer.mjs";
import { contender } from "./contenders.mjs";

const { who, size, rates, ms, napMs } = args;
const producer = await startProducer();
await producer.ask("load", { size });
const nap = new Int32Array(new SharedArrayBuffer(4));
let delays = [];
// Until the engine has compiled what is hot, which for a worker is more than for the others, and whose compiling would count as delay.
const warmUpMs = 300 + 2.4 * ms;
let onStamp;
const start = await contender(who, producer, (written) => onStamp?.(written));
const consumer = start();
await consumer.ready;

const results = [];
for (const rate of [10_000, ...rates]) {
  const isWarmUp = results.length === 0 && delays.length === 0;
  delays = [];
  const forMs = isWarmUp ? warmUpMs : ms;
  const flow = producer.ask("flow", { rate, ms: forMs });
  if (who === "library") look(consumer.handle(stampKey), forMs);
  else onStamp = (written) => delays.push(micros() - written);
  const { sequenceId } = await flow;
  while (consumer.sequenceId() !== sequenceId) await sleep(1);
  onStamp = undefined;
  if (!isWarmUp) results.push({ rate, ...distribution(delays.map((delay) => delay / 1_000)) });
}
await consumer.close();
producer.stop();
report({ who, size, napMs, rates: results });

/** Blocks the thread: looks at the handle, sleeps for a little or not at all, looks again. */
function look(handle, forMs) {
  let seen = handle.value;
  const end = performance.now() + forMs;
  while (performance.now() < end) {
    const written = handle.value;
    if (written !== seen) delays.push(micros() - written);
    seen = written;
    if (napMs > 0) Atomics.wait(nap, 0, 0, napMs);
  }
}

function micros() {
  return Number(process.hrtime.bigint() / 1_000n);
}
