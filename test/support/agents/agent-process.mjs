// A core agent in a process of its own, which goes on while the test's thread is blocked. Counts up a setting from the start.
import { createCoreAgent } from "configstream/core-agent";

const agent = createCoreAgent({ address: "127.0.0.1:0", env: false, defaults: { count: 0 } });
await agent.start();
const { address, authTokenFile, ipcCertFile } = agent;
process.send({ address, authTokenFile, ipcCertFile });

let count = 0;
const timer = setInterval(() => agent.set("count", ++count), 20);
process.once("SIGTERM", async () => {
  clearInterval(timer);
  await agent.stop();
  process.disconnect();
});
