/*
 * A pool of threads that read one configuration. Each thread attaches to the same memory, once; from then on a task reads
 * the newest settings without a message. Run it: node examples/worker-pool/main.mjs
 */
import { createConsumer } from "configstream-consumer";
import { Piscina } from "piscina";

const consumer = createConsumer({ clientName: "shop" });
await consumer.start();
await consumer.waitReady({ timeoutMs: 30_000 });

const pool = new Piscina({
  filename: new URL("task.mjs", import.meta.url).href,
  maxThreads: 2,
  workerData: consumer.share(),
});

async function quote() {
  const prices = await Promise.all([100, 200, 300, 400].map((price) => pool.run(price, { name: "discounted" })));
  console.log(`discounted: ${prices.join(", ")}`);
}

await quote();
const quoting = setInterval(quote, 1_000);

for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, async () => {
    clearInterval(quoting);
    await pool.destroy();
    await consumer.stop();
  });
}
