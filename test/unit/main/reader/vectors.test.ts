/**
 * What the agent's own reader answers (test/interop/vectors asked it) against what this library does. Where the two differ, one
 * of the deviations of docs/reader.md must say so, and what the answer is instead.
 */
import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { describe, expect, it } from "vitest";
import type { SettingGetters } from "../../../../src/main/reader/api.js";
import { createReader } from "../../../../src/main/reader/reader.js";
import { defaultSourcePriority } from "../../../../src/shared/params.js";
import * as coerce from "../../../../src/shared/text/coerce.js";
import type { ConfigValue, EffectiveChange } from "../../../../src/shared/types.js";
import { newRegion, TestWriter } from "../../../support/memory/region.js";

interface Vector {
  readonly value: ConfigValue;
  readonly gives: { readonly [getter: string]: unknown };
  readonly refused: readonly string[];
}

interface State {
  readonly name: string;
  readonly settings: { readonly [key: string]: { readonly [source: string]: ConfigValue } };
  readonly answers: { readonly [name: string]: { readonly [method: string]: unknown } };
  readonly whole: { readonly [method: string]: unknown };
}

const fixture: { getters: Vector[]; states: State[] } = JSON.parse(
  readFileSync(new URL("../../../fixtures/reader-vectors.json", import.meta.url), "utf8"),
);

/** Numbers are texts in the fixture. */
const numberOf = (text: unknown) => Number(String(text).replace("Inf", "Infinity"));

const whole = { zero: 0, read: numberOf };
const asIs = (given: unknown) => given;

const getters: {
  readonly [getter: string]: {
    readonly convert: (value: ConfigValue) => unknown;
    readonly zero: unknown;
    readonly read: (given: unknown) => unknown;
  };
} = {
  getString: { convert: coerce.toStringValue, zero: "", read: asIs },
  getBool: { convert: coerce.toBool, zero: false, read: asIs },
  getInt: { convert: coerce.toInt, ...whole },
  getInt64: { convert: coerce.toInt, ...whole },
  getInt32: { convert: coerce.toInt32, ...whole },
  getFloat64: { convert: coerce.toFloat64, ...whole },
  getDuration: { convert: coerce.toDurationMs, zero: 0, read: (given) => numberOf(given) / 1e6 },
  getStringSlice: { convert: coerce.toStringSlice, zero: [], read: asIs },
  getFloat64Slice: { convert: coerce.toFloat64Slice, zero: [], read: (given) => (given as string[]).map(numberOf) },
  getStringMap: { convert: coerce.toStringMap, zero: {}, read: asIs },
  getStringMapString: { convert: coerce.toStringMapString, zero: {}, read: asIs },
  getStringMapStringSlice: { convert: coerce.toStringMapStringSlice, zero: {}, read: asIs },
  getSizeInBytes: { convert: coerce.toSizeInBytes, ...whole },
};

const integers = ["getInt", "getInt64", "getInt32"];

/** Sizes that the agent's reader does not know: bytes by text. */
const furtherSizes = new Map<ConfigValue, number>([
  ["1m", 2 ** 20],
  ["10m", 10 * 2 ** 20],
  ["10M", 10 * 2 ** 20],
  ["10k", 10 * 2 ** 10],
  ["1tb", 2 ** 40],
  ["1TB", 2 ** 40],
  ["1T", 2 ** 40],
  ["2 GiB", 2 * 2 ** 30],
  ["2GiB", 2 * 2 ** 30],
  ["1kib", 2 ** 10],
  ["1KiB", 2 ** 10],
  ["1mib", 2 ** 20],
  ["1gib", 2 ** 30],
  ["1b", 1],
  ["1B", 1],
  ["1.5kb", 1536],
  ["0.5mb", 2 ** 19],
  [".5kb", 512],
  ["2.kb", 2048],
  ["1.b", 1],
  ["1.1m", 1153433],
  ["10.5 gb", 10.5 * 2 ** 30],
  ["8.", 8],
  ["2.", 2],
  ["8.5", 8],
  ["8.9", 8],
  ["1.5", 1],
  [1.5, 1],
  [8.9, 8],
  [123456789.125, 123456789],
  [2147483647.9, 2147483647],
  [10485760.7, 10485760],
]);

interface Deviation {
  readonly name: string;
  readonly applies: (getter: string, value: ConfigValue, answer: unknown, vector: Vector) => boolean;
  readonly ours: (value: ConfigValue) => unknown;
}

const refused = () => undefined;

const deviations: readonly Deviation[] = [
  {
    name: "null is an empty list or map",
    applies: (getter, value) => value === null && /Slice|Map/.test(getter),
    ours: () => "empty",
  },
  { name: "null is no value", applies: (_, value) => value === null, ours: refused },
  {
    name: "beyond what Go defines",
    applies: (getter, _, __, { gives }) => gives[getter] === "undefined behaviour",
    ours: refused,
  },
  {
    name: "safe integers only",
    applies: (getter, _, answer) =>
      ["getInt", "getInt64", "getSizeInBytes"].includes(getter) && Math.abs(answer as number) > Number.MAX_SAFE_INTEGER,
    ours: refused,
  },
  {
    name: "32 bits do not wrap around",
    applies: (getter, _, __, { gives }) =>
      getter === "getInt32" && numberOf(gives.getInt64 ?? 0) !== numberOf(gives.getInt64 ?? 0) >> 0,
    ours: refused,
  },
  {
    name: "a decimal fraction is cut off in text as well",
    applies: (getter, value) => integers.includes(getter) && /^[+-]?\d*\.\d*$/.test(String(value)),
    ours: (value) => Math.trunc(Number(value) || 0) + 0,
  },
  {
    name: "more units and fractions of sizes",
    applies: (getter, value) => getter === "getSizeInBytes" && furtherSizes.has(value),
    ours: (value) => furtherSizes.get(value),
  },
  {
    name: "half a surrogate pair",
    applies: (_, value) => typeof value === "string" && /\\ud800/.test(value),
    ours: (value) => (String(value).startsWith("[") ? ["\ud800"] : { a: "\ud800" }),
  },
];

