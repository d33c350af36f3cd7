import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  loadContract,
  type ProtoConfigEvent,
  type ProtoConfigSetting,
  type ProtoValue,
} from "../../../packages/configstream/src/core-agent/contract.js";
import { ConfigStreamError } from "../../../src/shared/errors.js";
import type { ConfigValue, WireEvent } from "../../../src/shared/types.js";
import { maxNesting, readEvent } from "../../../src/wire/event-decoder.js";
import { agentSecureService } from "../../../src/wire/service-names.js";
import { decodeEvent } from "../../../src/worker/link/methods.js";
import { anyBytes, encode, field, nestedUpdate, oddEvent } from "../../support/agents/wire-bytes.js";

const service = loadContract()[agentSecureService] as unknown as {
  StreamConfigEvents: { responseDeserialize(bytes: Buffer): ProtoConfigEvent };
};
const text = (string_value: string): ProtoValue => ({ string_value });
const number = (number_value: number): ProtoValue => ({ number_value });
const list = (...values: ProtoValue[]): ProtoValue => ({ list_value: { values } });
const struct = (fields: { [key: string]: ProtoValue }): ProtoValue => ({ struct_value: { fields } });
const read = (event: ProtoConfigEvent) => readEvent(encode(event));
const setting = (key: string, value?: ProtoValue): ProtoConfigSetting =>
  value === undefined ? { key } : { key, value };

function convert(value: ProtoValue | undefined): ConfigValue {
  const event = read({ update: { setting: setting("key", value) } });
  if (event?.kind !== "update") throw new Error("no update came back");
  return event.setting.value;
}

function nested(depth: number): ProtoValue {
  let value = number(1);
  for (let i = 0; i < depth; i++) value = i % 2 === 0 ? list(value) : struct({ inner: value });
  return value;
}

function refusal(bytes: Buffer): ConfigStreamError {
  const result = decodeEvent(bytes);
  if (result instanceof ConfigStreamError) return result;
  throw new Error("the message was not refused");
}

