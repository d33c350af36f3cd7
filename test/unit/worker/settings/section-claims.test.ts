/** Whole sections, by what each source says of them. */
import { describe, expect, it } from "vitest";
import { defaultSourcePriority } from "../../../../src/shared/params.js";
import type { ConfigValue, SourceValue } from "../../../../src/shared/types.js";
import { policyOf, repeatedIn, type Told } from "../../../../src/worker/settings/dialects.js";
import { createPriority } from "../../../../src/worker/settings/priority.js";
import {
  leavesOf,
  locate,
  type SectionRule,
  scalarIsWinner,
  sectionIsLayer,
} from "../../../../src/worker/settings/section-claims.js";

type Said = { readonly [source: string]: ConfigValue };

const priority = createPriority(defaultSourcePriority);
const layersOf = (said: Said): SourceValue[] => Object.entries(said).map(([source, value]) => ({ source, value }));
const set = (source: string, value: ConfigValue) => ({ source, value, unsetSource: "" });
const unset = (unsetSource: string, source = "", value: ConfigValue = null) => ({ source, value, unsetSource });

/** What the sources say after an update at a path. */
function afterwards(rule: SectionRule, said: Said, path: string, update: ReturnType<typeof set>): Said | "ambiguous" {
  const layers = rule(layersOf(said), path === "" ? [] : path.split("."), update, priority);
  return layers === "ambiguous" ? layers : Object.fromEntries(layers.map(({ source, value }) => [source, value]));
}

describe("a section of which each source is sent", () => {
  const said = { file: { a: 1, b: 2 }, cli: { a: 9 } };
  const at = (path: string, update: ReturnType<typeof set>) => afterwards(sectionIsLayer, said, path, update);

  it("is what its source says now, others stay, and null takes the source's whole section away", () => {
    expect(at("", set("file", { c: 3 }))).toEqual({ file: { c: 3 }, cli: { a: 9 } });
    expect(at("", set("file", null))).toEqual({ cli: { a: 9 } });
    expect(at("", set("default", { a: 0 }))).toEqual({ default: { a: 0 }, ...said });
  });

  it("takes a value at a path inside it, null among them", () => {
    expect(at("b", set("file", null))).toEqual({ file: { a: 1, b: null }, cli: { a: 9 } });
    expect(at("c.d", set("cli", 4))).toEqual({ file: { a: 1, b: 2 }, cli: { a: 9, c: { d: 4 } } });
  });

  it("loses what a removal clears, and has what wins then, above which nothing says anything of that path", () => {
    expect(at("a", unset("cli", "file", 1))).toEqual({ file: { b: 2, a: 1 } });
    expect(at("a", unset("remote-config", "file", 1))).toEqual({ file: { b: 2, a: 1 } });
    expect(at("a", unset("cli"))).toEqual({ file: { b: 2 } });
    expect(at("", unset("cli", "file", { a: 7 }))).toEqual({ file: { a: 7 } });
    expect(at("", unset("cli"))).toEqual({});
    expect(afterwards(sectionIsLayer, { ...said, cli: { a: 9, z: 1 } }, "a", unset("cli", "file", 1))).toEqual({
      file: { b: 2, a: 1 },
      cli: { z: 1 },
    });
  });
});

describe("a setting outside of sections, where the dialect is not known yet,", () => {
  const at = (said: Said, update: ReturnType<typeof set>, path = "") => afterwards(scalarIsWinner, said, path, update);

  it("has what the sender says, and is ambiguous where a source below the one told before is named", () => {
    expect(at({ file: 1 }, set("cli", 2))).toEqual({ file: 1, cli: 2 });
    expect(at({ cli: 1 }, set("file", 2))).toBe("ambiguous");
    expect(at({}, set("file", null))).toEqual({ file: null });
  });

  it("is ambiguous with null, unless null is all that it was", () => {
    expect(at({ file: 1 }, set("cli", null))).toBe("ambiguous");
    expect(at({ file: null }, set("cli", null))).toEqual({ file: null, cli: null });
  });

  it("is a section where either side says so, and then as one of which each source is sent", () => {
    expect(at({ cli: { a: 1 } }, set("file", null))).toEqual({ cli: { a: 1 } });
    expect(at({ cli: 1 }, set("file", { a: 1 }))).toEqual({ file: { a: 1 }, cli: 1 });
    expect(at({ cli: 1 }, set("file", 2), "a")).toEqual({ file: { a: 2 }, cli: 1 });
  });

  it("loses what a removal clears", () => {
    expect(at({ file: 1, cli: 2 }, unset("cli", "file", 1))).toEqual({ file: 1 });
    expect(at({ file: 1, cli: 2 }, unset("cli"))).toEqual({});
  });
});

it("a key belongs to the section that is claimed by its whole name, else to that of its first word", () => {
  const claims = new Map([["a.b", layersOf({ file: { c: 1 } })]]);
  expect(locate(claims, "a.b")).toEqual({ section: "a.b", path: [] });
  expect(locate(claims, "a.c.d")).toEqual({ section: "a", path: ["c", "d"] });
  expect(locate(claims, "x")).toEqual({ section: "x", path: [] });
  expect(leavesOf("a", []).size).toBe(0);
});

describe("the dialect of a snapshot", () => {
  const dialects: Told[] = ["auto", "newest", "leaf", "section-merged", "section-per-source", "in-process"];
  const known = (told: Told, found: { dotted: boolean; layered: boolean }, allLayers?: boolean) => {
    const { lowerLayers, splitsMaps, update } = policyOf(told, found, allLayers);
    return [lowerLayers, splitsMaps ? "maps split" : "maps stay", update.of];
  };

  it("is what the application says, where it says one", () => {
    const bare = { dotted: false, layered: false };
    expect(Object.fromEntries(dialects.map((told) => [told, known(told, bare)]))).toEqual({
      auto: ["some", "maps split", "sections"],
      newest: ["some", "maps stay", "leaves"],
      leaf: ["some", "maps stay", "leaves"],
      "section-merged": ["some", "maps split", "leaves"],
      "section-per-source": ["all", "maps split", "sections"],
      "in-process": ["all", "maps stay", "leaves"],
    });
  });

  it("is seen by dotted keys, and by keys that several sources claim, where it does not", () => {
    expect(known("auto", { dotted: true, layered: false })).toEqual(["some", "maps stay", "leaves"]);
    expect(known("auto", { dotted: false, layered: true })).toEqual(["all", "maps split", "sections"]);
    expect(known("section-per-source", { dotted: true, layered: true })).toEqual(["some", "maps stay", "leaves"]);
  });

  it("knows all layers where the snapshot says that it has them, unless the application has named another dialect", () => {
    const found = { dotted: true, layered: true };
    for (const told of ["auto", "newest", "leaf"] as const) {
      expect(known(told, found, true)).toEqual(["once", "maps stay", "leaves"]);
      expect(repeatedIn(told, true)).toBe("layers");
    }
    expect(known("section-merged", found, true)).toEqual(["some", "maps split", "leaves"]);
    expect(known("in-process", found, true)).toEqual(["all", "maps stay", "leaves"]);
  });

  it("says what entries that repeat a key mean", () => {
    expect(dialects.map((told) => repeatedIn(told))).toEqual([
      "layers",
      "last wins",
      "last wins",
      "layers",
      "layers",
      "layers",
    ]);
  });
});
