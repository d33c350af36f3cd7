// The embedded core agent in a process of Node.js of its own: says where it is, then does what lines of JSON on standard input say.
import { createInterface } from "node:readline";
import { createCoreAgent } from "configstream/core-agent";

const settings = {
  address: "127.0.0.1:0",
  env: false,
  defaults: { log_level: "info", count: 0, labels: { "a.b": 1 }, tags: [] },
};
let agent = createCoreAgent({ ...settings, dataDir: process.argv[2] });

const deeds = {
  async start() {
    await agent.start();
    const { address, authTokenFile, ipcCertFile } = agent;
    return { address, authTokenFile, ipcCertFile };
  },
  setMany: (values) => agent.setMany(values),
  unset: (key) => agent.unset(key),
  endStreams: () => agent.faults.endStreams(),
  /** Is away for a while, and comes back on the same port. */
  async restart(values) {
    const { address } = agent;
    await agent.stop();
    agent = createCoreAgent({ ...settings, address, dataDir: process.argv[2] });
    agent.setMany(values);
    await agent.start();
  },
  /** Counts up as fast as it goes for so many ms. */
  async storm(ms) {
    const endMs = performance.now() + ms;
    let number = 0;
    while (performance.now() < endMs) {
      number += 1;
      agent.setMany(Object.fromEntries(Array.from({ length: 50 }, (_unused, at) => [`storm.k${at}`, number])));
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    return number;
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const { deed, argument } = JSON.parse(line);
  const answer = await deeds[deed](argument);
  process.stdout.write(`${JSON.stringify(answer ?? null)}\n`);
}
await agent.stop();
