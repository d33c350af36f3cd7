/** A cluster of three processes with a consumer each, whose primary scrapes them through prom-client's `AggregatorRegistry`. */
import cluster from "node:cluster";
import { createRequire } from "node:module";
import { createConsumer } from "../../../dist/index.js";

const { AggregatorRegistry, Registry } = createRequire(import.meta.url)("prom-client");
const workers = 3;

if (cluster.isPrimary) {
  const registry = new AggregatorRegistry();
  for (let made = 0; made < workers; made++) cluster.fork();
  let ready = 0;
  cluster.on("message", (_worker, message) => {
    if (message === "started" && ++ready === workers) process.stdout.write("started\n");
  });
  process.on("message", async ({ scrape, tell }) => {
    if (tell !== undefined) for (const worker of Object.values(cluster.workers)) worker.send(tell);
    if (scrape) process.send({ text: await registry.clusterMetrics() });
    else process.send({});
  });
  process.on("disconnect", () => process.exit(0));
} else {
  let thread;
  process.on("worker", (worker) => {
    thread = worker;
  });
  const registry = new Registry();
  AggregatorRegistry.setRegistries(registry);
  new AggregatorRegistry();
  const consumer = createConsumer({ ...JSON.parse(process.argv[2]), registry });
  // Nothing is taken from it.
  const subscribe = () => void consumer.subscribe({ bufferSize: 1 });
  process.on("message", (message) => {
    if (message === "subscribe") subscribe();
    if (message === "die") void thread.terminate();
    if (message === "damage") damage();
  });
  /** What a defect of this library would do: damages the bytes of a value that has not been read yet. */
  const damage = () => {
    const bytes = Buffer.from(consumer.share().memory.buffer);
    for (let at = bytes.indexOf("to-be-damaged"); at >= 0; at = bytes.indexOf("to-be-damaged", at + 1)) bytes[at] = 88;
    for (let read = 0; read < 10; read++) consumer.reader().getString("damaged");
  };
  await consumer.start();
  process.send("started");
}
