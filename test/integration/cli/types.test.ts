import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createMockConsumer } from "configstream-consumer/testing";
import { describe, expect, it } from "vitest";
import { Bench, expectOneLine } from "../../support/cli/cli.js";

const bench = new Bench("log_level: info\napi_key: abcdef123\nlogs_config:\n  batch_wait: 2.5\n  hosts: [a]\n");

describe("configstream types", () => {
  it("writes the interface of a live core agent, the same each time, and finds what has changed since", async () => {
    const { connection } = await bench.startAgent();
    const file = join(bench.directory, "settings.ts");
    const first = await bench.run("types", ...connection, "--out", file, "--name", "Settings");
    expect(first).toMatchObject({ code: 0, out: "" });
    const text = readFileSync(file, "utf8");
    expect(text).toContain(
      'export interface Settings {\n  "api_key": string;\n  "log_level": string;\n' +
        '  "logs_config.batch_wait": number;\n  "logs_config.hosts": readonly string[];\n}\n',
    );
    expect(text).not.toContain("abcdef123");
    const again = await bench.run("types", ...connection, "--out", file, "--name", "Settings");
    expect(again.err).toContain("is up to date with 4 settings");
    expect(await bench.run("types", ...connection, "--check", file)).toMatchObject({ code: 0, out: "" });

    writeFileSync(bench.yamlFile, "log_levels: info\nlogs_config:\n  batch_wait: often\n  hosts: [a]\n");
    await expect
      .poll(async () => (await bench.run("get", "log_levels", ...connection)).code, { timeout: 30_000 })
      .toBe(0);
    const source = join(bench.directory, "main.js");
    writeFileSync(source, 'cfg.getString("log_level"); cfg.getInt("logs_config.batch_wait");');
    const changed = await bench.run("types", ...connection, "--check", file, source);
    expect(changed.code).toBe(3);
    expect(changed.out.trim().split("\n")).toEqual([
      `${file}:3: "api_key" is gone.`,
      `${file}:4: "log_level" is gone. Did you mean "log_levels"?`,
      `${file}:5: "logs_config.batch_wait" is declared as number, but is string now.`,
      `${source}:1: "log_level" is gone. Did you mean "log_levels"?`,
    ]);
    expectOneLine(changed.err);
    expect(changed.err).toContain("4 of 6 keys no longer fit.");
  });

  it("writes guards that a consumer takes, from the types of a live core agent", async () => {
    const { connection } = await bench.startAgent();
    const file = join(bench.directory, "guards.json");
    expect(await bench.run("types", ...connection, "--guards", "--prefix", "log", "--out", file)).toMatchObject({
      code: 0,
    });
    const guards: unknown = JSON.parse(readFileSync(file, "utf8"));
    expect(guards).toEqual({
      log_level: { type: "string" },
      "logs_config.batch_wait": { type: "number" },
      "logs_config.hosts": { type: "list" },
    });
    const consumer = createMockConsumer({ "logs_config.batch_wait": 2.5 }, { guards: file });
    consumer.set("logs_config.batch_wait", "often");
    expect(consumer.reader().getFloat64("logs_config.batch_wait")).toBe(2.5);
    await consumer.stop();
  });

  it("writes a section as a binding, and settings as accessors", async () => {
    const schema = join(bench.directory, "modules.json");
    writeFileSync(
      schema,
      JSON.stringify([
        { key: "db.host", type: "string" },
        { key: "log_level", type: "string" },
      ]),
    );
    const file = join(bench.directory, "db.ts");
    const written = await bench.run("types", "--from", schema, "--binding", "db", "--name", "Database", "--out", file);
    expect(written).toMatchObject({ code: 0, out: "" });
    expect(written.err).toContain("holds 1 setting");
    expect(readFileSync(file, "utf8")).toContain("export function bindDatabase(cfg: Reader): Binding<Database> {");
    const accessors = await bench.run("types", "--from", schema, "--accessors");
    expect(accessors.out).toContain("export function readSettings(cfg: Reader): Settings {");
    expect(await bench.run("types", "--from", schema, "--binding", "log_level")).toMatchObject({ code: 1, out: "" });
    expect(await bench.run("types", "--from", schema, "--binding", "db", "--accessors")).toMatchObject({ code: 2 });
    expect(await bench.run("types", "--from", schema, "--accessors", "--check", file)).toMatchObject({ code: 2 });
  });

  it("works from a schema file, without any core agent, and refuses what it cannot read", async () => {
    const schema = join(bench.directory, "schema.json");
    writeFileSync(schema, JSON.stringify({ properties: { my_agent: { properties: { port: { type: "integer" } } } } }));
    const { code, out } = await bench.run("types", "--from", schema);
    expect({ code, out: out.split("\n").slice(1) }).toEqual({
      code: 0,
      out: ["export interface Schema {", '  "my_agent.port": number;', "}", ""],
    });
    const empty = join(bench.directory, "empty.ts");
    writeFileSync(empty, "export {};");
    const results = [
      await bench.run("types", "--from", join(bench.directory, "none")),
      await bench.run("types", "--from", schema, "--check", empty),
      await bench.run("types", "--from", schema, "--prefix", "other."),
      await bench.run("types", "--from", schema, "--name", "not a name"),
      await bench.run("types", "--from", schema, "--check", empty, "--out", empty),
    ];
    expect(results.map((result) => result.code)).toEqual([1, 1, 1, 2, 2]);
    for (const { err } of results) expectOneLine(err);
  });
});
