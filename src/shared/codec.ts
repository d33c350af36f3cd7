/**
 * Records: what the region holds for one key. A record is the core agent's sequence id (4 bytes), a format (1 byte) and
 * the setting's value, or `[value, [source, value], …]` when more than the winning layer holds the key.
 *
 * The format is msgpack, but for values that have a key `__proto__` somewhere: msgpackr renames it, and a setting must come
 * back as it was sent. `JSON.parse` makes it a plain property, so those few are JSON.
 *
 * Always decodes private memory: msgpackr turns corrupt bytes into wrong values without throwing, so nothing may reach
 * it that has not passed the protocol and its checksum.
 */
import { Packr } from "msgpackr";
import type { ConfigValue, ResolvedSetting, SourceValue } from "./types.js";

// No shared structures: another instance could not read them. No records: plain maps only.
const packr = new Packr({ useRecords: false, mapsAsObjects: true, variableMapSize: true, largeBigIntToFloat: true });

const headerBytes = 5;
const formatAt = 4;
const msgpack = 0;
const json = 1;

/** A record and whether layers are in it. */
export interface EncodedRecord {
  readonly bytes: Uint8Array;
  readonly hasLayers: boolean;
}

/** A decoded record. */
export interface DecodedRecord {
  readonly value: ConfigValue;
  /** Layers, lowest priority first; `undefined` when only the winning source holds the key. */
  readonly layers: readonly SourceValue[] | undefined;
  readonly sequenceId: number;
}

/** Encodes what a key resolves to. The bytes are the caller's own. */
export function encodeRecord(setting: ResolvedSetting, sequenceId: number): EncodedRecord {
  const { layers } = setting;
  const hasLayers = layers !== undefined;
  const content: ConfigValue = hasLayers
    ? [setting.value, ...layers.map(({ source, value }) => [source, value])]
    : setting.value;
  const format = namesProto(content) ? json : msgpack;
  const body: Uint8Array = format === json ? Buffer.from(JSON.stringify(content)) : packr.pack(content);
  const bytes = new Uint8Array(headerBytes + body.length);
  // Byte by byte: asking a small array for its buffer makes the engine move it off its heap, which costs more than all the rest.
  bytes[0] = sequenceId;
  bytes[1] = sequenceId >> 8;
  bytes[2] = sequenceId >> 16;
  bytes[3] = sequenceId >> 24;
  bytes[formatAt] = format;
  bytes.set(body, headerBytes);
  return { bytes, hasLayers };
}

/** Decodes the first `length` bytes. What it returns is deeply frozen. */
export function decodeRecord(bytes: Uint8Array, length: number, hasLayers: boolean): DecodedRecord {
  const sequenceId = new DataView(bytes.buffer, bytes.byteOffset).getInt32(0, true);
  const body = bytes.subarray(headerBytes, length);
  const content: unknown = bytes[formatAt] === json ? JSON.parse(Buffer.from(body).toString()) : packr.unpack(body);
  if (!hasLayers) return { value: deepFreeze(content as ConfigValue), layers: undefined, sequenceId };
  const [value, ...layers] = content as [ConfigValue, ...[string, ConfigValue][]];
  return {
    value: deepFreeze(value),
    layers: Object.freeze(
      layers.map(([source, layerValue]) => Object.freeze({ source, value: deepFreeze(layerValue) })),
    ),
    sequenceId,
  };
}

function namesProto(value: ConfigValue): boolean {
  if (typeof value !== "object" || value === null) return false;
  return Object.hasOwn(value, "__proto__") || Object.values(value).some(namesProto);
}

/** Encodes any plain value; the bytes are the caller's own. */
export function encode(value: unknown): Uint8Array {
  return Uint8Array.from(packr.pack(value));
}

/** Decodes what {@link encode} made. */
export function decode(bytes: Uint8Array): unknown {
  return packr.unpack(bytes);
}

/** Freezes a value and all that it holds, so that no reader can change what another reads. */
export function deepFreeze<T extends ConfigValue>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    for (const inner of Object.values(value)) deepFreeze(inner);
    Object.freeze(value);
  }
  return value;
}
