// As reads.mjs, in a bundle that has the worker as a file beside it.
import { createConsumer, InvalidOptionError } from "configstream-consumer";

const workerUrl = new URL("./worker.mjs", import.meta.url);
const [, , , lastLevel] = process.argv;
try {
  createConsumer({ clientName: "bundled", workerUrl: "./worker.mjs" });
} catch (error) {
  console.log(error instanceof InvalidOptionError, error.name, error.code);
}
const service = setInterval(() => {}, 1_000);
const consumer = createConsumer({ clientName: "bundled", workerUrl });
const changes = consumer.subscribe({ key: "log_level" });
await consumer.start();
await consumer.waitReady({ timeoutMs: 60_000 });
console.log("metrics:", /state{client="bundled",state="live"} 1/.test(await consumer.metrics.metrics()));
console.log("port:", consumer.reader().getInt("my_agent.port"));
for await (const change of changes) {
  console.log("log_level:", change.newValue);
  if (change.newValue === lastLevel) break;
}
await consumer.stop();
clearInterval(service);
