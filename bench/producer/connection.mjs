// One connection of a consumer. node:http2 does what is rare (handshake, headers, pings, unary calls); the events of the stream
// are written beside it, as frames that were made beforehand. The producer must not limit a measurement, and one write to
// node:http2 for each of 100,000 messages would cost a core.
import { once } from "node:events";
import { Duplex } from "node:stream";
import { FrameScanner, frameType } from "./frames.mjs";

const prefaceBytes = 24;
const defaultWindow = 65_535;

export class Connection {
  /** Given to node:http2 in place of the socket. */
  pipe;
  #socket;
  #connectionWindow = defaultWindow;
  #streamWindow = defaultWindow;
  #initialWindow = defaultWindow;
  #streamId = 0;
  #headersSent = () => {};
  #moreWindow = () => {};

  constructor(socket) {
    this.#socket = socket;
    const incoming = new FrameScanner(prefaceBytes, (...frame) => this.#received(...frame));
    const outgoing = new FrameScanner(0, (type, _flags, streamId) => {
      if (type === frameType.headers && streamId === this.#streamId) this.#headersSent();
    });
    this.pipe = new Duplex({
      read() {},
      write(chunk, _encoding, done) {
        socket.write(chunk);
        outgoing.feed(chunk);
        done();
      },
      destroy(error, done) {
        socket.destroy();
        done(error);
      },
    });
    socket.on("data", (chunk) => {
      incoming.feed(chunk);
      this.pipe.push(chunk);
    });
    socket.on("error", () => {});
    socket.on("close", () => this.pipe.destroy());
  }

  get streamId() {
    return this.#streamId;
  }

  /** Answers the stream's call; resolves when its headers have been written, so that events may follow. */
  open(stream, headers) {
    this.#streamId = stream.id;
    this.#streamWindow += this.#initialWindow - defaultWindow;
    const sent = new Promise((resolve) => {
      this.#headersSent = resolve;
    });
    stream.respond(headers, { waitForTrailers: true });
    return sent;
  }

  /** Writes frames that carry `payload` bytes; waits for the receiver's window and the socket. */
  async write({ bytes, payload }) {
    while (Math.min(this.#connectionWindow, this.#streamWindow) < payload) {
      await new Promise((resolve) => {
        this.#moreWindow = resolve;
      });
    }
    this.#connectionWindow -= payload;
    this.#streamWindow -= payload;
    if (!this.#socket.write(bytes)) await once(this.#socket, "drain");
  }

  #received(type, flags, streamId, payload) {
    if (type === frameType.settings && flags === 0) {
      for (let at = 0; at + 6 <= payload.length; at += 6) {
        if (payload.readUInt16BE(at) === 4) this.#initialWindow = payload.readUInt32BE(at + 2);
      }
    }
    if (type !== frameType.windowUpdate) return;
    const increment = payload.readUInt32BE(0);
    if (streamId === 0) this.#connectionWindow += increment;
    else if (streamId === this.#streamId) this.#streamWindow += increment;
    this.#moreWindow();
  }
}
