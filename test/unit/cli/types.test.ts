import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ConfigValue } from "configstream-consumer";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compare } from "../../../packages/configstream/src/cli/types/compare.js";
import { declaredKeys, usedKeys } from "../../../packages/configstream/src/cli/types/declared.js";
import { schemaOf } from "../../../packages/configstream/src/cli/types/live-schema.js";
import { readSchemaFile } from "../../../packages/configstream/src/cli/types/schema-file.js";
import { fitsDeclared, typeOfValue } from "../../../packages/configstream/src/cli/types/type-text.js";
import { writeInterface } from "../../../packages/configstream/src/cli/types/write.js";
import { createMockConsumer } from "../../../src/testing/index.js";

let directory = "";
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "configstream-types-"));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function schemaFile(content: string): ReturnType<typeof readSchemaFile> {
  const path = join(directory, "schema");
  writeFileSync(path, content);
  return readSchemaFile(path);
}

describe("types of values", () => {
  it.each<[ConfigValue, string]>([
    ["text", "string"],
    [1.5, "number"],
    [true, "boolean"],
    [null, "ConfigValue"],
    [[], "readonly ConfigValue[]"],
    [["a"], "readonly string[]"],
    [[1, 2], "readonly number[]"],
    [["a", 1], "readonly ConfigValue[]"],
    [{}, "{ readonly [key: string]: ConfigValue }"],
    [{ a: "b" }, "{ readonly [key: string]: string }"],
    [{ a: ["b"], c: [] }, "{ readonly [key: string]: readonly string[] }"],
    [{ a: 1 }, "{ readonly [key: string]: ConfigValue }"],
  ])("%j is %s", (value, type) => {
    expect(typeOfValue(value)).toBe(type);
  });

  it("are told by the lowest layer that says something, whatever a host's files set", async () => {
    await using mock = createMockConsumer();
    mock.snapshot({});
    mock.set("port", 5, "default");
    mock.set("port", "6", "file");
    mock.set("hosts", [], "default");
    mock.set("hosts", ["a"], "file");
    expect([...schemaOf(mock.reader().view())]).toEqual([
      ["hosts", "readonly string[]"],
      ["port", "number"],
    ]);
  });
});

describe("schema files", () => {
  it("are lists of entries, whose types win over their defaults", async () => {
    const entries = [
      { key: "A.b", type: "integer", default: 1 },
      { key: "wait", type: "duration", default: 1e9 },
      { key: "tags", type: "array", default: [] },
      { key: "hosts", type: "array", default: ["a"] },
      { key: "maybe", type: "string", default: null },
      { key: "odd", type: "never heard of", default: true },
      { key: "nothing" },
    ];
    const expected = [
      ["a.b", "number"],
      ["wait", "Duration"],
      ["tags", "readonly ConfigValue[]"],
      ["hosts", "readonly string[]"],
      ["maybe", "string"],
      ["odd", "boolean"],
      ["nothing", "ConfigValue"],
    ];
    expect([...(await schemaFile(JSON.stringify(entries)))]).toEqual(expected);
    expect([...(await schemaFile(JSON.stringify({ settings: entries })))]).toEqual(expected);
  });

  it("are JSON schemas, whose objects with properties are sections", async () => {
    const schema = await schemaFile(`
      type: object
      properties:
        log_level: { enum: [info, debug] }
        logs_config:
          properties:
            batch_wait: { type: number }
            hosts: { type: array, items: { type: string } }
            interval: { type: string, format: duration }
            labels: { type: object, additionalProperties: { type: string } }
            anything: {}
            either: { type: [string, integer, "null"] }
    `);
    expect(Object.fromEntries(schema)).toEqual({
      log_level: '"debug" | "info"',
      "logs_config.batch_wait": "number",
      "logs_config.hosts": "readonly string[]",
      "logs_config.interval": "Duration",
      "logs_config.labels": "{ readonly [key: string]: string }",
      "logs_config.anything": "ConfigValue",
      "logs_config.either": "number | string",
    });
  });

  it("are the settings themselves", async () => {
    expect([...(await schemaFile("a:\n  b: 1\n  c: [x]\n"))]).toEqual([
      ["a.b", "number"],
      ["a.c", "readonly string[]"],
    ]);
  });

  it("are refused with a sentence that quotes nothing of them", async () => {
    await expect(readSchemaFile(join(directory, "none"))).rejects.toThrow("does not exist");
    await expect(schemaFile('{"secret": ')).rejects.toThrow(
      /neither valid JSON nor YAML at line 1, column 12: [a-z ]+\. Correct it there\.$/,
    );
    await expect(schemaFile('[{"type": "string"}]')).rejects.toThrow("has no key");
    await expect(schemaFile("# nothing\n")).rejects.toThrow("describes no settings");
  });
});

