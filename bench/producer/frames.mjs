// HTTP/2 frames, as far as the producer needs them: making DATA frames, and finding frames in a flow of bytes.
export const frameType = { data: 0, headers: 1, settings: 4, windowUpdate: 8 };
/** Largest payload of a frame that every receiver must take. */
const maxPayload = 16_384;
const headBytes = 9;

/** One gRPC message as DATA frames of its own, as the Go server sends it: never two messages in a frame. */
export function dataFrames(streamId, message) {
  const total = message.length + 5;
  const frames = Math.ceil(total / maxPayload);
  const bytes = Buffer.allocUnsafe(total + frames * headBytes);
  // gRPC puts five bytes before each message: not compressed, and the length.
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  let from = 0;
  let at = 0;
  for (let i = 0; i < frames; i++) {
    const length = Math.min(maxPayload, total - i * maxPayload);
    bytes.writeUIntBE(length, at, 3);
    bytes.writeUInt16BE(frameType.data, at + 3);
    bytes.writeUInt32BE(streamId, at + 5);
    at += headBytes;
    const end = at + length;
    if (i === 0) at += prefix.copy(bytes, at);
    const part = message.subarray(from, from + end - at);
    from += part.length;
    bytes.set(part, at);
    at = end;
  }
  return { bytes, payload: total };
}

/** Calls `onFrame(type, flags, streamId, payload)` for the frames of a flow that may be cut anywhere; skips a preface. */
export class FrameScanner {
  #rest = Buffer.alloc(0);
  #skip;
  #onFrame;

  constructor(prefaceBytes, onFrame) {
    this.#skip = prefaceBytes;
    this.#onFrame = onFrame;
  }

  feed(chunk) {
    let bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const skipped = Math.min(this.#skip, bytes.length);
    this.#skip -= skipped;
    bytes = bytes.subarray(skipped);
    while (bytes.length >= headBytes) {
      const length = bytes.readUIntBE(0, 3);
      if (bytes.length < headBytes + length) break;
      const streamId = bytes.readUInt32BE(5) & 0x7fff_ffff;
      this.#onFrame(bytes[3], bytes[4], streamId, bytes.subarray(headBytes, headBytes + length));
      bytes = bytes.subarray(headBytes + length);
    }
    this.#rest = Buffer.from(bytes);
  }
}
