/**
 * From a setting's value to the bytes of `google.protobuf.Value`. Pure.
 *
 * Written straight to bytes, since a generic encoder first builds a second object tree for every value and loses a map
 * key named `__proto__`.
 */
import { isList } from "../shared/equality.js";
import type { ConfigValue } from "../shared/types.js";
import { fieldSize, type WireWriter } from "./wire-writer.js";

/** Tags of the fields of Value, Struct, its map entries, and ListValue: field number times 8 plus wire type. */
const valueTags = { null: 0x08, number: 0x11, text: 0x1a, bool: 0x20, struct: 0x2a, list: 0x32 } as const;
const structEntryTag = 0x0a;
const entryKeyTag = 0x0a;
const entryValueTag = 0x12;
const listItemTag = 0x0a;

/** Bytes that {@link writeValue} writes. */
export function valueSize(value: ConfigValue): number {
  if (value === null || typeof value === "boolean") return 2;
  if (typeof value === "number") return 9;
  if (typeof value === "string") return fieldSize(Buffer.byteLength(value));
  return fieldSize(isList(value) ? listSize(value) : structSize(value));
}

export function writeValue(writer: WireWriter, value: ConfigValue): void {
  if (value === null) {
    writer.byte(valueTags.null);
    writer.byte(0);
  } else if (typeof value === "boolean") {
    writer.byte(valueTags.bool);
    writer.byte(value ? 1 : 0);
  } else if (typeof value === "number") {
    writer.byte(valueTags.number);
    writer.double(value);
  } else if (typeof value === "string") {
    writer.text(valueTags.text, value);
  } else if (isList(value)) {
    writer.field(valueTags.list, listSize(value));
    for (const item of value) {
      writer.field(listItemTag, valueSize(item));
      writeValue(writer, item);
    }
  } else {
    writer.field(valueTags.struct, structSize(value));
    for (const [name, item] of Object.entries(value)) {
      writer.field(structEntryTag, entrySize(name, item));
      writer.text(entryKeyTag, name);
      writer.field(entryValueTag, valueSize(item));
      writeValue(writer, item);
    }
  }
}

function listSize(list: readonly ConfigValue[]): number {
  let size = 0;
  for (const item of list) size += fieldSize(valueSize(item));
  return size;
}

function structSize(struct: { readonly [key: string]: ConfigValue }): number {
  let size = 0;
  for (const [name, item] of Object.entries(struct)) size += fieldSize(entrySize(name, item));
  return size;
}

function entrySize(name: string, item: ConfigValue): number {
  return fieldSize(Buffer.byteLength(name)) + fieldSize(valueSize(item));
}
