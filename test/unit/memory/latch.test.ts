import { describe, expect, it } from "vitest";
import { latchBytes, readLatch, writeLatch } from "../../../src/memory/latch.js";
import { header, LATCH_COPY_WORDS, LATCH_MAX_BYTES } from "../../../src/memory/layout.js";
import { newRegion } from "../../support/memory/region.js";

const at = header.statusLatch;
const copyAt = (number: number) => at + 2 + (number & 1) * LATCH_COPY_WORDS;
const text = (bytes: Uint8Array | undefined) => bytes && Buffer.from(bytes).toString();

describe("a value that is replaced whole", () => {
  it("is nothing at first, then what was written last, of any length that fits", () => {
    const region = newRegion();
    expect(readLatch(region, at)).toBeUndefined();
    for (const length of [1, 0, 3, 64, 65, LATCH_MAX_BYTES, 2, LATCH_MAX_BYTES]) {
      const value = "v".repeat(length);
      writeLatch(region, at, Buffer.from(value));
      expect(text(readLatch(region, at))).toBe(value);
    }
  });

  it("is refused when it is too long, and the one before stays", () => {
    const region = newRegion();
    writeLatch(region, at, Buffer.from("before"));
    expect(() => writeLatch(region, at, new Uint8Array(LATCH_MAX_BYTES + 1))).toThrow(
      "A latch holds 1784 bytes, not 1785.",
    );
    expect(text(readLatch(region, at))).toBe("before");
    expect([latchBytes(LATCH_COPY_WORDS), latchBytes(3)]).toEqual([LATCH_MAX_BYTES, 4]);
  });

  it("leaves the words after its two copies alone", () => {
    const region = newRegion();
    const after = at + 2 + 2 * LATCH_COPY_WORDS;
    region.setPlain(after, 7);
    for (let i = 0; i < 2; i++) writeLatch(region, at, new Uint8Array(LATCH_MAX_BYTES).fill(255));
    expect(region.plain(after)).toBe(7);
  });

  it("stays what it was when its writer dies in the middle, and can be replaced by the next", () => {
    const region = newRegion();
    for (const value of ["one", "two"]) writeLatch(region, at, Buffer.from(value));
    // As far as a writer may come: begun, and its copy half written.
    region.store(at, 3);
    region.setPlain(copyAt(3), 99);
    region.setPlain(copyAt(3) + 1, 99);
    expect(text(readLatch(region, at))).toBe("two");
    writeLatch(region, at, Buffer.from("three"));
    expect(text(readLatch(region, at))).toBe("three");
  });

  it("is not had while two publishes of it have begun since, nor when its length or its checksum is not right", () => {
    const region = newRegion();
    writeLatch(region, at, Buffer.from("value"));
    region.store(at, 3);
    expect(readLatch(region, at), "two have begun").toBeUndefined();
    region.store(at, 0);
    expect(readLatch(region, at), "none has begun").toBeUndefined();
    region.store(at, 1);
    expect(text(readLatch(region, at))).toBe("value");
    for (const length of [-1, 4, 6, LATCH_MAX_BYTES, LATCH_MAX_BYTES + 1]) {
      region.setPlain(copyAt(1), length);
      expect(readLatch(region, at), `length ${length}`).toBeUndefined();
    }
    region.setPlain(copyAt(1), 5);
    region.setPlain(copyAt(1) + 2, region.plain(copyAt(1) + 2) ^ 1);
    expect(readLatch(region, at)).toBeUndefined();
  });

  it("goes on when its numbers have been used up", () => {
    const region = newRegion();
    for (const done of [2 ** 31 - 2, -2]) {
      region.store(at, done);
      region.store(at + 1, done);
      writeLatch(region, at, Buffer.from("before"));
      expect(text(readLatch(region, at))).toBe("before");
      region.store(at, (done + 2) | 0);
      expect(text(readLatch(region, at)), "also while the next one is being written").toBe("before");
    }
  });

  it("is had by a reader beside whom it is replaced once", () => {
    const region = newRegion();
    writeLatch(region, at, Buffer.from("old"));
    const { copyOut } = region;
    let isDue = true;
    region.copyOut = (...given) => {
      copyOut.apply(region, given);
      if (isDue) for (const value of ["new", "newer"]) writeLatch(region, at, Buffer.from(value));
      isDue = false;
    };
    expect(text(readLatch(region, at)), "the copy that it had begun to read was overwritten").toBe("newer");
  });
});
