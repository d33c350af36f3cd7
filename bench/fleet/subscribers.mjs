// Many subscribers in a process of their own, each with a connection of its own, mTLS included.
//   node subscribers.mjs PORT DATA_DIR
import { readFileSync } from "node:fs";
import { connect } from "node:http2";
import { join } from "node:path";
import { createSecureContext } from "node:tls";
import { messageCounter, registerMessage, registerPath, sessionOf, streamMessage, streamPath } from "./wire.mjs";

const [, , port, dataDir] = process.argv;
const pem = readFileSync(join(dataDir, "ipc_cert.pem"));
const token = readFileSync(join(dataDir, "auth_token"), "utf8").trim();
// Of one context, because a process of its own would make it once as well.
const secureContext = createSecureContext({ ca: pem, cert: pem, key: pem });
const headers = {
  ":method": "POST",
  te: "trailers",
  "content-type": "application/grpc",
  authorization: `Bearer ${token}`,
};
/** Handshakes at a time. */
const together = 32;

/** When each subscriber has had its message number `wanted`. */
let arrivals = [];
let counts = [];
let wanted = 1;
let all = () => {};

function arrived(index) {
  counts[index] += 1;
  if (counts[index] !== wanted) return;
  arrivals.push(performance.now());
  if (arrivals.length === counts.length) all();
}

async function subscribe(index, registers) {
  const session = connect(`https://127.0.0.1:${port}`, { secureContext, checkServerIdentity: () => undefined });
  const fail = (error) => {
    throw error;
  };
  session.on("error", fail);
  const call = (path, message, more, onData) => {
    const stream = session.request({ ...headers, ":path": path, ...more });
    stream.on("error", fail);
    stream.on("data", onData);
    stream.end(message);
    return stream;
  };
  const answer = [];
  if (registers) {
    const stream = call(registerPath, registerMessage, {}, (chunk) => answer.push(chunk));
    await new Promise((resolve) => stream.on("end", resolve));
  }
  const session_id = registers ? sessionOf(Buffer.concat(answer)) : "bench";
  await new Promise((resolve) => {
    const count = messageCounter(() => {
      arrived(index);
      resolve();
    });
    call(streamPath, streamMessage, { session_id }, count);
  });
}

const commands = {
  /** Opens all streams; ms until each has its first event. */
  async open({ subscribers, registers }) {
    counts = Array.from({ length: subscribers }, () => 0);
    const start = performance.now();
    let next = 0;
    const worker = async () => {
      while (next < subscribers) await subscribe(next++, registers);
    };
    await Promise.all(Array.from({ length: together }, worker));
    return { ms: performance.now() - start };
  },
  /** Waits until all have the next event; ms from the first one that had it to the last one. */
  async next() {
    wanted += 1;
    arrivals = [];
    const done = new Promise((resolve) => {
      all = resolve;
    });
    process.send({ ready: true });
    await done;
    return { ms: arrivals.at(-1) - arrivals[0] };
  },
};
process.on("message", async ({ id, command, ...args }) => process.send({ id, ...(await commands[command](args)) }));
process.on("disconnect", () => process.exit(0));
process.send({ ready: true });
