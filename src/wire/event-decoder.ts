/**
 * From the bytes of a message to an event, in one step.
 *
 * | input | treatment |
 * |---|---|
 * | neither snapshot nor update | `undefined`: an event of a kind that is not known here |
 * | update without setting, bytes that are no message | refused |
 * | more elements than the heap has room for | refused |
 * | a value nested deeper than {@link maxNesting} | refused |
 * | no value, or a value of no kind | null, as Go's structpb reads it |
 * | NaN and infinities | the texts `NaN`, `Infinity`, `-Infinity`, as Go's structpb reads them |
 * | bytes that are not UTF-8 in keys, names and texts | replaced by U+FFFD |
 * | `__proto__`, `constructor` and the like as names in a map | kept as own properties of a plain object |
 * | fields that are not known here | passed over |
 * | a field that stands there twice, or a snapshot and an update | the last one counts |
 *
 * A refused message is refused whole, so a snapshot is never half applied. Errors name the key, never the value. Names and
 * numbers of the fields are those of proto/; a test compares this decoder with proto-loader's.
 */
import { ConfigStreamError } from "../shared/errors.js";
import type { ConfigValue, WireEvent, WireSetting } from "../shared/types.js";
import { cost, ElementBudget, elementsThatFit } from "./element-budget.js";
import {
  allLayersTag,
  bodyTag,
  entryTag,
  eventTag,
  listItemTag,
  settingTag,
  structEntryTag,
  valueTag,
} from "./tags.js";
import { WireReader } from "./wire-reader.js";

/** Deepest nesting of lists and maps inside one value. Other readers of the contract stop at some 50 levels. */
export const maxNesting = 48;

/** Bytes that are read, and the room for what they decode to. */
export class EventReader extends WireReader {
  readonly budget: ElementBudget;

  constructor(bytes: Buffer, budget: ElementBudget) {
    super(bytes);
    this.budget = budget;
  }
}

interface Body {
  readonly origin: string;
  readonly sequenceId: number;
  readonly settings: readonly WireSetting[];
  readonly allLayers: boolean;
}

/**
 * Decodes one event; `undefined` when it is neither a snapshot nor an update. Throws a `ConfigStreamError` of code
 * `bad_message` or `limit_exceeded`, or a `RangeError` for bytes that are no message; nothing of it may then be used.
 */
export function readEvent(bytes: Buffer, maxElements = elementsThatFit(bytes.length)): WireEvent | undefined {
  const reader = new EventReader(bytes, new ElementBudget(maxElements));
  let snapshot: Body | undefined;
  let update: Body | undefined;
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === eventTag.snapshot) {
      snapshot = readBody(reader, false);
      update = undefined;
    } else if (tag === eventTag.update) {
      update = readBody(reader, true);
      snapshot = undefined;
    } else reader.skip(tag);
  }
  if (snapshot !== undefined) {
    const { allLayers, ...told } = snapshot;
    return allLayers ? { kind: "snapshot", ...told, allLayers } : { kind: "snapshot", ...told };
  }
  if (update === undefined) return undefined;
  const { origin, sequenceId, settings } = update;
  const setting = settings.at(-1);
  if (setting === undefined) throw refused("It is an update without a setting.");
  return { kind: "update", origin, sequenceId, setting };
}

/** `isUpdate`: its names are likely those of an earlier message. */
function readBody(reader: EventReader, isUpdate: boolean): Body {
  const outer = reader.open();
  let origin = "";
  let sequenceId = 0;
  let allLayers = false;
  const settings: WireSetting[] = [];
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === bodyTag.setting) {
      reader.budget.spend(cost.setting);
      settings.push(readSetting(reader, isUpdate));
    } else if (tag === bodyTag.sequenceId) sequenceId = reader.int32();
    else if (tag === bodyTag.origin) origin = reader.knownText();
    else if (tag === allLayersTag) allLayers = reader.bool();
    else reader.skip(tag);
  }
  reader.close(outer);
  return { origin, sequenceId, settings, allLayers };
}

function readSetting(reader: EventReader, isUpdate: boolean): WireSetting {
  const outer = reader.open();
  let source = "";
  let key = "";
  let value: ConfigValue = null;
  let unsetSource = "";
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === settingTag.source) source = isUpdate ? reader.knownText() : reader.repeatedText();
    else if (tag === settingTag.key) key = isUpdate ? reader.knownText() : reader.text();
    else if (tag === settingTag.value) value = readValue(reader, key, 0);
    else if (tag === settingTag.unsetSource) unsetSource = reader.text();
    else reader.skip(tag);
  }
  reader.close(outer);
  return { source, key, value, unsetSource };
}

function readValue(reader: EventReader, key: string, depth: number): ConfigValue {
  const outer = reader.open();
  let value: ConfigValue = null;
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === valueTag.number) value = numberOf(reader.double());
    else if (tag === valueTag.text) value = reader.text();
    else if (tag === valueTag.bool) value = reader.bool();
    else if (tag === valueTag.list) value = readList(reader, key, inner(depth, key));
    else if (tag === valueTag.struct) value = readMap(reader, key, inner(depth, key));
    else {
      if (tag === valueTag.null) value = null;
      reader.skip(tag);
    }
  }
  reader.close(outer);
  return value;
}

function readList(reader: EventReader, key: string, depth: number): ConfigValue {
  const outer = reader.open();
  const list: ConfigValue[] = [];
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === listItemTag) {
      reader.budget.spend(cost.item);
      list.push(readValue(reader, key, depth));
    } else reader.skip(tag);
  }
  reader.close(outer);
  return Object.freeze(list);
}

/** A `google.protobuf.Struct`, as it stands in a field; `key` names it in a refusal. */
export function readMap(reader: EventReader, key: string, depth: number): ConfigValue {
  const outer = reader.open();
  const map: { [name: string]: ConfigValue } = {};
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === structEntryTag) {
      reader.budget.spend(cost.entry);
      readEntry(reader, map, key, depth);
    } else reader.skip(tag);
  }
  reader.close(outer);
  return Object.freeze(map);
}

function readEntry(reader: EventReader, map: { [name: string]: ConfigValue }, key: string, depth: number): void {
  const outer = reader.open();
  let name = "";
  let value: ConfigValue = null;
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === entryTag.key) name = reader.text();
    else if (tag === entryTag.value) value = readValue(reader, key, depth);
    else reader.skip(tag);
  }
  reader.close(outer);
  // Assigning to `__proto__` would set the prototype; defining it makes an ordinary property.
  if (name !== "__proto__") map[name] = value;
  else Object.defineProperty(map, name, { value, writable: true, enumerable: true, configurable: true });
}

function inner(depth: number, key: string): number {
  if (depth >= maxNesting) {
    throw refused(`The value of "${key}" is nested more than ${maxNesting} levels deep; make it flatter.`);
  }
  return depth + 1;
}

function numberOf(value: number): ConfigValue {
  return Number.isFinite(value) ? value : String(value);
}

function refused(fault: string): ConfigStreamError {
  return new ConfigStreamError("bad_message", `A message of the core agent was refused. ${fault}`);
}
