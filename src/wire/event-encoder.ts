/** The events of the stream as bytes. Pure. A test reads them back with the published contract. */
import type { WireEvent, WireSetting } from "../shared/types.js";
import { valueSize, writeValue } from "./proto-value.js";
import { allLayersTag, bodyTag, eventTag, settingTag } from "./tags.js";
import { fieldSize, textFieldSize, varintSize, WireWriter } from "./wire-writer.js";

/** An encoded event, shared by all subscribers. */
export interface Frame {
  readonly kind: WireEvent["kind"];
  readonly sequenceId: number;
  readonly bytes: Buffer;
}

export function encodeUpdate(origin: string, sequenceId: number, setting: WireSetting): Frame {
  const size = settingSize(setting);
  const writer = openEvent(eventTag.update, origin, sequenceId, fieldSize(size));
  writer.field(bodyTag.setting, size);
  writeSetting(writer, setting);
  return { kind: "update", sequenceId, bytes: writer.bytes };
}

/** Encodes the entries of snapshots, and keeps the bytes of an entry as long as its identity lives. */
export function createEntryEncoder(): (identity: object, make: () => WireSetting) => Buffer {
  const encoded = new WeakMap<object, Buffer>();
  return (identity, make) => {
    const known = encoded.get(identity);
    if (known !== undefined) return known;
    const bytes = encodeEntry(make());
    encoded.set(identity, bytes);
    return bytes;
  };
}

/** One setting of a snapshot, with its tag and length. */
export function encodeEntry(setting: WireSetting): Buffer {
  const size = settingSize(setting);
  const writer = new WireWriter(fieldSize(size));
  writer.field(bodyTag.setting, size);
  writeSetting(writer, setting);
  return writer.bytes;
}

/** What a snapshot has beside its entries when they are all layers of each key, lowest priority first (tags.ts). */
export const allLayersMark = markOf(allLayersTag);

function markOf(tag: number): Buffer {
  const writer = new WireWriter(varintSize(tag) + 1);
  writer.varint(tag);
  writer.byte(1);
  return writer.bytes;
}

/** @param entries As {@link encodeEntry} makes them, and {@link allLayersMark}. */
export function encodeSnapshot(origin: string, sequenceId: number, entries: Iterable<Buffer>): Frame {
  const list = [...entries];
  let size = 0;
  for (const entry of list) size += entry.length;
  const writer = openEvent(eventTag.snapshot, origin, sequenceId, size);
  for (const entry of list) writer.copy(entry);
  return { kind: "snapshot", sequenceId, bytes: writer.bytes };
}

/** Writes everything up to the settings, which take `settingsSize` bytes. */
function openEvent(tag: number, origin: string, sequenceId: number, settingsSize: number): WireWriter {
  const sequenceSize = sequenceId === 0 ? 0 : 1 + varintSize(sequenceId);
  const body = textFieldSize(origin) + sequenceSize + settingsSize;
  const writer = new WireWriter(fieldSize(body));
  writer.field(tag, body);
  writer.textField(bodyTag.origin, origin);
  if (sequenceId !== 0) {
    writer.byte(bodyTag.sequenceId);
    writer.varint(sequenceId);
  }
  return writer;
}

function settingSize(setting: WireSetting): number {
  return (
    textFieldSize(setting.source) +
    textFieldSize(setting.key) +
    fieldSize(valueSize(setting.value)) +
    textFieldSize(setting.unsetSource)
  );
}

function writeSetting(writer: WireWriter, setting: WireSetting): void {
  writer.textField(settingTag.source, setting.source);
  writer.textField(settingTag.key, setting.key);
  writer.field(settingTag.value, valueSize(setting.value));
  writeValue(writer, setting.value);
  writer.textField(settingTag.unsetSource, setting.unsetSource);
}
