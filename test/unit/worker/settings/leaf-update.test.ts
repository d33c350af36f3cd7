/** What one update of a leaf, or of a section that was sent as leaves, changes; each key with the layers that it then has. */
import { describe, expect, it } from "vitest";
import { defaultSourcePriority } from "../../../../src/shared/params.js";
import type { ConfigValue, ResolvedSetting, SourceValue } from "../../../../src/shared/types.js";
import {
  type LeafRule,
  type LeafUpdate,
  layerOfLeaf,
  winnerOfLeafOrSection,
  winnerOfSubtree,
} from "../../../../src/worker/settings/leaf-update.js";
import { createPriority, settle } from "../../../../src/worker/settings/priority.js";
import { set, unset } from "../../../support/wire/settings.js";

type State = { readonly [key: string]: { readonly [source: string]: ConfigValue } };

const priority = createPriority(defaultSourcePriority);

/** The edits that a rule makes of a state; `"ambiguous"` where it cannot say. */
function edits(rule: LeafRule, state: State, update: LeafUpdate): unknown {
  const settings = new Map<string, ResolvedSetting>();
  for (const [key, layers] of Object.entries(state)) {
    const setting = settle(Object.entries(layers).map(([source, value]): SourceValue => ({ source, value })));
    if (setting !== undefined) settings.set(key, setting);
  }
  const made = rule(update, {
    get: (key) => settings.get(key),
    below: (key) => [...settings.keys()].filter((each) => each.startsWith(`${key}.`)),
    priority,
  });
  if (made === "ambiguous") return made;
  return Object.fromEntries(
    [...made].map(([key, layers]) => [key, Object.fromEntries(layers.map(({ source, value }) => [source, value]))]),
  );
}

describe("where each source is sent for itself", () => {
  it("a set takes its place among the layers, and a removal leaves what it falls back to", () => {
    const state = { a: { default: 1, cli: 3 } };
    expect(edits(layerOfLeaf, state, set("file", "a", 2))).toEqual({ a: { default: 1, file: 2, cli: 3 } });
    expect(edits(layerOfLeaf, state, unset("cli", "a", "default", 1))).toEqual({ a: { default: 1 } });
    expect(edits(layerOfLeaf, state, unset("cli", "a"))).toEqual({ a: {} });
  });
});

describe("where leaves were detected, an update of a key that has leaves below it", () => {
  const state = { "s.a": { default: 1, cli: 2 }, "s.b": { file: 3 } };
  const rule = winnerOfLeafOrSection;

  it("is a leaf beside them when its value is no section", () => {
    expect(edits(rule, state, set("file", "s", 7))).toEqual({ s: { file: 7 } });
  });

  it("is all that its source says of the section, and leaves other sources alone", () => {
    expect(edits(rule, state, set("file", "s", { a: 5, c: 6 }))).toEqual({
      "s.a": { default: 1, file: 5, cli: 2 },
      "s.b": {},
      "s.c": { file: 6 },
    });
    expect(edits(rule, state, set("file", "s", null))).toEqual({ "s.a": { default: 1, cli: 2 }, "s.b": {} });
  });

  it("is the whole truth when it is a removal, whether a section, a scalar or nothing is left", () => {
    expect(edits(rule, state, unset("cli", "s", "default", { a: 1 }))).toEqual({ "s.a": { default: 1 }, "s.b": {} });
    expect(edits(rule, state, unset("cli", "s", "default", 7))).toEqual({ s: { default: 7 }, "s.a": {}, "s.b": {} });
    expect(edits(rule, state, unset("cli", "s"))).toEqual({ "s.a": {}, "s.b": {} });
    expect(edits(rule, state, unset("cli", "s", "default", null))).toEqual({ "s.a": {}, "s.b": {} });
  });

  it("is about the key alone when the key is a leaf as well", () => {
    const both = { s: { file: 1 }, ...state };
    expect(edits(rule, both, set("file", "s", { a: 9 }))).toEqual({ s: { file: { a: 9 } } });
    expect(edits(rule, both, unset("file", "s", "default", null))).toEqual({ s: { default: null } });
  });
});

describe("where sections are sent merged, an update", () => {
  const rule = winnerOfSubtree;
  const state = { "s.a": { file: 1 }, "s.t.b": { cli: 2 }, "s.t.c": { file: 3 } };

  it("of a leaf names what wins now, and is ambiguous where it names a source below the one told before", () => {
    expect(edits(rule, state, set("cli", "s.a", 5))).toEqual({ "s.a": { file: 1, cli: 5 } });
    expect(edits(rule, state, set("file", "s.t.b", 5))).toBe("ambiguous");
    expect(edits(rule, { a: { unknown: 1 } }, set("default", "a", 5))).toEqual({ a: { default: 5 } });
  });

  it("that is a removal is not ambiguous, whatever it falls back to", () => {
    expect(edits(rule, state, unset("cli", "s.t.b", "file", 4))).toEqual({ "s.t.b": { file: 4 } });
    expect(edits(rule, state, unset("cli", "s.t", "file", { b: 4 }))).toEqual({ "s.t.b": { file: 4 }, "s.t.c": {} });
    expect(edits(rule, state, unset("cli", "s.t"))).toEqual({ "s.t.b": {}, "s.t.c": {} });
  });

  it("of a section replaces all that lies below it", () => {
    expect(edits(rule, state, set("cli", "s.t", { b: 7, d: 8 }))).toEqual({
      "s.t.b": { cli: 7 },
      "s.t.c": {},
      "s.t.d": { cli: 8 },
    });
    expect(edits(rule, state, set("cli", "s.t", 7))).toEqual({ "s.t": { cli: 7 }, "s.t.b": {}, "s.t.c": {} });
  });

  it("with null takes a source's whole section away at the top, and below it is a value", () => {
    expect(edits(rule, state, set("cli", "s", null))).toEqual({
      "s.a": { file: 1 },
      "s.t.b": {},
      "s.t.c": { file: 3 },
    });
    expect(edits(rule, state, set("cli", "s.t", null))).toEqual({ "s.t": { cli: null }, "s.t.b": {}, "s.t.c": {} });
    expect(edits(rule, { s: { file: 1 } }, set("cli", "s", null))).toEqual({ s: { file: 1, cli: null } });
  });

  it("of a key that is a leaf and has leaves below it replaces those only with a map", () => {
    const both = { s: { file: 1 }, "s.a": { file: 2 } };
    expect(edits(rule, both, set("cli", "s", 5))).toEqual({ s: { file: 1, cli: 5 } });
    expect(edits(rule, both, set("cli", "s", { b: 5 }))).toEqual({ s: {}, "s.a": {}, "s.b": { cli: 5 } });
  });

  it("below an empty map says that it was a section, which a removal does not, nor other maps and scalars above", () => {
    expect(edits(rule, { s: { file: {} }, "s.t": { file: {} } }, set("cli", "s.t.a", 1))).toEqual({
      "s.t.a": { cli: 1 },
      "s.t": {},
      s: {},
    });
    expect(edits(rule, { s: { file: {} } }, set("cli", "s.t", { "a.b": 1 }))).toEqual({
      "s.t": { cli: { "a.b": 1 } },
      s: {},
    });
    expect(edits(rule, { s: { file: {} }, "s.a": { cli: 1 } }, unset("cli", "s.a"))).toEqual({ "s.a": {} });
    for (const above of [{ "a.b": 1 }, 7, null]) {
      expect(edits(rule, { s: { file: above } }, set("cli", "s.a", 1))).toEqual({ "s.a": { cli: 1 } });
    }
  });
});
