import fc from "fast-check";
import { Packr } from "msgpackr";
import { describe, expect, it } from "vitest";
import { decodeRecord, encodeRecord } from "../../../src/memory/codec.js";
import type { ConfigValue } from "../../../src/shared/types.js";

function throughRecord(value: ConfigValue): ConfigValue {
  const { bytes, hasLayers } = encodeRecord({ value, source: "file", layers: undefined }, 7);
  return decodeRecord(bytes, bytes.length, hasLayers).value;
}

const values = fc.letrec<{ value: ConfigValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    fc.constant(null),
    fc.boolean(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => (number === 0 ? 0 : number)),
    fc.integer(),
    fc.string({ unit: "grapheme" }),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(fc.oneof(fc.string(), fc.constantFrom("__proto__", "constructor", "a.b", "")), tie("value"), {
      maxKeys: 4,
    }),
  ),
})).value;

describe("a record", () => {
  it("gives every value back as it was, keys with dots and `__proto__` included", () => {
    fc.assert(
      fc.property(values, (value) => {
        // Compared as text: matchers look at `__proto__` as the prototype.
        expect(JSON.stringify(throughRecord(value))).toBe(JSON.stringify(value));
      }),
    );
  });

  it("gives whole numbers back exactly where their encodings change, and booleans and null", () => {
    const edges = [7, 8, 15, 16, 31, 32, 53].flatMap((bits) => [-1, 0, 1].map((step) => 2 ** bits + step));
    const numbers = edges.flatMap((edge) => [edge, -edge]).filter(Number.isSafeInteger);
    for (const value of [0, 1, -1, -32, -33, ...numbers, true, false, null]) expect(throughRecord(value)).toBe(value);
  });

  it("holds the bytes that msgpackr makes, whichever way they are made", () => {
    const packr = new Packr({
      useRecords: false,
      mapsAsObjects: true,
      variableMapSize: true,
      largeBigIntToFloat: true,
    });
    const texts = fc.oneof(fc.string({ maxLength: 130 }), fc.string({ unit: "binary", maxLength: 130 }));
    const edges = [0, 31, 32, 95, 96, 97, 255, 256].map((length) => "a".repeat(length));
    const isSame = (value: ConfigValue) => {
      const { bytes } = encodeRecord({ value, source: "file", layers: undefined }, 7);
      expect(Buffer.from(bytes.subarray(5)).toString("hex")).toBe(Buffer.from(packr.pack(value)).toString("hex"));
    };
    for (const value of [...edges, ...edges.map((edge) => `${edge}\u00e9`), -0, 0.1, Number.MAX_VALUE, 2 ** 53])
      isSame(value);
    fc.assert(fc.property(fc.oneof(texts, fc.double({ noNaN: true }), fc.integer(), fc.boolean()), isSame));
  });

  it("keeps a key `__proto__` as a plain property and pollutes no prototype", () => {
    const value = throughRecord(JSON.parse('{"a":{"__proto__":{"polluted":true}}}')) as { a: object };
    expect(Object.keys(value.a)).toEqual(["__proto__"]);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    expect(Object.getPrototypeOf(value.a)).toBe(Object.prototype);
  });

  it("tells sequence id and layers", () => {
    const layers = [
      { source: "default", value: 1 },
      { source: "cli", value: { x: [1] } },
    ];
    const { bytes, hasLayers } = encodeRecord({ value: { x: [1] }, source: "cli", layers }, -5);
    expect(decodeRecord(bytes, bytes.length, hasLayers)).toEqual({ value: { x: [1] }, layers, sequenceId: -5 });
  });

  it("is frozen all the way down", () => {
    const value = throughRecord({ list: [{ deep: 1 }] }) as { list: [object] };
    expect([value, value.list, value.list[0]].every(Object.isFrozen)).toBe(true);
  });
});
