/**
 * From the messages that proto-loader delivers to events.
 *
 * | input | treatment |
 * |---|---|
 * | no event, update without setting, empty key | refused |
 * | a value nested deeper than {@link maxNesting} | refused |
 * | no value, or a value of no kind | null, as Go's structpb reads it |
 * | NaN and infinities | the texts `NaN`, `Infinity`, `-Infinity`, as Go's structpb reads them |
 * | lone surrogates in keys, names and texts | replaced by U+FFFD |
 * | `__proto__`, `constructor` and the like as names in a map | kept as own properties of a plain object |
 *
 * A refused message is refused whole, so a snapshot is never half applied. Errors name the key, never the value.
 */
import { toUSVString } from "node:util";
import type { ProtoConfigEvent, ProtoConfigSetting, ProtoValue } from "../shared/contract.js";
import { ConfigStreamError } from "../shared/errors.js";
import type { ConfigValue, WireEvent, WireSetting } from "../shared/types.js";

/**
 * Deepest nesting of lists and maps inside one value. protobufjs reads 100 levels of messages, of which each list or map
 * takes two.
 */
export const maxNesting = 48;

/** Converts one message. Throws a `ConfigStreamError` of code `bad_message` and then nothing of it may be used. */
export function toWireEvent(event: ProtoConfigEvent): WireEvent {
  const { snapshot, update } = event;
  if (snapshot) {
    const settings = (snapshot.settings ?? []).map(toWireSetting);
    return {
      kind: "snapshot",
      origin: textOf(snapshot.origin),
      sequenceId: snapshot.sequence_id ?? 0,
      settings,
    };
  }
  if (!update) {
    throw refused("It holds neither a snapshot nor an update; the core agent may be newer than this consumer.");
  }
  if (!update.setting) throw refused("It is an update without a setting.");
  return {
    kind: "update",
    origin: textOf(update.origin),
    sequenceId: update.sequence_id ?? 0,
    setting: toWireSetting(update.setting),
  };
}

/** Converts one value; `key` is for the error. Throws as {@link toWireEvent} does. */
export function toConfigValue(value: ProtoValue | null | undefined, key: string): ConfigValue {
  return convert(value, key, 0);
}

function toWireSetting(setting: ProtoConfigSetting): WireSetting {
  const key = textOf(setting?.key);
  if (key === "") throw refused("One of its settings has an empty key.");
  return {
    source: textOf(setting.source),
    key,
    value: convert(setting.value, key, 0),
    unsetSource: textOf(setting.unset_source),
  };
}

function convert(value: ProtoValue | null | undefined, key: string, depth: number): ConfigValue {
  if (value === null || value === undefined) return null;
  if (value.string_value !== undefined) return textOf(value.string_value);
  if (value.number_value !== undefined) return numberOf(value.number_value);
  if (value.bool_value !== undefined) return value.bool_value;
  if (value.struct_value) return mapOf(value.struct_value.fields ?? {}, key, inner(depth, key));
  if (value.list_value) return listOf(value.list_value.values ?? [], key, inner(depth, key));
  return null;
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

function listOf(values: readonly ProtoValue[], key: string, depth: number): ConfigValue {
  return values.map((value) => convert(value, key, depth));
}

function mapOf(fields: { [key: string]: ProtoValue }, key: string, depth: number): ConfigValue {
  const map: { [key: string]: ConfigValue } = {};
  for (const name of Object.keys(fields)) {
    const value = convert(fields[name], key, depth);
    // Assigning to `__proto__` would set the prototype; defining it makes an ordinary property.
    if (name === "__proto__") {
      Object.defineProperty(map, name, { value, writable: true, enumerable: true, configurable: true });
    } else {
      map[textOf(name)] = value;
    }
  }
  return map;
}

/** Text without lone surrogates: they cannot be encoded, and would differ after one trip through shared memory. */
function textOf(text: string | null | undefined): string {
  return text ? toUSVString(text) : "";
}

function refused(fault: string): ConfigStreamError {
  return new ConfigStreamError("bad_message", `A message of the core agent was refused. ${fault}`);
}
