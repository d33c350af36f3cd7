// A core agent in a process of its own, under a load of updates. Controlled over the IPC channel; see agent.mjs.
import { setTimeout as delay } from "node:timers/promises";
import { createCoreAgent } from "configstream/core-agent";
import { loadKey, valueFor } from "./words.mjs";

const [keys, dataDir, subscriberBuffer] = [Number(process.argv[2]), process.argv[3], 1_000];
const tickMs = 5;
/** The newest number of each key. */
const numbers = new Int32Array(keys);
let updates = 0;
let rate = 0;
let owed = 0;
let agent;
let address = "127.0.0.1:0";
await startAgent();

let before = performance.now();
setInterval(() => {
  const now = performance.now();
  // After a pause of this process not everything is made up for at once.
  owed = Math.min(owed + (rate * (now - before)) / 1_000, rate / 10);
  before = now;
  for (; owed >= 1; owed--) update();
}, tickMs);

const answers = {
  rate({ perSecond }) {
    rate = perSecond;
    owed = 0;
  },
  async outage({ ms }) {
    await agent.stop();
    await delay(ms);
    await startAgent();
  },
  set: ({ key, value }) => agent.set(key, value),
  state: () => ({ numbers: [...numbers], updates, ...agent.status() }),
};

process.on("message", async ({ id, kind, ...rest }) => {
  if (kind === "stop") {
    await agent.stop();
    process.disconnect();
    process.exit();
  }
  process.send({ id, answer: await answers[kind](rest) });
});
// The process that started this one is gone.
process.on("disconnect", () => process.exit());
process.send({ address, authTokenFile: agent.authTokenFile, ipcCertFile: agent.ipcCertFile });

async function startAgent() {
  const defaults = {};
  for (const [index, number] of numbers.entries()) defaults[loadKey(index)] = valueFor(loadKey(index), number);
  agent = createCoreAgent({ address, env: false, dataDir, defaults, subscriberBuffer });
  await agent.start();
  address = agent.address;
}

function update() {
  const index = Math.floor(Math.random() * keys);
  const key = loadKey(index);
  numbers[index]++;
  updates++;
  agent.set(key, valueFor(key, numbers[index]));
}
