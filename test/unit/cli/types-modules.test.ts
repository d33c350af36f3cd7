import ts from "typescript";
import { describe, expect, it } from "vitest";
import { writeModule } from "../../../packages/configstream/src/cli/types/module.js";
import { readSchemaFile } from "../../../packages/configstream/src/cli/types/schema-file.js";
import type { Schema } from "../../../packages/configstream/src/cli/types/type-text.js";
import { createMockConsumer } from "../../../src/testing/index.js";
import { problemsOfBlocks } from "../../support/documents/compile-blocks.js";

const schema: Schema = new Map([
  ["db.host", "string"],
  ["db.port", "number"],
  ["db.wait", "Duration"],
  ["db.pool.size", "number"],
  ["db.pool", "string"],
  ["db.tags", "readonly string[]"],
  ["db.mode", '"a" | "b"'],
  ["db.mem", "Bytes"],
  ["db.map", "{ readonly [key: string]: ConfigValue }"],
  ["db.__proto__", "string"],
  ["db.key", "string"],
  ["db.constructor.name", "string"],
  ["on", "boolean"],
  ["with-dash.2nd", "string"],
  ["with-dash.a..b", "string"],
]);

const settings = {
  "db.host": "a",
  "db.port": 1.5,
  "db.wait": "2s",
  "db.pool.size": 3,
  "db.tags": ["x"],
  "db.mode": "b",
  "db.key": "k",
  "db.__proto__": "p",
  on: true,
  "with-dash.2nd": "second",
};

/** What is wrong with a module and a use of it, as a project with strict options sees it. */
function problems(module: string, use: string): string[] {
  const imports = module.replace(/^import type \{[^}]*\}/m, (all) => all.replace("{ ", "{ Consumer, "));
  return problemsOfBlocks([
    {
      at: "module",
      language: "ts",
      code: `${imports}\ndeclare const consumer: Consumer;\n${use}`,
      given: "",
      run: false,
    },
  ]);
}

/** Runs a module, whose imports are types alone. */
async function load(module: string): Promise<Record<string, (cfg: unknown) => unknown>> {
  const { outputText } = ts.transpileModule(module, { compilerOptions: { target: ts.ScriptTarget.ES2022 } });
  return await import(/* @vite-ignore */ `data:text/javascript;base64,${Buffer.from(outputText).toString("base64")}`);
}

describe("a module for a binding", () => {
  const text = writeModule(schema, { binding: "DB" });

  it("compiles, with the types of what its handles give", () => {
    const use = `const { value } = bindDb(consumer.reader());
const host: string = value.host;
const size: number = value.pool.size;
const wait: number = value.wait;
const mode: "a" | "b" | undefined = value.mode;
const tags: readonly string[] = value.tags;
const port: string = value.port; // does not compile: a number
value.host = "b"; // does not compile: read-only
value.hots; // does not compile: no such setting
export { host, size, wait, mode, tags, port };
`;
    expect(problems(text, use)).toEqual([]);
  });

  it("binds: all of one state, the section where a name is both, and whatever names there are", async () => {
    await using mock = createMockConsumer(settings);
    const binding = (await load(text)).bindDb?.(mock.reader()) as { readonly value: Record<string, unknown> };
    const before = binding.value;
    expect(before).toMatchObject({
      host: "a",
      port: 1.5,
      wait: 2_000,
      pool: { size: 3 },
      tags: ["x"],
      mode: "b",
      key: "k",
    });
    expect(Object.getOwnPropertyDescriptor(before, "__proto__")?.value).toBe("p");
    expect(before.map).toBeUndefined();
    mock.setMany({ "db.host": "b", "db.pool.size": 4, "db.map": { a: 1 } });
    expect(binding.value).toMatchObject({ host: "b", pool: { size: 4 }, map: { a: 1 } });
    expect(before).toMatchObject({ host: "a", pool: { size: 3 } });
  });
});

describe("a module of accessors", () => {
  const text = writeModule(schema, { accessors: true });

  it("compiles, with the types of what its handles give", () => {
    const use = `const settings = readSettings(consumer.reader());
const port: number = settings.db.port;
const second: string = settings["with-dash"]["2nd"];
const on: string = settings.on; // does not compile: a boolean
settings.db.port = 1; // does not compile: read-only
export { port, second, on };
`;
    expect(problems(text, use)).toEqual([]);
  });

  it("reads the newest values by handles, which are made once", async () => {
    await using mock = createMockConsumer(settings);
    const reader = mock.reader();
    let made = 0;
    const counting = {
      setting(key: string) {
        made++;
        return reader.setting(key);
      },
    };
    interface Settings {
      db: { port: number; wait: number; pool: { size: number }; ["__proto__"]: string };
      on: boolean;
      "with-dash": { "2nd": string };
    }
    const read = (await load(text)).readSettings?.(counting) as Settings;
    const all = made;
    expect(all).toBe(schema.size - 1);
    expect([read.db.port, read.db.wait, read.db.pool.size, read.on, read["with-dash"]["2nd"]]).toEqual([
      1.5,
      2_000,
      3,
      true,
      "second",
    ]);
    mock.setMany({ "db.port": 7, on: false });
    expect([read.db.port, read.on, made]).toEqual([7, false, all]);
    expect(() => (read.db.port = 1)).toThrow(TypeError);
  });

  it("compiles for all of the agent's settings, and is the same whatever their order", async () => {
    const file = new URL("../../../packages/configstream/data/agent-settings.json", import.meta.url).pathname;
    const all = await readSchemaFile(file);
    const module = writeModule(all, { accessors: true, name: "Agent" });
    expect(writeModule(new Map([...all].reverse()), { accessors: true, name: "Agent" })).toBe(module);
    expect(problems(module, "readAgent(consumer.reader()).log_level satisfies string;\n")).toEqual([]);
  });

  it("takes the types of a consumer that has a schema", () => {
    const use = `interface S { "db.host": string }
declare const typed: Consumer<S>;
readSettings(typed.reader());
`;
    expect(problems(writeModule(new Map([["db.host", "string"]]), { accessors: true }), use)).toEqual([]);
  });
});

it("names of any depth and kind make a module that compiles", () => {
  const odd = new Map([
    [`a${".b".repeat(5_000)}`, "string"],
    ["*/ x", "number"],
    ['q"uote', "boolean"],
    ["line\u2028break.\n", "string"],
    ["class.new.get", "string"],
  ]);
  for (const module of [writeModule(odd, { accessors: true }), writeModule(odd, { binding: "class" })]) {
    expect(problems(module, "consumer.reader();\n")).toEqual([]);
  }
  expect(writeModule(new Map([["*/ x.a", "string"]]), { binding: "*/ x" })).not.toContain("below */");
});
