// The same from CommonJS, by `require`.
const { createConsumer } = require("configstream-consumer");
const { createMockConsumer } = require("configstream-consumer/testing");
const { createCoreAgent } = require("configstream/core-agent");

async function main() {
  if (typeof createCoreAgent !== "function") throw new Error("createCoreAgent is missing");
  console.log("mock:", createMockConsumer({ log_level: "trace" }).reader().getString("log_level"));
  const consumer = createConsumer({ clientName: "required" });
  await consumer.start();
  await consumer.waitReady({ timeoutMs: 60_000 });
  console.log("port:", consumer.reader().getInt("my_agent.port"));
  await consumer.stop();
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
