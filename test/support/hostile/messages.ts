/** Texts and messages that have stopped, frozen or ended programs before. */
import { encode, field, nestedUpdate } from "../agents/wire-bytes.js";

const many = (text: string, bytes: number): string => text.repeat(Math.ceil(bytes / text.length));

/** Texts on which careless patterns and parsers take time with the square, or never return. */
export function hostileTexts(bytes: number): readonly string[] {
  return [
    many("y", bytes),
    `a${many(" ", bytes)}b`,
    `1${many(" ", bytes)}mb`,
    many("1h", bytes),
    `${many("1", bytes)}x`,
    `${many("9", bytes)}.${many("9", bytes)}e`,
    many("http://", bytes),
    `http://${many("a:", bytes)}`,
    `//${many("@", bytes)}`,
    many("[", bytes),
    many('{"a":', bytes),
    `"${many("\\", bytes)}`,
    many("a.", bytes),
    many("-----BEGIN ", bytes),
    many("\u009b\u202e\u2066", bytes),
    many("\ud800", bytes),
    many("a, ", bytes),
    many("\r\n", bytes),
  ];
}

/** Values with names that have a meaning in JavaScript or a library. */
export const hostileMaps: readonly { readonly [name: string]: string }[] = [
  { constructor: "string", toJSON: "a" },
  // biome-ignore lint/suspicious/noThenProperty: a name that makes a promise of it.
  { then: "x", valueOf: "x", toString: "x", hasOwnProperty: "x" },
  JSON.parse('{"__proto__": "x", "prototype": "y"}') as { [name: string]: string },
  { "": "x", "\u0000": "y", "a.b": "z", "\u001b[2J": "w" },
];

const nulls = (bytes: number): Buffer => Buffer.alloc(bytes, Buffer.from([0x0a, 0x02, 0x08, 0x00]));
/** An update whose value is a list of so many bytes of nulls, four bytes each. */
export function listOfNulls(bytes: number): Buffer {
  const setting = Buffer.concat([
    field(1, Buffer.from("file")),
    field(2, Buffer.from("a.list")),
    field(3, field(6, nulls(bytes))),
  ]);
  return field(2, field(3, setting));
}

/** Messages that no good core agent sends. `id` is the next sequence id. */
export function hostileMessages(id: number): readonly Uint8Array[] {
  const update = (key: string, source: string, value = {}) =>
    encode({ update: { sequence_id: id, setting: { source, key, value } } });
  const settings = Array.from({ length: 300 }, (_, index) => ({
    source: `source-${index}`,
    key: `many.sources.${index}`,
    value: { number_value: 1 },
  }));
  return [
    Buffer.alloc(1_000_000, 0xff),
    Buffer.alloc(1_000_000, 0x0b),
    Buffer.from([0x12, 0xff, 0xff, 0xff, 0xff, 0x0f]),
    nestedUpdate(id, "hostile.deep", 40),
    nestedUpdate(id, "hostile.deeper", 5_000),
    nestedUpdate(id, "hostile.deepest", 100_000),
    listOfNulls(4 * 2 ** 20),
    update("", "file"),
    update("k".repeat(70_000), "file", { string_value: "x" }),
    update(`${"k.".repeat(30_000)}k`, "file", { string_value: "x" }),
    update("hostile.source", "s".repeat(10_000), { string_value: "x" }),
    update("__proto__.polluted", "file", { bool_value: true }),
    update("hostile.number", "file", { number_value: Number.NaN }),
    update("hostile.large", "file", { string_value: "x".repeat(17 * 2 ** 20) }),
    encode({ update: { sequence_id: 2 ** 31 - 1, setting: { source: "file", key: "hostile.id", value: {} } } }),
    encode({ snapshot: { sequence_id: id, origin: "o".repeat(100_000), settings } }),
    encode({ snapshot: { sequence_id: -1, settings: [] } }),
  ];
}
