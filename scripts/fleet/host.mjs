// One host of the demonstration, as a process: a core agent that takes a layer from etcd, and applications' consumers of it, each
// with its own worker thread and its own connection. Reports over IPC what they read; ends with its parent.
import { createCoreAgent } from "configstream/core-agent";
import { createConsumer } from "configstream-consumer";
import { consumersPerHost, layer, nowMs, partKeys, prefix, putAtKey, workersKey } from "./place.mjs";

const [dataDir, ...endpoints] = process.argv.slice(2);
// Ctrl-C goes to all processes of a terminal; the parent ends this one, in order.
process.on("SIGINT", () => {});
const agent = createCoreAgent({
  env: false,
  address: "127.0.0.1:0",
  dataDir,
  store: { endpoints, layers: { [layer]: prefix } },
});
const consumers = [];
process.on("disconnect", async () => {
  await Promise.all(consumers.map((consumer) => consumer.stop()));
  await agent.stop();
  process.exit();
});

const report = (consumer, view, atMs) => {
  const parts = partKeys.map((key) => view.getInt(key, -1));
  process.send({
    consumer,
    number: parts[0],
    whole: parts.every((part) => part === parts[0]),
    ms: atMs - view.getFloat64(putAtKey, atMs),
    workers: view.getInt(workersKey, -1),
  });
};

await agent.start();
const { address: coreAgentAddress, authTokenFile, ipcCertFile } = agent;
for (let at = 0; at < consumersPerHost; at += 1) {
  const clientName = `application-${at + 1}`;
  const consumer = createConsumer({ clientName, coreAgentAddress, authTokenFile, ipcCertFile });
  consumers.push(consumer);
  consumer.changeSets({ onChange: ({ view }) => report(at, view, nowMs()) });
  await consumer.start();
  await consumer.waitReady();
  report(at, consumer.reader().view(), nowMs());
}
process.send({ ready: true });