const isEmpty = (value: unknown) => isDeepStrictEqual(value, {}) || isDeepStrictEqual(value, []);

/** Where a getter differs from the agent's: the deviations that say so, and what no deviation explains. */
function compare(getter: string): { readonly named: Set<string>; readonly wrong: string[] } {
  const { convert, zero, read } = getters[getter] as (typeof getters)[string];
  const named = new Set<string>();
  const wrong: string[] = [];
  for (const vector of fixture.getters) {
    const { value, gives } = vector;
    const answer = getter in gives ? read(gives[getter]) : zero;
    const expected = vector.refused.includes(getter) ? undefined : answer;
    // Sizes that cannot be read are 0 in Go, and not told apart from it.
    const settle = (given: unknown) => (getter === "getSizeInBytes" ? (given ?? 0) : given);
    const ours = settle(convert(value));
    if (isDeepStrictEqual(ours, expected)) continue;
    const deviation = deviations.find(({ applies }) => applies(getter, value, answer, vector));
    if (
      deviation !== undefined &&
      (isDeepStrictEqual(ours, settle(deviation.ours(value))) || (deviation.ours(value) === "empty" && isEmpty(ours)))
    )
      named.add(deviation.name);
    else wrong.push(`${JSON.stringify(value)}: ${ours}, not ${expected}`);
  }
  return { named, wrong };
}

describe.each(Object.keys(getters))("%s", (getter) => {
  it("answers every value as the agent's own reader does, but for the named deviations", () => {
    expect(fixture.getters.length).toBeGreaterThan(500);
    expect(compare(getter).wrong).toEqual([]);
  });
});

it("every deviation occurs, and docs/reader.md names it", () => {
  const documentation = readFileSync(new URL("../../../../docs/reader.md", import.meta.url), "utf8").toLowerCase();
  const used = new Set(Object.keys(getters).flatMap((getter) => [...compare(getter).named]));
  const names = deviations.map(({ name }) => name);
  expect(names.filter((name) => !used.has(name))).toEqual([]);
  expect(names.filter((name) => !documentation.includes(`**${name}**`.toLowerCase()))).toEqual([]);
});

function readerOf({ settings }: State) {
  const region = newRegion();
  const changes = Object.entries(settings).map(([key, claims]): EffectiveChange => {
    const layers = defaultSourcePriority
      .filter((source) => source in claims)
      .map((source) => ({ source, value: claims[source] as ConfigValue }));
    const { source, value } = layers.at(-1) as { source: string; value: ConfigValue };
    return { key, setting: { value, source, layers }, oldValue: undefined, valueChanged: true };
  });
  new TestWriter(region).writer.publish({ sequenceId: 1, origin: "test", changes });
  return createReader(region);
}

/** Without the sources that hold nothing, which the agent's reader lists and this one leaves out. */
function withoutEmpty(bySource: unknown): unknown {
  return Object.fromEntries(
    Object.entries(bySource as object).filter(([name, held]) => name === "provided" || Object.keys(held).length > 0),
  );
}

describe.each(fixture.states)('with the state "$name"', (state) => {
  const { answers, whole } = state;
  const reader = readerOf(state);
  const kinds: [string, SettingGetters][] = [
    ["the reader", reader],
    ["a view", reader.view()],
  ];

  it.each(kinds)("%s answers questions about names as the agent's own reader does", (_, from) => {
    for (const [name, expected] of Object.entries(answers)) {
      const isMissing = !from.isSetting(name);
      expect(
        {
          get: from.get(name) ?? null,
          // To the agent's reader, what has no source comes from the source "unknown".
          getSource: isMissing ? "unknown" : from.getSource(name),
          getStringMap: from.getStringMap(name),
          getStringMapString: from.getStringMapString(name),
          isConfigured: from.isConfigured(name),
          isKnown: from.isKnown(name),
          isSetting: from.isSetting(name),
          hasSection: from.hasSection(name),
        },
        name,
      ).toEqual(expected);
    }
  });

  it.each(kinds)("%s gives all settings as the agent's own reader does", (_, from) => {
    expect(from.allSettings()).toEqual(whole.allSettings);
    expect(from.allSettingsWithoutDefault()).toEqual(whole.allSettingsWithoutDefault);
    expect(from.allSettingsBySource()).toEqual(withoutEmpty(whole.allSettingsBySource));
    expect(from.allFlattenedSettingsWithSequenceId().settings).toEqual(whole.allFlattenedSettings);
    expect(from.allKeysLowercased()).toEqual(Object.keys(whole.allFlattenedSettings as object).sort());
    const proxies = whole.getProxies as { HTTP: string; HTTPS: string; NoProxy: string[] | null } | null;
    expect(from.getProxies()).toEqual(
      proxies === null ? undefined : { http: proxies.HTTP, https: proxies.HTTPS, noProxy: proxies.NoProxy ?? [] },
    );
    expect(reader.configFileUsed()).toBe(whole.configFileUsed);
  });
});
