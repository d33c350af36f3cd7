// An application: becomes ready, reads, sees a change, and ends by itself. It is run as it is, and bundled. Arguments: the
// isolation, and the log level that ends it.
import { ConfigStreamError, createConsumer, createEffectiveConfig } from "configstream-consumer";

async function main(isolation, lastLevel) {
  try {
    createConsumer({ clientName: "" });
  } catch (error) {
    // Names must survive a bundler that shortens names.
    console.log(error instanceof ConfigStreamError, error.name, error.code);
  }
  // The part of the package that is loaded when it is needed.
  const local = await createEffectiveConfig({ clientName: "local", defaults: { answer: 42 }, env: {} });
  console.log("local:", local.reader().getInt("answer"));
  await local.stop();
  // As a service's socket would: a consumer by itself keeps no process alive.
  const service = setInterval(() => {}, 1_000);
  const consumer = createConsumer({ clientName: "bundled", isolation });
  const changes = consumer.subscribe({ key: "log_level" })[Symbol.asyncIterator]();
  const started = consumer.start();
  // Blocking start-up code must find a worker that is already on its way.
  if (isolation === "worker") consumer.waitReadySync({ timeoutMs: 60_000 });
  else await consumer.waitReady({ timeoutMs: 60_000 });
  await started;
  // What a bundle has to contain, although Node.js loads it only on demand.
  console.log("metrics:", /state{client="bundled",state="live"} 1/.test(await consumer.metrics.metrics()));
  console.log("port:", consumer.reader().getInt("my_agent.port"));
  for (let { value } = await changes.next(); value !== undefined; { value } = await changes.next()) {
    console.log("log_level:", value.newValue);
    if (value.newValue === lastLevel) break;
  }
  await consumer.stop();
  clearInterval(service);
}

main(process.argv[2], process.argv[3]).catch((error) => {
  console.error(error);
  process.exit(1);
});
