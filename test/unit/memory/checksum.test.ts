/** Other copies of the package with the same layout version read what this one writes, so these numbers may change only with it. */
import { describe, expect, it } from "vitest";
import { checksum, hashKey, recordSeed } from "../../../src/memory/checksum.js";
import { keyInfo, LAYOUT_VERSION, recordInfo } from "../../../src/memory/layout.js";

const bytes = Uint8Array.from({ length: 23 }, (_, i) => (i * 37 + 200) & 255);

describe("the numbers that copies of the package must agree on, in layout version 2", () => {
  it("are of this version", () => {
    expect(LAYOUT_VERSION).toBe(2);
  });

  it("are the checksum of a record of any length, wherever it begins", () => {
    const sums = Array.from({ length: 10 }, (_, length) => checksum(bytes, length, 0x12345678));
    expect(sums).toEqual([
      2118883003, 394165576, -285404049, -1336807020, 1897610391, -359174760, 2095705043, -1655217629, -398583388,
      1588293882,
    ]);
    expect(checksum(bytes, 11, -5, 3)).toBe(2101705117);
    expect(checksum(bytes.slice(3), 11, -5)).toBe(2101705117);
  });

  it("are the seed of a record, by its slot and its publish", () => {
    expect([recordSeed(0, 1), recordSeed(4_095, 2 ** 24 + 1), recordSeed(1, -3)]).toEqual([
      -1640531536, 1989873665, -1013904225,
    ]);
  });

  it("are the hash of a key, by its letters", () => {
    expect(["", "a", "logs_enabled", "ключ"].map(hashKey)).toEqual([447841614, 187539957, 1586098797, -1783414806]);
  });

  it("are the words that say what a slot and a record are", () => {
    const key = keyInfo.pack(65_535, 0x1234_5678);
    expect([key >>> 0, keyInfo.length(key)]).toEqual([0x1234_ffff, 65_535]);
    const info = recordInfo.pack(2 ** 24 - 1, 127, true);
    expect([info >>> 0, recordInfo.length(info), recordInfo.source(info), recordInfo.hasLayers(info)]).toEqual([
      0xffff_ffff,
      2 ** 24 - 1,
      127,
      true,
    ]);
    const plain = recordInfo.pack(5, 3, false);
    expect([plain, recordInfo.length(plain), recordInfo.source(plain), recordInfo.hasLayers(plain)]).toEqual([
      0x0300_0005,
      5,
      3,
      false,
    ]);
  });
});

describe("the checksum of a record", () => {
  it("shows every bit that is not as it was written, a byte more or less, another slot and another publish", () => {
    const right = checksum(bytes, 23, recordSeed(7, 9));
    for (let bit = 0; bit < 23 * 8; bit++) {
      const damaged = bytes.slice();
      damaged[bit >> 3] = (damaged[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(checksum(damaged, 23, recordSeed(7, 9)), `bit ${bit}`).not.toBe(right);
    }
    expect(checksum(bytes, 22, recordSeed(7, 9))).not.toBe(right);
    expect(checksum(bytes, 23, recordSeed(8, 9))).not.toBe(right);
    expect(checksum(bytes, 23, recordSeed(7, 10))).not.toBe(right);
  });
});
