import { describe, expect, it, test } from "vitest";
import { type Defaults, readDefaults } from "../../../src/files/known-keys.js";
import { mergeLeaves } from "../../../src/files/leaves.js";
import { parseYaml } from "../../../src/files/yaml.js";
import type { ConfigStreamError } from "../../../src/shared/errors.js";

const leavesOf = (text: string, defaults: Defaults = {}) =>
  Object.fromEntries(parseYaml("conf.yaml", text, readDefaults(defaults).known));

describe("a YAML file", () => {
  test("becomes lower-case dotted leaves", () => {
    expect(leavesOf("API_Key: x\nLogs:\n  Enabled: true\n  Deep: {A: 1, b: [1, {C: d}]}\n")).toEqual({
      api_key: "x",
      "logs.enabled": true,
      "logs.deep.a": 1,
      "logs.deep.b": [1, { C: "d" }],
    });
  });

  test("reads a map of an unknown key as a section, and names with dots as paths", () => {
    expect(leavesOf("a:\n  labels:\n    app.kubernetes.io/name: app\n    Tier: {x: 1}\n  b: 1\n")).toEqual({
      "a.labels.app.kubernetes.io/name": "app",
      "a.labels.tier.x": 1,
      "a.b": 1,
    });
  });

  test("keeps a map under a key that is known as an object, as it was written", () => {
    expect(leavesOf("Tags:\n  Team: x\n", [{ key: "tags", type: "object" }])).toEqual({ tags: { Team: "x" } });
  });

  test("reads dotted names as paths at the top, and in a section of which keys are known", () => {
    expect(leavesOf("my.port: 1\n")).toEqual({ "my.port": 1 });
    expect(leavesOf("apm: {obfuscation.on: true, env: x}\n", { "apm.env": "" })).toEqual({
      "apm.obfuscation.on": true,
      "apm.env": "x",
    });
  });

  test("sets nothing for a key without a value and for a section without settings", () => {
    expect(leavesOf("logs_config:\n# enabled: true\na: {}\nb: {}\nc: [null]\n", { "b.x": 1 })).toEqual({ c: [null] });
  });

  test.each(["", "# only a comment\n", "---\n", "null\n"])("with no content (%j) sets nothing", (text) => {
    expect(leavesOf(text)).toEqual({});
  });

  test("resolves anchors and merge keys", () => {
    expect(leavesOf("base: &b {x: 1, z: 2}\nuse:\n  <<: *b\n  z: 3\n")).toEqual({
      "base.x": 1,
      "base.z": 2,
      "use.x": 1,
      "use.z": 3,
    });
  });

  it("is read in time that grows with its size: 100,000 keys of one map are nothing unusual", () => {
    const text = Array.from({ length: 100_000 }, (_, index) => `key_${index}: ${index}\n`).join("");
    expect(parseYaml("conf.yaml", text, readDefaults({}).known).size).toBe(100_000);
  });

  test("keeps a name like __proto__ and pollutes nothing", () => {
    expect(leavesOf("m: {__proto__: {polluted: 1}, a.b: 1}\n", [{ key: "m", type: "object" }]).m).toEqual(
      JSON.parse('{"__proto__": {"polluted": 1}, "a.b": 1}'),
    );
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  test.each([
    [
      "an open bracket",
      "a: 1\nb: [secret,\n",
      /conf\.yaml is not valid at line 3, column \d+: unexpected end of the stream/,
    ],
    ["bad indentation", "a:\n  b: 1\n secret: 2\n", /line 3, column \d+/],
    ["a list at the top", "- secret\n", /line 1, column 1: its top level must be a map/],
    ["text at the top", "secret\n", /must be a map/],
    ["an alias without anchor", "a: *secret\n", /line 1/],
    ["an alias of its own parent", "a: &x [*x]\n", /line 1/],
    ["nesting without end", `a: ${"[".repeat(200)}${"]".repeat(200)}\n`, /nesting exceeded/],
    [
      "a value that nothing could take",
      `a: ${"[".repeat(60)}${"]".repeat(60)}\n`,
      /setting "a" is nested deeper than 48/,
    ],
  ])("with %s is refused with its place and without its content", (_name, text, message) => {
    try {
      leavesOf(text);
    } catch (error) {
      expect((error as ConfigStreamError).code).toBe("invalid_config_file");
      expect((error as Error).message).toMatch(message);
      expect((error as Error).message).not.toContain("secret");
      return;
    }
    expect.unreachable();
  });
});

describe("a declared key in a file", () => {
  const declared: Defaults = [
    { key: "wait", type: "duration" },
    { key: "size", type: "int" },
    { key: "env", type: "string" },
    { key: "hosts", type: "array" },
    { key: "a.b", type: "int" },
  ];

  it.each([
    ['wait: "61s"', { wait: 61e9 }],
    ["wait: 30", { wait: 30 }],
    ['size: "134217729"', { size: 134217729 }],
    ["size: 1.342177295e+08", { size: 134217729 }],
    ['size: "010"', { size: 8 }],
    ["env: yes", { env: "true" }],
    ["env: 0755", { env: "493" }],
    ["hosts: []", { hosts: null }],
    ["hosts: a b,c", { hosts: ["a", "b,c"] }],
    ["hosts: [1, yes]", { hosts: ["1", "true"] }],
    ["hosts: ~", {}],
    ["size: 9007199254740993", { size: 9007199254740992 }],
  ])("has its type: %s", (text, leaves) => {
    expect(leavesOf(`${text}\n`, declared)).toEqual(leaves);
  });
});

describe("what a file says and the reader only tolerates", () => {
  const notesOf = (text: string | Uint8Array, defaults: Defaults = {}) => {
    const notes: string[] = [];
    parseYaml("conf.yaml", text, readDefaults(defaults).known, (sentence) => notes.push(sentence));
    return notes.map((note) => note.replace("In the configuration file conf.yaml, ", ""));
  };

  it.each<[string, string, Defaults, string]>([
    ["a key that is there twice", "a: 1\nb: 2\na: 3\n", {}, 'line 3: the key "a" is there twice; the last one counts.'],
    [
      "a spelling",
      "log:\n  Level: 1\n  level: 2\n",
      {},
      'line 3: the key "log.level" is there in two spellings; the last one counts.',
    ],
    [
      "a name that is a word",
      "a: {y: 1}\n",
      {},
      'line 1: the key "y" reads as "true", as in YAML 1.1; put it in quotes.',
    ],
    ["an empty name", 'a:\n  "": 1\n', {}, 'line 2: a key below "a" has an empty name; it is ignored.'],
    [
      "an unknown tag",
      "a: 1\nb: !vault secret\n",
      {},
      'line 2: the tag "!vault" is not known; a text is kept as text.',
    ],
    [
      "a value for a section",
      "a: 5\n",
      { "a.b": 1 },
      'line 1: the key "a" is a section and is given a value; it is ignored.',
    ],
    [
      "a map for a text",
      "x: 1\na: {b: 1}\n",
      { a: "" },
      'line 2: the value of "a" does not read as text; it is kept as it is.',
    ],
    [
      "a number that is none",
      "a: much\n",
      { a: 1 },
      'line 1: the value of "a" does not read as number; it is kept as it is.',
    ],
    ["a second document", "a: 1\n---\nb: 2\n", {}, "line 1: only the first of its documents is read."],
  ])("is said with line and key: %s", (_name, text, defaults, sentence) => {
    expect(notesOf(text, defaults)).toEqual([sentence]);
  });

  it.each([
    ["Level: 1\nlevel: 2\nLEVEL: 3\n", ["line 2", "line 3"]],
    ["level: 1\nLevel: 2\n", ["line 2"]],
    ["other: 0\nLevel: 1\nOTHER: 2\n", ["line 3"]],
    ["Level: 1\nlevels: 2\nOther: 3\n", []],
  ])("as a spelling of an earlier one, in whatever order: %j", (text, lines) => {
    expect(notesOf(text).map((note) => note.split(":")[0])).toEqual(lines);
  });

  it.each([".a", "a.", "a..b", "."])("as a name with an empty part, wherever it is: %j", (name) => {
    expect(notesOf(`x:\n  ${JSON.stringify(name)}: 1\n`)).toEqual([
      'line 2: a key below "x" has an empty name; it is ignored.',
    ]);
  });

  it("but not what is no UTF-8: the file is refused, with the line and the key", () => {
    const bytes = Buffer.concat([Buffer.from("a: 1\n  b: "), Buffer.from([0xc3, 0x28]), Buffer.from("secret\n")]);
    expect(() => notesOf(bytes)).toThrow(/line 2, column 1: it is not valid UTF-8, at the key "b"/);
  });
});

describe("several files", () => {
  const merge = (...files: Record<string, number>[]) =>
    Object.fromEntries(mergeLeaves(files.map((file) => new Map(Object.entries(file)))));

  test("merge by leaf, and the later one wins", () => {
    expect(merge({ "a.b": 1, "a.c": 1 }, { "a.c": 2, d: 2 })).toEqual({ "a.b": 1, "a.c": 2, d: 2 });
  });

  test("replace a section by a leaf of the same name, and the other way round", () => {
    expect(merge({ "a.b": 1, "a.c.d": 1, ab: 1 }, { a: 2 })).toEqual({ ab: 1, a: 2 });
    expect(merge({ a: 1, ab: 1 }, { "a.b.c": 2 })).toEqual({ ab: 1, "a.b.c": 2 });
  });
});
