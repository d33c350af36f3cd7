import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  loadContract,
  type ProtoConfigEvent,
  type ProtoValue,
} from "../../../packages/configstream/src/core-agent/contract.js";
import type { ConfigValue, WireSetting } from "../../../src/shared/types.js";
import { readEvent } from "../../../src/wire/event-decoder.js";
import {
  allLayersMark,
  createEntryEncoder,
  encodeEntry,
  encodeSnapshot,
  encodeUpdate,
} from "../../../src/wire/event-encoder.js";
import { agentSecureService } from "../../../src/wire/service-names.js";

interface EventType {
  readonly StreamConfigEvents: {
    responseDeserialize(bytes: Buffer): ProtoConfigEvent;
    responseSerialize(event: ProtoConfigEvent): Buffer;
  };
}
const { responseDeserialize: decode, responseSerialize } = (loadContract()[agentSecureService] as unknown as EventType)
  .StreamConfigEvents;

/** The value as the contract's own encoder takes it. */
function toProto(value: ConfigValue): ProtoValue {
  if (value === null) return { null_value: 0 };
  if (typeof value === "boolean") return { bool_value: value };
  if (typeof value === "number") return { number_value: value };
  if (typeof value === "string") return { string_value: value };
  if (Array.isArray(value)) return { list_value: { values: (value as ConfigValue[]).map(toProto) } };
  const fields = Object.fromEntries(Object.entries(value).map(([name, item]) => [name, toProto(item as ConfigValue)]));
  return { struct_value: { fields } };
}

const setting = (value: ConfigValue, rest: Partial<WireSetting> = {}): WireSetting => ({
  source: "file",
  key: "a.b",
  value,
  unsetSource: "",
  ...rest,
});

/** Leaves out what proto3 leaves out: empty texts and zeros. */
const filled = <Fields extends object>(fields: Fields): Partial<Fields> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== "" && value !== 0)) as Partial<Fields>;

const asContract = ({ source, key, value, unsetSource }: WireSetting) =>
  filled({ source, key, value: toProto(value), unset_source: unsetSource });

const { value: anyValue } = fc.letrec<{ value: ConfigValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc.boolean(),
    fc.double(),
    fc.string({ unit: "binary", maxLength: 200 }),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(
      fc.string({ unit: "binary" }).filter((name) => name !== "__proto__"),
      tie("value"),
      { maxKeys: 4 },
    ),
  ),
}));
const anySetting: fc.Arbitrary<WireSetting> = fc.record({
  source: fc.string(),
  key: fc.string({ unit: "binary" }),
  value: anyValue,
  unsetSource: fc.string(),
});
const anyId = fc.oneof(fc.constantFrom(0, 1, 127, 128, 2 ** 31 - 1, -1, -(2 ** 31)), fc.integer());

describe("encoded events", () => {
  test("decode like what the contract's own encoder writes: updates", () => {
    fc.assert(
      fc.property(fc.string(), anyId, anySetting, (origin, sequence_id, given) => {
        const { bytes } = encodeUpdate(origin, sequence_id, given);
        const reference = responseSerialize({ update: filled({ origin, sequence_id, setting: asContract(given) }) });
        expect(decode(bytes)).toEqual(decode(reference));
      }),
    );
  });

  test("decode like what the contract's own encoder writes: snapshots", () => {
    fc.assert(
      fc.property(fc.string(), anyId, fc.array(anySetting), (origin, sequence_id, given) => {
        const { bytes } = encodeSnapshot(origin, sequence_id, given.map(encodeEntry));
        const reference = responseSerialize({
          snapshot: filled({ origin, sequence_id, settings: given.map(asContract) }),
        });
        expect(decode(bytes)).toEqual(decode(reference));
      }),
    );
  });

  test("are read back value by value", () => {
    const value = { list: [1, "x", null, true], deep: { "a.b/c": -0.5 }, text: "é€𝄞".repeat(100), "": 1 };
    expect(decode(encodeUpdate("o", 3, setting(value)).bytes)).toEqual({
      update: {
        origin: "o",
        sequence_id: 3,
        setting: expect.objectContaining({ source: "file", key: "a.b", value: toDecoded(value) }),
      },
    });
  });

  test("keep a map key named __proto__", () => {
    const { bytes } = encodeUpdate("", 1, setting(JSON.parse('{"__proto__": 5}')));
    expect(bytes.includes("__proto__")).toBe(true);
  });

  test("replace lone surrogates instead of writing text that is not UTF-8", () => {
    const { bytes } = encodeUpdate("", 1, setting("a\ud800b", { key: "\udfff" }));
    const decoded = decode(bytes).update?.setting;
    expect([decoded?.key, decoded?.value?.string_value]).toEqual(["\ufffd", "a\ufffdb"]);
  });
});

/** As {@link toProto}, with null the way the contract decodes it. */
function toDecoded(value: ConfigValue): unknown {
  const text = JSON.stringify(toProto(value)).replaceAll('"null_value":0', '"null_value":"NULL_VALUE"');
  return JSON.parse(text);
}

test("an entry is encoded once as long as the same object stands for it", () => {
  const encode = createEntryEncoder();
  const identity = {};
  let made = 0;
  const make = (): WireSetting => {
    made += 1;
    return setting(1);
  };
  expect(encode(identity, make)).toBe(encode(identity, make));
  expect(made).toBe(1);
  expect(encode({}, make)).toEqual(encode(identity, make));
  expect(made).toBe(2);
});

describe("the mark of all layers", () => {
  const entries = [setting(1, { source: "default" }), setting(2)].map(encodeEntry);
  const marked = encodeSnapshot("o", 1, [allLayersMark, ...entries]).bytes;
  const plain = encodeSnapshot("o", 1, entries).bytes;

  test("is skipped by the contract's own decoder, and costs four bytes", () => {
    expect(decode(marked)).toEqual(decode(plain));
    expect(marked.length).toBe(plain.length + allLayersMark.length);
    expect(allLayersMark.length).toBe(4);
  });

  test("is told by this library's decoder, wherever it stands, and not without it", () => {
    const last = encodeSnapshot("o", 1, [...entries, allLayersMark]).bytes;
    const event = {
      kind: "snapshot",
      origin: "o",
      sequenceId: 1,
      settings: [setting(1, { source: "default" }), setting(2)],
    };
    expect([readEvent(marked), readEvent(last), readEvent(plain)]).toEqual([
      { ...event, allLayers: true },
      { ...event, allLayers: true },
      event,
    ]);
  });
});