describe("a value", () => {
  it("is converted, of whatever kind", () => {
    expect(convert(text(""))).toBe("");
    expect(convert(text("grüße, 世界 😀"))).toBe("grüße, 世界 😀");
    expect(convert(number(0))).toBe(0);
    expect(convert(number(-1.5e300))).toBe(-1.5e300);
    expect(convert({ bool_value: false })).toBe(false);
    expect(convert({ bool_value: true })).toBe(true);
    expect(convert({ null_value: "NULL_VALUE" })).toBeNull();
    expect(convert(list(number(1), text("1"), list(), struct({})))).toEqual([1, "1", [], {}]);
    expect(convert(struct({ "a.b": struct({ c: { bool_value: true } }) }))).toEqual({ "a.b": { c: true } });
  });

  it("is null when it is missing or of no kind, and empty when its container is", () => {
    expect(convert(undefined)).toBeNull();
    expect(convert({})).toBeNull();
    expect(convert({ struct_value: {} })).toEqual({});
    expect(convert({ list_value: {} })).toEqual([]);
  });

  it("that is NaN or infinite becomes its name", () => {
    const numbers = list(number(Number.NaN), number(Infinity), number(-Infinity));
    expect(convert(numbers)).toEqual(["NaN", "Infinity", "-Infinity"]);
  });

  it("is frozen all the way down, since states and changes share it", () => {
    const value = convert(list(struct({ inner: list(number(1)) }))) as [{ inner: object }];
    expect([value, value[0], value[0].inner].map(Object.isFrozen)).toEqual([true, true, true]);
  });

  it("keeps dangerous names as data and pollutes no prototype", () => {
    const entry = (name: string, value: Buffer) =>
      field(1, Buffer.concat([field(1, Buffer.from(name)), field(2, value)]));
    const polluting = field(5, entry("polluted", Buffer.from([0x20, 1])));
    const map = field(5, Buffer.concat([entry("__proto__", polluting), entry("constructor", Buffer.from([0x20, 1]))]));
    const event = readEvent(field(2, field(3, Buffer.concat([field(2, Buffer.from("key")), field(3, map)]))));
    const value = event?.kind === "update" ? (event.setting.value as object) : {};
    expect(Object.keys(value)).toEqual(["__proto__", "constructor"]);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(JSON.stringify(value)).toBe('{"__proto__":{"polluted":true},"constructor":true}');
    expect((value as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it("may be nested up to the bound, and is refused beyond it with its key and without its content", () => {
    expect(convert(nested(maxNesting))).toBeDefined();
    expect(refusal(nestedUpdate(1, "my.key", maxNesting + 1)).message).toMatch(/is nested more than 48 levels/);
    expect(refusal(nestedUpdate(1, "my.key", 100_000)).message).toMatch(/"my\.key"/);
    // Too deep, around something that must not be shown.
    let value = field(3, Buffer.from("hunter2"));
    for (let i = 0; i <= maxNesting; i++) value = field(6, field(1, value));
    const bytes = field(2, field(3, Buffer.concat([field(2, Buffer.from("db")), field(3, value)])));
    expect(refusal(bytes).message).toContain('"db"');
    expect(refusal(bytes).message).not.toContain("hunter2");
  });
});

describe("an event", () => {
  it("is read as a snapshot", () => {
    const full = { source: "file", key: "A.b", value: number(1), unset_source: "" };
    expect(read({ snapshot: { origin: "core", sequence_id: -3, settings: [full, setting("c")] } })).toEqual({
      kind: "snapshot",
      origin: "core",
      sequenceId: -3,
      settings: [
        { source: "file", key: "A.b", value: 1, unsetSource: "" },
        { source: "", key: "c", value: null, unsetSource: "" },
      ],
    });
    expect(read({ snapshot: {} })).toEqual({ kind: "snapshot", origin: "", sequenceId: 0, settings: [] });
  });

  it("is read as a removal", () => {
    expect(read({ update: { sequence_id: 2, setting: { key: "a", unset_source: "cli" } } })).toEqual({
      kind: "update",
      origin: "",
      sequenceId: 2,
      setting: { source: "", key: "a", value: null, unsetSource: "cli" },
    });
  });

  it("is what it says last, when it says both, as other readers of the contract take it", () => {
    const snapshot = encode({ snapshot: { sequence_id: 1, settings: [setting("s")] } });
    const update = encode({ update: { sequence_id: 2, setting: setting("u") } });
    expect(readEvent(Buffer.concat([snapshot, update]))).toEqual(readEvent(update));
    expect(readEvent(Buffer.concat([update, snapshot]))).toEqual(readEvent(snapshot));
  });

  it("is refused as an update without a setting", () => {
    expect(refusal(encode({ update: {} })).code).toBe("bad_message");
  });

  it("may carry fields that are not known here, in every wire type", () => {
    const known = encode({ update: { sequence_id: 7, setting: setting("key", text("v")) } });
    const unknown = Buffer.concat([
      Buffer.from([0x78, 0xff, 0x01]),
      Buffer.from([0x79, 1, 2, 3, 4, 5, 6, 7, 8]),
      field(15, Buffer.from("anything")),
      Buffer.from([0x7d, 1, 2, 3, 4]),
      Buffer.from([0x7b, 0x78, 0x01, 0x7c]),
    ]);
    expect(readEvent(Buffer.concat([unknown, known, unknown]))).toEqual(readEvent(known));
    expect(readEvent(unknown)).toBeUndefined();
  });

  it("of 100,000 settings is read without a stack that grows with them", () => {
    const settings = Array.from({ length: 100_000 }, (_, i) => ({ source: "file", key: `s.k${i}`, value: number(i) }));
    const event = read({ snapshot: { settings } });
    const last = { source: "file", key: "s.k99999", value: 99_999, unsetSource: "" };
    expect(event?.kind === "snapshot" && event.settings.at(-1)).toEqual(last);
  });
});

describe("against proto-loader's decoder", () => {
  it("every event of the contract reads the same", () => {
    fc.assert(
      fc.property(oddEvent, (event) => {
        const bytes = encode(event);
        expect(outcome(() => readEvent(bytes))).toEqual(outcome(() => expected(bytes)));
      }),
      { numRuns: 1_000 },
    );
  });

  it("bytes of any kind give an event, or an error of code bad_message", () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        const result = decodeEvent(bytes);
        if (result instanceof Error) expect((result as ConfigStreamError).code).toBe("bad_message");
        else expect(["snapshot", "update"]).toContain(result.kind);
      }),
      { numRuns: 2_000 },
    );
  });
});

/** What it gives, or that it refuses. */
function outcome(decode: () => WireEvent | undefined): unknown {
  try {
    return decode();
  } catch {
    return "refused";
  }
}

/** The event as proto-loader reads it. */
function expected(bytes: Buffer): WireEvent | undefined {
  const { snapshot, update } = service.StreamConfigEvents.responseDeserialize(bytes);
  if (snapshot) {
    const { origin = "", sequence_id: sequenceId = 0, settings = [] } = snapshot;
    return { kind: "snapshot", origin, sequenceId, settings: settings.map(plainSetting) };
  }
  if (!update) return undefined;
  if (!update.setting) throw new Error("no setting");
  const { origin = "", sequence_id: sequenceId = 0 } = update;
  return { kind: "update", origin, sequenceId, setting: plainSetting(update.setting) };
}

function plainSetting({ source = "", key = "", value, unset_source: unsetSource = "" }: ProtoConfigSetting) {
  return { source, key, value: plain(value), unsetSource };
}

function plain(value: ProtoValue | null | undefined): ConfigValue {
  if (value?.string_value !== undefined) return value.string_value;
  if (value?.number_value !== undefined) {
    return Number.isFinite(value.number_value) ? value.number_value : String(value.number_value);
  }
  if (value?.bool_value !== undefined) return value.bool_value;
  if (value?.list_value) return (value.list_value.values ?? []).map(plain);
  if (!value?.struct_value) return null;
  const entries = Object.entries(value.struct_value.fields ?? {});
  return Object.fromEntries(entries.map(([name, inner]) => [name, plain(inner)]));
}
