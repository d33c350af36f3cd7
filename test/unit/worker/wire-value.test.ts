import { describe, expect, it } from "vitest";
import type { ProtoConfigEvent, ProtoValue } from "../../../src/shared/contract.js";
import { ConfigStreamError } from "../../../src/shared/errors.js";
import { maxNesting, toConfigValue, toWireEvent } from "../../../src/worker/wire-value.js";

const text = (string_value: string): ProtoValue => ({ string_value });
const number = (number_value: number): ProtoValue => ({ number_value });
const list = (...values: ProtoValue[]): ProtoValue => ({ list_value: { values } });
const struct = (fields: { [key: string]: ProtoValue }): ProtoValue => ({ struct_value: { fields } });
const convert = (value: ProtoValue | null | undefined) => toConfigValue(value, "key");

function nested(depth: number): ProtoValue {
  let value = number(1);
  for (let i = 0; i < depth; i++) value = i % 2 === 0 ? list(value) : struct({ inner: value });
  return value;
}

function refusal(event: ProtoConfigEvent): ConfigStreamError {
  try {
    toWireEvent(event);
  } catch (error) {
    if (error instanceof ConfigStreamError) return error;
    throw error;
  }
  throw new Error("the message was not refused");
}

describe("toConfigValue", () => {
  it("converts every kind of value", () => {
    expect(convert(text(""))).toBe("");
    expect(convert(number(0))).toBe(0);
    expect(convert({ bool_value: false })).toBe(false);
    expect(convert({ null_value: "NULL_VALUE" })).toBeNull();
    expect(convert(list(number(1), text("1"), list(), struct({})))).toEqual([1, "1", [], {}]);
    expect(convert(struct({ "a.b": struct({ c: { bool_value: true } }) }))).toEqual({ "a.b": { c: true } });
  });

  it("takes a missing value, a value of no kind and empty containers without fields", () => {
    expect(convert(undefined)).toBeNull();
    expect(convert(null)).toBeNull();
    expect(convert({})).toBeNull();
    expect(convert({ struct_value: {} })).toEqual({});
    expect(convert({ list_value: {} })).toEqual([]);
  });

  it("turns NaN and infinities into their names", () => {
    expect(convert(list(number(Number.NaN), number(Infinity), number(-Infinity)))).toEqual([
      "NaN",
      "Infinity",
      "-Infinity",
    ]);
  });

  it("keeps dangerous names as data and pollutes no prototype", () => {
    const fields = JSON.parse('{"__proto__": {"string_value": "x"}, "constructor": {"number_value": 1}}');
    const value = convert({ struct_value: { fields } }) as object;
    expect(Object.keys(value)).toEqual(["__proto__", "constructor"]);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(JSON.stringify(value)).toBe('{"__proto__":"x","constructor":1}');
    expect(Object.hasOwn({}, "x")).toBe(false);
  });

  it("keeps an object under the name __proto__ as data", () => {
    const fields = JSON.parse('{"__proto__": {"struct_value": {"fields": {"polluted": {"bool_value": true}}}}}');
    const value = convert({ struct_value: { fields } });
    expect((value as { polluted?: unknown }).polluted).toBeUndefined();
    expect(JSON.stringify(value)).toBe('{"__proto__":{"polluted":true}}');
  });

  it("makes text and names well formed", () => {
    expect(convert(struct({ "a\ud800": text("\udc00b") }))).toEqual({ "a\ufffd": "\ufffdb" });
    expect(convert(text("\ud83d\ude00"))).toBe("\ud83d\ude00");
  });

  it("takes nesting up to the bound and refuses more, naming the key and not the value", () => {
    expect(() => convert(nested(maxNesting))).not.toThrow();
    expect(() => toConfigValue(nested(maxNesting + 1), "my.key")).toThrow(/"my\.key" is nested more than 48 levels/);
    expect(() => toConfigValue(nested(5_000), "my.key")).toThrow(ConfigStreamError);
  });
});

describe("toWireEvent", () => {
  it("converts a snapshot", () => {
    const setting = { source: "file", key: "A.b", value: number(1), unset_source: "" };
    expect(toWireEvent({ snapshot: { origin: "core", sequence_id: -3, settings: [setting, { key: "c" }] } })).toEqual({
      kind: "snapshot",
      origin: "core",
      sequenceId: -3,
      settings: [
        { source: "file", key: "A.b", value: 1, unsetSource: "" },
        { source: "", key: "c", value: null, unsetSource: "" },
      ],
    });
  });

  it("takes absent scalar fields for their zero values", () => {
    expect(toWireEvent({ snapshot: {} })).toEqual({ kind: "snapshot", origin: "", sequenceId: 0, settings: [] });
  });

  it("converts a removal", () => {
    expect(toWireEvent({ update: { sequence_id: 2, setting: { key: "a", unset_source: "cli" } } })).toEqual({
      kind: "update",
      origin: "",
      sequenceId: 2,
      setting: { source: "", key: "a", value: null, unsetSource: "cli" },
    });
  });

  it("refuses an event without content, an update without a setting and an empty key", () => {
    for (const event of [
      {},
      { snapshot: null, update: null },
      { update: {} },
      { update: { setting: null } },
      { update: { setting: { value: number(1) } } },
      { snapshot: { settings: [{ key: "good", value: number(1) }, { key: "" }] } },
    ]) {
      expect(refusal(event).code).toBe("bad_message");
    }
  });

  it("never tells a value in a refusal", () => {
    const value = struct({ password: text("hunter2"), deep: nested(80) });
    const { message } = refusal({ snapshot: { settings: [{ key: "db", value }] } });
    expect(message).toContain('"db"');
    expect(message).not.toContain("hunter2");
  });

  it("converts 100,000 settings without a stack that grows with them", () => {
    const settings = Array.from({ length: 100_000 }, (_, i) => ({ source: "file", key: `s.k${i}`, value: number(i) }));
    const event = toWireEvent({ snapshot: { settings } });
    expect(event.kind === "snapshot" && event.settings.at(-1)).toEqual({
      source: "file",
      key: "s.k99999",
      value: 99_999,
      unsetSource: "",
    });
  });
});
