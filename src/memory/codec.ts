/**
 * Records: what the region holds for one key. A record is the core agent's sequence id (4 bytes), a format (1 byte) and
 * the setting's value, or `[value, [source, value], …]` when more than the winning layer holds the key.
 *
 * The format is msgpack, except for values that have a name of `Object.prototype` or `toJSON` in a map somewhere: msgpackr
 * renames `__proto__`, and calls or reads the others. A setting must come back as it was sent, and JSON treats them as ordinary
 * names, so those few values are JSON.
 *
 * Always decodes private memory: msgpackr turns corrupt bytes into wrong values without throwing, so nothing may reach
 * it that has not passed the protocol and its checksum.
 */
// This path leaves out its native part, which takes longer to load than all the rest and helps only with long lists of texts.
import { Packr, RESET_BUFFER_MODE, REUSE_BUFFER_MODE } from "msgpackr/pack";
import type { ConfigValue, ResolvedSetting, SourceValue } from "../shared/types.js";
import { isList } from "../shared/values/equality.js";
import { deepFreeze } from "../shared/values/freeze.js";
import { ByteBuffer } from "./byte-buffer.js";
import { simpleRoom, simpleValue, writeSimpleValue } from "./simple-value.js";

// No shared structures: another instance could not read them. No records: plain maps only.
const packr = new Packr({ useRecords: false, mapsAsObjects: true, variableMapSize: true, largeBigIntToFloat: true });

/** msgpackr then gives its own memory, with `start` and `end` of what it has packed, and uses it again the next time. */
const IN_PLACE = REUSE_BUFFER_MODE | RESET_BUFFER_MODE;
interface Packed extends Uint8Array {
  readonly start: number;
  readonly end: number;
}

const HEADER_BYTES = 5;
const FORMAT_AT = 4;
const FORMAT_MSGPACK = 0;
const FORMAT_JSON = 1;

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
  const buffer = new ByteBuffer();
  const length = appendRecord(buffer, setting, sequenceId);
  return { bytes: buffer.bytes.slice(0, length), hasLayers: setting.layers !== undefined };
}

/** Encodes what a key resolves to at the end of `buffer`, and gives the record's length. It has layers if the setting has. */
export function appendRecord(buffer: ByteBuffer, setting: ResolvedSetting, sequenceId: number): number {
  const { layers } = setting;
  const simple = layers === undefined ? appendSimple(buffer, sequenceId, setting.value) : 0;
  if (simple > 0) return simple;
  const content: ConfigValue =
    layers === undefined ? setting.value : [setting.value, ...layers.map(({ source, value }) => [source, value])];
  if (hasOddName(content)) {
    const text = Buffer.from(JSON.stringify(content));
    return append(buffer, sequenceId, FORMAT_JSON, text, 0, text.length);
  }
  const packed = packr.pack(content, IN_PLACE) as unknown as Packed;
  return append(buffer, sequenceId, FORMAT_MSGPACK, packed, packed.start, packed.end);
}

/** A record of a value that needs no general encoder; gives its length, or 0 when the value is of another kind. */
function appendSimple(buffer: ByteBuffer, sequenceId: number, value: ConfigValue): number {
  const at = buffer.reserve(HEADER_BYTES + simpleRoom);
  const { bytes } = buffer;
  const end = writeSimpleValue(bytes, at + HEADER_BYTES, value);
  if (end > 0) writeHeader(bytes, at, sequenceId, FORMAT_MSGPACK);
  buffer.truncate(end > 0 ? end : at);
  return end > 0 ? end - at : 0;
}

function append(
  buffer: ByteBuffer,
  sequenceId: number,
  format: number,
  body: Uint8Array,
  start: number,
  end: number,
): number {
  const length = HEADER_BYTES + end - start;
  const at = buffer.reserve(length);
  const { bytes } = buffer;
  writeHeader(bytes, at, sequenceId, format);
  const bodyAt = at + HEADER_BYTES;
  // Most settings are small, and a subarray costs more than copying them.
  if (end - start > 64) bytes.set(body.subarray(start, end), bodyAt);
  else for (let i = start; i < end; i++) bytes[bodyAt + i - start] = body[i] as number;
  return length;
}

function writeHeader(bytes: Uint8Array, at: number, sequenceId: number, format: number): void {
  bytes[at] = sequenceId;
  bytes[at + 1] = sequenceId >> 8;
  bytes[at + 2] = sequenceId >> 16;
  bytes[at + 3] = sequenceId >> 24;
  bytes[at + FORMAT_AT] = format;
}

/** Decodes the first `length` bytes. What it returns is deeply frozen. */
export function decodeRecord(bytes: Uint8Array, length: number, hasLayers: boolean): DecodedRecord {
  const sequenceId =
    (bytes[0] as number) | ((bytes[1] as number) << 8) | ((bytes[2] as number) << 16) | ((bytes[3] as number) << 24);
  const content = contentOf(bytes, length);
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

/** Where msgpackr is to read. One object, because it keeps none. */
const span = { start: HEADER_BYTES, end: 0 };

function contentOf(bytes: Uint8Array, length: number): unknown {
  if (bytes[FORMAT_AT] === FORMAT_JSON) return JSON.parse(Buffer.from(bytes.subarray(HEADER_BYTES, length)).toString());
  const simple = simpleValue(bytes, HEADER_BYTES, length);
  if (simple !== undefined) return simple;
  span.end = length;
  // Not of a part of the bytes: msgpackr makes a view for each array that it is given, and keeps it with the array.
  return packr.unpack(bytes, span);
}

function hasOddName(value: ConfigValue): boolean {
  if (typeof value !== "object" || value === null) return false;
  // Walked, because an array of the elements of a long list would be one more large allocation.
  if (isList(value)) return value.some(hasOddName);
  for (const name in value) {
    if (name in Object.prototype || name === "toJSON" || hasOddName(value[name] as ConfigValue)) return true;
  }
  return false;
}

/** Encodes any plain value; the bytes are the caller's own. */
export function encode(value: unknown): Uint8Array {
  return Uint8Array.from(packr.pack(value));
}

/** Decodes what {@link encode} made. */
export function decode(bytes: Uint8Array): unknown {
  return packr.unpack(bytes);
}
