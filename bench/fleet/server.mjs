// A server of many subscribers, a process of its own: the embedded core agent, or bare grpc-js that writes bytes made beforehand.
//   node server.mjs agent|bare DATA_DIR
import { ensureCredentials } from "../../packages/configstream/build/core-agent/credentials/credentials.js";
import { createCoreAgent } from "../../packages/configstream/dist/core-agent/index.js";
import { grpc } from "../baselines/grpc.mjs";
import { makeSettings } from "../lib/settings.mjs";
import { createEvents } from "../producer/events.mjs";
import { atRate } from "./pace.mjs";
import { streamPath } from "./wire.mjs";

const [, , who, dataDir] = process.argv;
const settings = 1_000;
const makers = { agent: startAgent, bare: startBare };
const server = await makers[who]();

async function startAgent() {
  const agent = createCoreAgent({ env: false, address: "127.0.0.1:0", dataDir, log: () => {} });
  agent.setMany(Object.fromEntries(makeSettings(settings).map(({ key, value }) => [key, value])));
  await agent.start();
  let at = 0;
  return {
    port: Number(agent.address.split(":").at(-1)),
    change: () => agent.set("fan_out.number", ++at),
  };
}

/** With nothing of the library at work: whoever asks is given the snapshot, and each change is one write to each stream. */
async function startBare() {
  const { certificate, privateKey } = await ensureCredentials(dataDir);
  const cert = Buffer.from(certificate);
  const events = createEvents();
  events.load(settings);
  const snapshot = events.snapshot();
  const calls = new Set();
  const same = (bytes) => bytes;
  const method = { path: streamPath, requestStream: false, responseStream: true };
  const codec = {
    requestSerialize: same,
    requestDeserialize: same,
    responseSerialize: same,
    responseDeserialize: same,
  };
  const bare = new grpc.Server();
  bare.addService(
    { StreamConfigEvents: { ...method, ...codec } },
    {
      StreamConfigEvents(call) {
        calls.add(call);
        call.on("cancelled", () => calls.delete(call));
        call.write(snapshot);
      },
    },
  );
  const credentials = grpc.ServerCredentials.createSsl(
    cert,
    [{ cert_chain: cert, private_key: Buffer.from(privateKey) }],
    true,
  );
  const port = await new Promise((resolve, reject) => {
    bare.bindAsync("127.0.0.1:0", credentials, (error, bound) => (error ? reject(error) : resolve(bound)));
  });
  let next = events.update();
  return {
    port,
    change() {
      for (const call of calls) call.write(next);
    },
    prepare() {
      next = events.update();
    },
  };
}

const commands = {
  prepare: () => server.prepare?.(),
  change: () => server.change(),
  flow: (pace) => atRate(pace, () => server.change()),
  cpu() {
    const { user, system } = process.cpuUsage();
    return { ms: (user + system) / 1_000 };
  },
};
process.on("message", async ({ id, command, ...args }) => process.send({ id, ...(await commands[command](args)) }));
process.on("disconnect", () => process.exit(0));
process.send({ port: server.port });
