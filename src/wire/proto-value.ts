/**
 * From a setting's value to the bytes of `google.protobuf.Value`. Pure.
 *
 * Written straight to bytes, because a generic encoder first builds a second object tree for every value and loses a map key
 * named `__proto__`.
 */

import type { ConfigValue } from "../shared/types.js";
import { isList } from "../shared/values/equality.js";
import { entryTag, listItemTag, structEntryTag, valueTag } from "./tags.js";
import { fieldSize, type WireWriter } from "./wire-writer.js";

/** Bytes that {@link writeValue} writes. */
export function valueSize(value: ConfigValue): number {
  if (value === null || typeof value === "boolean") return 2;
  if (typeof value === "number") return 9;
  if (typeof value === "string") return fieldSize(Buffer.byteLength(value));
  return fieldSize(isList(value) ? listSize(value) : structSize(value));
}

export function writeValue(writer: WireWriter, value: ConfigValue): void {
  if (value === null) {
    writer.byte(valueTag.null);
    writer.byte(0);
  } else if (typeof value === "boolean") {
    writer.byte(valueTag.bool);
    writer.byte(value ? 1 : 0);
  } else if (typeof value === "number") {
    writer.byte(valueTag.number);
    writer.double(value);
  } else if (typeof value === "string") {
    writer.text(valueTag.text, value);
  } else if (isList(value)) {
    writer.field(valueTag.list, listSize(value));
    for (const item of value) {
      writer.field(listItemTag, valueSize(item));
      writeValue(writer, item);
    }
  } else {
    writer.field(valueTag.struct, structSize(value));
    for (const [name, item] of Object.entries(value)) {
      writer.field(structEntryTag, entrySize(name, item));
      writer.text(entryTag.key, name);
      writer.field(entryTag.value, valueSize(item));
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
