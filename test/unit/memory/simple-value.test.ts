import { describe, expect, it } from "vitest";
import { ByteBuffer } from "../../../src/memory/byte-buffer.js";
import { appendRecord, decodeRecord, encodeRecord } from "../../../src/memory/codec.js";
import { simpleRoom, simpleValue, writeSimpleValue } from "../../../src/memory/simple-value.js";
import type { ConfigValue } from "../../../src/shared/types.js";

const hex = (value: ConfigValue) => {
  const bytes = new Uint8Array(4 + simpleRoom);
  const end = writeSimpleValue(bytes, 4, value);
  return end < 0 ? undefined : Buffer.from(bytes.slice(4, end)).toString("hex");
};
const read = (...bytes: number[]) => simpleValue(Uint8Array.from([9, ...bytes, 9]), 1, 1 + bytes.length);

describe("a simple value", () => {
  it.each<[ConfigValue, string]>([
    [null, "c0"],
    [false, "c2"],
    [true, "c3"],
    [0, "00"],
    [127, "7f"],
    [128, "cc80"],
    [255, "ccff"],
    [256, "cd0100"],
    [65_535, "cdffff"],
    [65_536, "ce00010000"],
    [2 ** 32 - 1, "ceffffffff"],
    [-1, "ff"],
    [-32, "e0"],
    [-33, "d0df"],
    [-128, "d080"],
    [-129, "d1ff7f"],
    [-32_768, "d18000"],
    [-32_769, "d2ffff7fff"],
    [-(2 ** 31), "d280000000"],
    [2 ** 32, "cb41f0000000000000"],
    [0.5, "cb3fe0000000000000"],
    [-0.5, "cbbfe0000000000000"],
    ["", "a0"],
    ["ab", "a26162"],
    ["a".repeat(31), `bf${"61".repeat(31)}`],
    ["a".repeat(32), `d920${"61".repeat(32)}`],
    ["a".repeat(96), `d960${"61".repeat(96)}`],
    ["\u007f", "a17f"],
  ])("is written in the shortest form of msgpack: %j", (value, bytes) => {
    expect(hex(value)).toBe(bytes);
  });

  it("is none of longer texts, texts that are not ASCII, lists and maps", () => {
    expect(["a".repeat(97), "\u0080", "aé", [1], {}].map((value) => hex(value as ConfigValue))).toEqual(
      Array(5).fill(undefined),
    );
  });

  it("is read back where it is a whole number, a truth value or null", () => {
    expect([read(0), read(0x7f), read(0xe0), read(0xff), read(0xc0), read(0xc2), read(0xc3)]).toEqual([
      0,
      127,
      -32,
      -1,
      null,
      false,
      true,
    ]);
    expect([read(0xcc, 255), read(0xd0, 0x80), read(0xcd, 1, 2), read(0xd1, 0x80, 1)]).toEqual([
      255, -128, 258, -32_767,
    ]);
    expect([read(0xce, 255, 1, 2, 3), read(0xd2, 255, 255, 255, 254), read(0xd2, 1, 2, 3, 4)]).toEqual([
      0xff010203, -2, 0x01020304,
    ]);
  });

  it("is left to the general decoder in every other case", () => {
    const others = [
      [0x80],
      [0xa0],
      [0xc1],
      [0xdf],
      [0xa1, 0x61],
      [0xcd, 1],
      [0xcc, 1, 2],
      [0x92, 1, 2],
      [0xce, 1, 2, 3],
      [0xcd, 1, 2, 3],
      [0xca, 0, 0, 0, 0],
      [0x94, 1, 2, 3, 4],
      [0xce, 0, 0, 0, 0, 0],
      [],
    ];
    for (const bytes of others) expect(read(...bytes), JSON.stringify(bytes)).toBeUndefined();
  });
});

describe("records one after the other", () => {
  it("are each as if they were alone, with the number of their state", () => {
    const buffer = new ByteBuffer();
    const values: ConfigValue[] = [
      "é".repeat(40),
      5,
      [1],
      "x".repeat(97),
      null,
      { toJSON: 1 },
      "short",
      { a: "y".repeat(80) },
    ];
    const numbers = [0, 1, 0x01020304, -1, 2 ** 31 - 1, 255, 65_536, 7];
    const places = values.map((value, i) => {
      const at = buffer.length;
      const length = appendRecord(buffer, { value, source: "file", layers: undefined }, numbers[i] as number);
      expect(buffer.length).toBe(at + length);
      return [at, length] as const;
    });
    places.forEach(([at, length], i) => {
      const record = buffer.bytes.slice(at, at + length);
      expect(decodeRecord(record, length, false)).toEqual({
        value: values[i],
        layers: undefined,
        sequenceId: numbers[i],
      });
      const alone = encodeRecord(
        { value: values[i] as ConfigValue, source: "", layers: undefined },
        numbers[i] as number,
      );
      expect(Buffer.from(record).toString("hex")).toBe(Buffer.from(alone.bytes).toString("hex"));
    });
  });

  it("give back a name of every object, wherever in the value it is", () => {
    for (const name of ["toString", "toJSON", "constructor"]) {
      for (const value of [{ [name]: 1 }, { a: { [name]: 1 } }, [{ a: [{ [name]: 1 }] }]] as ConfigValue[]) {
        const { bytes } = encodeRecord({ value, source: "file", layers: undefined }, 1);
        expect(bytes[4], "as JSON").toBe(1);
        expect(decodeRecord(bytes, bytes.length, false).value).toEqual(value);
      }
    }
    expect(encodeRecord({ value: { plain: [1] }, source: "file", layers: undefined }, 1).bytes[4]).toBe(0);
  });
});
