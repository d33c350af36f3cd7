// Writes files: a core agent makes its credentials, and a consumer its cache, before both end.

import { createCoreAgent } from "configstream/core-agent";
import { createConsumer } from "configstream-consumer";

const agent = createCoreAgent({ address: "127.0.0.1:0", dataDir: "agent", defaults: { a: 1 }, env: false });
await agent.start();
const consumer = createConsumer({
  clientName: "writes",
  coreAgentAddress: agent.address,
  authTokenFile: agent.authTokenFile,
  ipcCertFile: agent.ipcCertFile,
  cache: { path: "settings.cache" },
});
await consumer.start();
await consumer.waitReady({ timeoutMs: 30_000 });
await consumer.stop();
await agent.stop();
