import { describe, expect, it } from "vitest";
import { ByteBuffer } from "../../../src/memory/byte-buffer.js";

/** Puts so many bytes of one value at the end. */
function put(buffer: ByteBuffer, count: number, value: number): number {
  const at = buffer.reserve(count);
  buffer.bytes.fill(value, at, at + count);
  return at;
}

describe("a buffer of bytes", () => {
  it("keeps what was put in when it grows, and gives each piece the place after the last", () => {
    const buffer = new ByteBuffer();
    expect([put(buffer, 4_000, 1), put(buffer, 96, 2)]).toEqual([0, 4_000]);
    const before = buffer.bytes;
    expect(before.length, "filled to its last byte").toBe(4_096);
    expect(put(buffer, 1, 3)).toBe(4_096);
    expect(buffer.bytes).not.toBe(before);
    expect(put(buffer, 100_000, 4)).toBe(4_097);
    expect([buffer.length, buffer.bytes[0], buffer.bytes[3_999], buffer.bytes[4_095], buffer.bytes[4_096]]).toEqual([
      104_097, 1, 1, 2, 3,
    ]);
  });

  it("grows rarely, to twice as much", () => {
    const buffer = new ByteBuffer();
    const arrays = new Set<Uint8Array>();
    for (let i = 0; i < 10_000; i++) {
      put(buffer, 10, i);
      arrays.add(buffer.bytes);
    }
    expect(arrays.size).toBe(6);
  });

  it("is used again from where it was cut off, and from its beginning when it is cleared", () => {
    const buffer = new ByteBuffer();
    put(buffer, 10, 1);
    put(buffer, 10, 2);
    buffer.truncate(10);
    expect(buffer.reserve(5)).toBe(10);
    buffer.clear();
    expect(buffer.reserve(5)).toBe(0);
  });

  it("gives its memory back when it is cleared, if that was much, and else keeps it", () => {
    const buffer = new ByteBuffer();
    put(buffer, 256 * 1_024, 1);
    const kept = buffer.bytes;
    buffer.clear();
    expect(buffer.bytes).toBe(kept);
    put(buffer, 256 * 1_024 + 1, 1);
    buffer.clear();
    expect(buffer.bytes.length).toBe(4_096);
  });
});
