/*
 * A pool that is rebuilt when its settings change, judged by a schema of zod: what does not pass leaves the pool as it is.
 * Run it: node examples/bindings/pool.mjs
 */
import { createConsumer } from "configstream-consumer";
import * as z from "zod";

const Db = z.object({
  host: z.string().min(1),
  port: z.int().min(1).max(65_535).default(5432),
  pool_size: z.int().min(1).max(100).default(4),
});

/** Stands for the pool of a driver. */
class Pool {
  #name;

  constructor({ host, port, pool_size: size }) {
    this.#name = `${size} connections to ${host}:${port}`;
    console.log(`opened ${this.#name}`);
  }

  async close() {
    console.log(`closed ${this.#name}`);
  }
}

const consumer = createConsumer({ clientName: "pool", logger: console });
await consumer.start();
await consumer.waitReady({ timeoutMs: 30_000 });

const db = consumer.reader().bind("db", Db);
let pool;
// With the first pool made by the listener too, no change can fall between a first look and the listening.
db.onChange(
  async (settings) => {
    const before = pool;
    // The new one first, because a caller that takes a connection meanwhile gets it from there.
    pool = new Pool(settings);
    await before?.close();
  },
  { now: true },
);

const working = setInterval(() => {}, 1_000);

for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, async () => {
    clearInterval(working);
    await pool.close();
    await consumer.stop();
  });
}
