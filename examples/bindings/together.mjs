/*
 * Settings that belong together: host and port are always of one state, and a change that lacks one of them is not taken.
 * Run it: node examples/bindings/together.mjs
 */
import { createConsumer } from "configstream-consumer";

const consumer = createConsumer({ clientName: "together" });
await consumer.start();
await consumer.waitReady({ timeoutMs: 30_000 });

const cfg = consumer.reader();
const db = cfg.bind(
  { host: cfg.setting("db.host").asString(), port: cfg.setting("db.port").asInt(5432) },
  { required: ["host"] },
);

function report() {
  const { host, port } = db.value; // one look for both
  console.log(`database: ${host}:${port}${db.lastError ? ", and a change was refused" : ""}`);
}

const reporting = setInterval(report, 200);

for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, async () => {
    clearInterval(reporting);
    await consumer.stop();
  });
}
