/** The events of the stream as bytes. Pure. A test reads them back with the published contract. */
import type { WireEvent, WireSetting } from "../shared/types.js";
import { valueSize, writeValue } from "./proto-value.js";
import { fieldSize, textFieldSize, varintSize, WireWriter } from "./wire-writer.js";

/** Tags: field number times 8 plus wire type. */
const eventTags = { snapshot: 0x0a, update: 0x12 } as const;
/** ConfigSnapshot and ConfigUpdate number their fields alike. */
const bodyTags = { origin: 0x0a, sequenceId: 0x10, setting: 0x1a } as const;
const settingTags = { source: 0x0a, key: 0x12, value: 0x1a, unsetSource: 0x22 } as const;

/** An encoded event, shared by all subscribers. */
export interface Frame {
  readonly kind: WireEvent["kind"];
  readonly sequenceId: number;
  readonly bytes: Buffer;
}

export function encodeUpdate(origin: string, sequenceId: number, setting: WireSetting): Frame {
  const size = settingSize(setting);
  const writer = openEvent(eventTags.update, origin, sequenceId, fieldSize(size));
  writer.field(bodyTags.setting, size);
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
  writer.field(bodyTags.setting, size);
  writeSetting(writer, setting);
  return writer.bytes;
}

/** @param entries As {@link encodeEntry} makes them. */
export function encodeSnapshot(origin: string, sequenceId: number, entries: Iterable<Buffer>): Frame {
  const list = [...entries];
  let size = 0;
  for (const entry of list) size += entry.length;
  const writer = openEvent(eventTags.snapshot, origin, sequenceId, size);
  for (const entry of list) writer.copy(entry);
  return { kind: "snapshot", sequenceId, bytes: writer.bytes };
}

/** Writes everything up to the settings, which take `settingsSize` bytes. */
function openEvent(tag: number, origin: string, sequenceId: number, settingsSize: number): WireWriter {
  const sequenceSize = sequenceId === 0 ? 0 : 1 + varintSize(sequenceId);
  const body = textFieldSize(origin) + sequenceSize + settingsSize;
  const writer = new WireWriter(fieldSize(body));
  writer.field(tag, body);
  writer.textField(bodyTags.origin, origin);
  if (sequenceId !== 0) {
    writer.byte(bodyTags.sequenceId);
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
  writer.textField(settingTags.source, setting.source);
  writer.textField(settingTags.key, setting.key);
  writer.field(settingTags.value, valueSize(setting.value));
  writeValue(writer, setting.value);
  writer.textField(settingTags.unsetSource, setting.unsetSource);
}
