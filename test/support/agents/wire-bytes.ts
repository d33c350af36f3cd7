/** Events as bytes, well formed and otherwise. */
import fc from "fast-check";
import { loadContract, type ProtoConfigEvent } from "../../../packages/configstream/src/core-agent/contract.js";
import { agentSecureService } from "../../../src/wire/service-names.js";

const service = loadContract()[agentSecureService] as unknown as {
  readonly StreamConfigEvents: { responseSerialize(event: ProtoConfigEvent): Buffer };
};

/** An event as the published contract encodes it. */
export function encode(event: ProtoConfigEvent): Buffer {
  return service.StreamConfigEvents.responseSerialize(event);
}

/** A length-delimited field. */
export function field(number: number, payload: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([number * 8 + 2]), varint(payload.length), payload]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return Buffer.from([...bytes, rest]);
}

/** An update whose value is a list in a list in a list, and so on. */
export function nestedUpdate(sequenceId: number, key: string, depth: number): Buffer {
  const sizes = [0];
  const listTag = 6 * 8 + 2;
  const valuesTag = 1 * 8 + 2;
  // From the inside out, as sizes first: copying each level into the next would take the square of the depth.
  const heads: Buffer[] = [];
  for (let level = 0; level < depth; level++) {
    const inner = sizes.at(-1) ?? 0;
    const values = Buffer.concat([Buffer.from([valuesTag]), varint(inner)]);
    const list = Buffer.concat([Buffer.from([listTag]), varint(values.length + inner)]);
    heads.push(Buffer.concat([list, values]));
    sizes.push(list.length + values.length + inner);
  }
  const value = Buffer.concat(heads.reverse());
  const setting = Buffer.concat([field(1, Buffer.from("file")), field(2, Buffer.from(key)), field(3, value)]);
  return field(2, Buffer.concat([Buffer.from([2 * 8]), varint(sequenceId), field(3, setting)]));
}

/** Damages bytes: some are changed, cut off, doubled or put in. */
export function damaged(bytes: fc.Arbitrary<Buffer>): fc.Arbitrary<Buffer> {
  const damage = fc.record({
    kind: fc.constantFrom("change", "cut", "insert", "double", "drop"),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    byte: fc.nat(255),
  });
  return fc.tuple(bytes, fc.array(damage, { minLength: 1, maxLength: 6 })).map(([whole, damages]) => {
    let result = Buffer.from(whole);
    for (const { kind, at, byte } of damages) {
      const index = Math.floor(at * result.length);
      const head = result.subarray(0, index);
      const tail = result.subarray(index);
      if (kind === "cut") result = Buffer.from(head);
      else if (kind === "insert") result = Buffer.concat([head, Buffer.from([byte]), tail]);
      else if (kind === "double") result = Buffer.concat([head, tail, tail]);
      else if (kind === "drop") result = Buffer.concat([head, tail.subarray(1)]);
      else if (result.length > 0) result[Math.min(index, result.length - 1)] = byte;
    }
    return result;
  });
}

const names = fc.constantFrom(
  "",
  "a",
  "a.b",
  "__proto__",
  "constructor",
  "toString",
  "a\uD800",
  "__proto__.x",
  "\u0000",
);
const numbers = fc.constantFrom(0, -0, 1.5, Number.NaN, Number.POSITIVE_INFINITY, -1e308, 2 ** 53);
const { value: anyValue } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    fc.constant({}),
    fc.constant({ null_value: "NULL_VALUE" }),
    numbers.map((number_value) => ({ number_value })),
    names.map((string_value) => ({ string_value })),
    fc.boolean().map((bool_value) => ({ bool_value })),
    fc.array(tie("value"), { maxLength: 3 }).map((values) => ({ list_value: { values } })),
    fc.array(fc.tuple(names, tie("value")), { maxLength: 3 }).map((entries) => ({
      struct_value: { fields: Object.fromEntries(entries) },
    })),
  ),
}));
const setting = fc.record(
  {
    source: fc.constantFrom("", "file", "cli", "__proto__", "never heard of"),
    key: names,
    value: anyValue,
    unset_source: fc.constantFrom("", "file", "__proto__"),
  },
  { requiredKeys: [] },
);
const sequenceId = fc.constantFrom(0, 1, 2, 3, -1, 2 ** 31 - 1, -(2 ** 31));

/** Events of the contract with everything odd that it allows. */
export const oddEvent: fc.Arbitrary<ProtoConfigEvent> = fc.oneof(
  fc.constant({}),
  fc.record({ update: fc.record({ sequence_id: sequenceId, setting }, { requiredKeys: [] }) }),
  fc.record({
    snapshot: fc.record(
      { sequence_id: sequenceId, settings: fc.array(setting, { maxLength: 4 }), origin: names },
      { requiredKeys: [] },
    ),
  }),
) as fc.Arbitrary<ProtoConfigEvent>;

/** Anything at all: odd events, damaged ones, and noise. */
export const anyBytes: fc.Arbitrary<Buffer> = fc.oneof(
  { weight: 3, arbitrary: oddEvent.map(encode) },
  { weight: 4, arbitrary: damaged(oddEvent.map(encode)) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)) },
);
