// The producer: a process of its own that speaks the core agent's protocol, controlled over its IPC channel.
import { ensureCredentials } from "../../packages/configstream/build/core-agent/credentials/credentials.js";
import { createEvents } from "./events.mjs";
import { dataFrames } from "./frames.mjs";
import { serve } from "./server.mjs";

const pieceBytes = 65_536;
const events = createEvents();
let connection;
let firstSnapshot;
/** Frames that were made ahead. */
let pieces = [];

const credentials = await ensureCredentials(process.argv[2]);
const port = await serve(credentials, async (opened) => {
  connection = opened;
  for (const piece of cut(dataFrames(opened.streamId, firstSnapshot))) await opened.write(piece);
});

/** One message's frames in pieces that fit into a receiver's window. */
function cut({ bytes }) {
  // Whole frames: head and payload of the largest one.
  const frame = 16_384 + 9;
  const result = [];
  for (let at = 0; at < bytes.length; at += 4 * frame) {
    const piece = bytes.subarray(at, at + 4 * frame);
    result.push({ bytes: piece, payload: piece.length - Math.ceil(piece.length / frame) * 9 });
  }
  return result;
}

/** Many messages' frames in pieces of about 64 KiB. */
function packed(count, next) {
  const result = [];
  let list = [];
  let payload = 0;
  for (let i = 0; i < count; i++) {
    const frames = dataFrames(connection.streamId, next(i));
    list.push(frames.bytes);
    payload += frames.payload;
    if (payload < pieceBytes && i < count - 1) continue;
    result.push({ bytes: Buffer.concat(list), payload });
    list = [];
    payload = 0;
  }
  return result;
}

/** Sends `rate` updates a second for `ms`, in one write a millisecond; the last of each write carries the time. */
async function flow({ rate, ms }) {
  const start = performance.now();
  let sent = 0;
  for (;;) {
    const passed = performance.now() - start;
    if (passed >= ms) break;
    const due = Math.floor((Math.min(passed, ms) / 1_000) * rate) - sent;
    if (due > 0) {
      const made = packed(due, (i) => (i === due - 1 ? events.stamp() : events.update()));
      for (const piece of made) await connection.write(piece);
      sent += due;
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  return { sent, sequenceId: events.sequenceId };
}

const commands = {
  /** Makes the settings of the first snapshot; 0: the real agent's. */
  load({ size }) {
    const settings = events.load(size);
    firstSnapshot = events.snapshot();
    return { settings, bytes: firstSnapshot.length };
  },
  flow,
  /** Makes updates ahead, for `send`. */
  prepareUpdates({ count }) {
    pieces = packed(count, () => events.update());
    return { sequenceId: events.sequenceId };
  },
  /** Makes a snapshot ahead in which every setting has another value, for `send`. */
  prepareSnapshot() {
    const message = events.snapshot();
    pieces = cut(dataFrames(connection.streamId, message));
    return { sequenceId: events.sequenceId, bytes: message.length };
  },
  /** Sends what was made ahead, as fast as the receiver takes it. */
  async send() {
    const start = performance.now();
    for (const piece of pieces) await connection.write(piece);
    pieces = [];
    return { ms: performance.now() - start };
  },
  cpu() {
    const { user, system } = process.cpuUsage();
    return { ms: (user + system) / 1_000 };
  },
};

process.on("message", async ({ id, command, ...args }) => {
  process.send({ id, ...(await commands[command](args)) });
});
process.on("disconnect", () => process.exit(0));
process.send({ port });
