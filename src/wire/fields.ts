/**
 * Fields of small messages, each as the bytes of its own: to be put together with `Buffer.concat`. Where many are written, as in
 * events, {@link WireWriter} alone makes no bytes twice. Pure. proto3's zero values are left out.
 */
import { fieldSize, textFieldSize, varintSize, WireWriter } from "./wire-writer.js";

const nothing = Buffer.alloc(0);

export function textOf(tag: number, text: string): Buffer {
  const writer = new WireWriter(textFieldSize(text));
  writer.textField(tag, text);
  return writer.bytes;
}

/** Bytes or a message; written also when empty, because a message that is there differs from one that is not. */
export function bytesOf(tag: number, bytes: Uint8Array): Buffer {
  const writer = new WireWriter(fieldSize(bytes.length));
  writer.field(tag, bytes.length);
  writer.copy(bytes);
  return writer.bytes;
}

/** An int32 or an enumeration's number. */
export function numberOf(tag: number, value: number): Buffer {
  return value === 0 ? nothing : presentNumber(tag, value);
}

/** As {@link numberOf}, for a field of a oneof: zero is written, too. */
export function presentNumber(tag: number, value: number): Buffer {
  const writer = new WireWriter(1 + varintSize(value));
  writer.byte(tag);
  writer.varint(value);
  return writer.bytes;
}

export function boolOf(tag: number, value: boolean): Buffer {
  return value ? Buffer.from([tag, 1]) : nothing;
}

/** One entry of a map from text to what `value` holds, which is a whole field of number 2. */
export function entryOf(tag: number, key: string, value: Buffer): Buffer {
  return bytesOf(tag, Buffer.concat([presentText(0x0a, key), value]));
}

/** As {@link textOf}, written also when empty: in an entry of a map, and in a oneof. */
export function presentText(tag: number, text: string): Buffer {
  const writer = new WireWriter(fieldSize(Buffer.byteLength(text)));
  writer.text(tag, text);
  return writer.bytes;
}
