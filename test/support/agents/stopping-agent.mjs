// A process with an embedded core agent, which it stops at the first line on its standard input. It must then end by itself.
import { createCoreAgent } from "configstream/core-agent";

const agent = createCoreAgent({ address: "127.0.0.1:0", env: false, defaults: { a: 1 }, dataDir: process.argv[2] });
await agent.start();
process.stdout.write(`${agent.address}\n`);
process.stdin.once("data", async () => {
  process.stdin.destroy();
  await agent.stop();
  process.stdout.write("stopped\n");
});
