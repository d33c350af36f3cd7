/**
 * What most settings are, in msgpack: writes numbers, booleans and short texts, and reads booleans and whole numbers. A general
 * encoder or decoder prepares itself for whatever may come, which takes longer than the rest of writing such a setting, or of reading
 * it again. The bytes are those that msgpackr makes.
 */
import type { ConfigValue } from "../shared/types.js";

/** Longest text that is written here, in letters. */
const maxLetters = 96;
const fraction = new DataView(new ArrayBuffer(8));

/** Bytes that are enough for what {@link writeSimpleValue} writes. */
export const simpleRoom = maxLetters + 2;

/** Writes a value from `at` on and gives where its bytes end; -1, and no byte counts, when it is of another kind. */
export function writeSimpleValue(bytes: Uint8Array, at: number, value: ConfigValue): number {
  if (typeof value === "number") return writeNumber(bytes, at, value);
  if (typeof value === "string") return writeAscii(bytes, at, value);
  if (value !== null && typeof value !== "boolean") return -1;
  bytes[at] = value === null ? 0xc0 : value ? 0xc3 : 0xc2;
  return at + 1;
}

function writeNumber(bytes: Uint8Array, at: number, value: number): number {
  if (value >>> 0 === value) {
    if (value < 0x80) return writeWhole(bytes, at, value, 0, value);
    if (value < 0x100) return writeWhole(bytes, at, 0xcc, 1, value);
    if (value < 0x10000) return writeWhole(bytes, at, 0xcd, 2, value);
    return writeWhole(bytes, at, 0xce, 4, value);
  }
  if (value >> 0 === value) {
    if (value >= -0x20) return writeWhole(bytes, at, value, 0, value);
    if (value >= -0x80) return writeWhole(bytes, at, 0xd0, 1, value);
    if (value >= -0x8000) return writeWhole(bytes, at, 0xd1, 2, value);
    return writeWhole(bytes, at, 0xd2, 4, value);
  }
  fraction.setFloat64(0, value);
  bytes[at] = 0xcb;
  for (let i = 0; i < 8; i++) bytes[at + 1 + i] = fraction.getUint8(i);
  return at + 9;
}

/** The kind, and then the low `count` bytes of a number, the highest first. */
function writeWhole(bytes: Uint8Array, at: number, kind: number, count: number, value: number): number {
  bytes[at] = kind;
  let end = at + 1;
  for (let shift = count * 8 - 8; shift >= 0; shift -= 8) bytes[end++] = value >> shift;
  return end;
}

function writeAscii(bytes: Uint8Array, at: number, text: string): number {
  const { length } = text;
  if (length > maxLetters) return -1;
  let end = at;
  if (length < 0x20) bytes[end++] = 0xa0 | length;
  else {
    bytes[end++] = 0xd9;
    bytes[end++] = length;
  }
  for (let i = 0; i < length; i++) {
    const letter = text.charCodeAt(i);
    if (letter > 0x7f) return -1;
    bytes[end++] = letter;
  }
  return end;
}

/** The value that bytes `at` to `end` are, as a whole; `undefined` when it is of another kind. */
export function simpleValue(bytes: Uint8Array, at: number, end: number): number | boolean | null | undefined {
  const kind = bytes[at] as number;
  if (end - at === 1) {
    if (kind < 0x80) return kind;
    if (kind >= 0xe0) return kind - 256;
    if (kind === 0xc2 || kind === 0xc3) return kind === 0xc3;
    return kind === 0xc0 ? null : undefined;
  }
  if (end - at === 2) {
    if (kind === 0xcc) return bytes[at + 1];
    return kind === 0xd0 ? ((bytes[at + 1] as number) << 24) >> 24 : undefined;
  }
  if (end - at === 3) {
    const short = ((bytes[at + 1] as number) << 8) | (bytes[at + 2] as number);
    if (kind === 0xcd) return short;
    return kind === 0xd1 ? (short << 16) >> 16 : undefined;
  }
  if (end - at !== 5) return undefined;
  const word =
    ((bytes[at + 1] as number) << 24) |
    ((bytes[at + 2] as number) << 16) |
    ((bytes[at + 3] as number) << 8) |
    (bytes[at + 4] as number);
  if (kind === 0xce) return word >>> 0;
  return kind === 0xd2 ? word : undefined;
}