describe("the interface", () => {
  const schema = new Map([
    ["b.with-dash", "Duration"],
    ["a", "string"],
    ['quote"d', "readonly ConfigValue[]"],
  ]);

  it("is sorted, quotes its keys, and imports what it names", () => {
    expect(writeInterface(schema, "Settings").split("\n").slice(1)).toEqual([
      'import type { ConfigValue, Duration } from "configstream-consumer";',
      "",
      "export interface Settings {",
      '  "a": string;',
      '  "b.with-dash": Duration;',
      '  "quote\\"d": readonly ConfigValue[];',
      "}",
      "",
    ]);
  });

  it("is TypeScript, and reads back as it was written", async () => {
    const file = new URL("../../../packages/configstream/data/agent-settings.json", import.meta.url).pathname;
    const all = await readSchemaFile(file);
    const text = writeInterface(all, "Schema");
    const { diagnostics } = ts.transpileModule(text, { reportDiagnostics: true });
    expect(diagnostics).toEqual([]);
    const declared = declaredKeys(text);
    expect([...(declared?.keys() ?? [])].sort()).toEqual([...all.keys()].sort());
    expect(compare(text, all)).toEqual({ misfits: [], checked: all.size });
  });
});

describe("what fits a declared type", () => {
  it.each([
    ["number", "number"],
    ["number", "Duration"],
    ["string", "Bytes"],
    ["Duration", "number"],
    ["string", '"a" | "b"'],
    ["number", "string | number"],
    ["string", "unknown"],
    ["ConfigValue", "boolean"],
    ["readonly ConfigValue[]", "readonly string[]"],
    ["readonly string[]", "string[]"],
    ["readonly string[]", "ReadonlyArray<string>"],
    ["readonly string[]", "readonly ConfigValue[]"],
    ["{ readonly [key: string]: string }", "Record<string, string>"],
    ["{ readonly [key: string]: string }", "{ [name: string]: string }"],
    ["{ readonly [key: string]: ConfigValue }", "{ readonly [key: string]: string }"],
  ])("%s fits %s", (actual, declared) => {
    expect(fitsDeclared(actual, declared)).toBe(true);
  });

  it.each([
    ["number", "string"],
    ["string", "boolean"],
    ["boolean", "Duration"],
    ["number", '"a" | "b"'],
    ["boolean", "string | number"],
    ["string", "readonly string[]"],
    ["readonly number[]", "readonly string[]"],
    ["readonly string[]", "{ readonly [key: string]: string }"],
    ["{ readonly [key: string]: readonly string[] }", "{ readonly [key: string]: string }"],
  ])("%s does not fit %s", (actual, declared) => {
    expect(fitsDeclared(actual, declared)).toBe(false);
  });
});

describe("checking code", () => {
  const schema = new Map([
    ["log_level", "string"],
    ["logs_config.batch_wait", "number"],
    ["port", "number"],
  ]);

  it("finds declared keys that are gone or of another type, in any layout", () => {
    const code = `
      import x from "y"; // "not.this": string;
      export interface Other { plain: string }
      interface Schema {
        readonly "log_level":
          | "info"
          | "debug";
        'port': string, "log_levle": string; /* "nor.this": string; */
        "optional"?: boolean
        "logs_config.batch_wait": Duration
      }`;
    expect(compare(code, schema, "Schema")).toEqual({
      misfits: [
        { key: "port", line: 8, problem: "is declared as string, but is number now", near: [] },
        { key: "log_levle", line: 8, problem: "is gone", near: ["log_level"] },
      ],
      checked: 5,
    });
  });

  it("finds keys that getters and handles are given, and lets sections be read as maps", () => {
    const code = `
      cfg.getString("log_level"); cfg.getInt('prot', 5); cfg.setting(\`port\`).asInt();
      cfg.getStringMap("logs_config"); cfg.getString("logs_config"); map.get("elsewhere"); // cfg.getInt("comment")
      cfg.getInt(name); cfg.getInt("a" + b);`;
    expect([...usedKeys(code).keys()]).toEqual(["log_level", "prot", "port", "logs_config", "a"]);
    expect(compare(code, schema)?.misfits.map(({ key }) => key)).toEqual(["prot", "logs_config", "a"]);
  });

  it("tells when there is nothing to check", () => {
    expect(compare("const a = 1;", schema)).toBeUndefined();
    expect(compare("interface Schema {}", schema, "Config")).toBeUndefined();
  });
});
