import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Bench, expectOneLine } from "../../support/cli/cli.js";

/** What a terminal might obey, or a person might misread. Line breaks are found by the number of lines. */
const raw = /(?!\n)[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/u;
const key = "evil\u001b[2j\u009b\u202e\u2066\u061c\ufeffkey\nroot: true";
const value = "v\u001b]0;owned\u0007\u009b31m\u202e\u2066\u061c\u2028\ufeff\r\tw";
const quotedKey = JSON.stringify(key);

const bench = new Bench(`log_level: info\n${quotedKey}: ${JSON.stringify(value)}\n`);

describe("keys and values that are made to fool a terminal", () => {
  it("reach no output of a command raw, and JSON stays what it says", async () => {
    const { connection } = await bench.startAgent();
    const schema = join(bench.directory, "schema.json");
    const evil = { type: "string", enum: [value] };
    writeFileSync(schema, JSON.stringify({ properties: { [key]: evil } }));
    const code = join(bench.directory, "code.ts");
    writeFileSync(code, `export interface S { ${quotedKey}: number; "${"gone\u202e\u009b"}": string }\n`);
    const commands: readonly (readonly string[])[] = [
      ["get", key, ...connection],
      ["get", `${key}\u001b`, ...connection],
      ["get", key, "--json", ...connection],
      ["explain", key, ...connection],
      ["explain", key, "--json", ...connection],
      ["dump", ...connection],
      ["dump", "--nested", ...connection],
      ["dump", "--by-source", ...connection],
      ["dump", "--json", ...connection],
      ["dump", "--by-source", "--json", ...connection],
      ["types", ...connection],
      ["types", "--from", schema],
      ["types", "--from", schema, "--check", code],
      ["set", `${key}x`, value, "--string", ...connection],
      ["set", `${key}x`, `${value}2`, "--string", "--json", ...connection],
      ["unset", `${key}x`, ...connection],
      ["unset", `${key}y`, ...connection],
      ["status", ...connection],
      ["status", "--json", "--auth-token-file", `${bench.directory}/\u001b[2J\u202e`, "--timeout", "0.3"],
      ["doctor", "--auth-token-file", `${bench.directory}/\u001b[2J\u202e`],
      ["doctor", "--json", "--auth-token-file", `${bench.directory}/\u001b[2J\u202e`],
      ["get", key, "--data-dir", `${bench.directory}/\u001b[2J\u202e`],
      [`\u001b[2J\u202e`],
      ["dump", `--\u001b[2J\u202e`],
    ];
    const inProcesses = new Set<string | undefined>();
    for (const command of commands) {
      // Each kind of command writes to real pipes once.
      const isFirst = !inProcesses.has(command[0]);
      inProcesses.add(command[0]);
      const { out, err } = await (isFirst ? bench.runProcess(...command) : bench.run(...command));
      expect(raw.exec(out)?.[0], `standard output of ${command.join(" ")}`).toBeUndefined();
      expect(raw.exec(err)?.[0], `standard error of ${command.join(" ")}`).toBeUndefined();
      expect(out + err).not.toMatch(/^root: true/m);
      if (command.includes("--json")) JSON.parse(out);
    }
    const { out } = await bench.run("get", key, "--json", ...connection);
    expect(JSON.parse(out)).toMatchObject({ key, value });
    expect((await bench.runProcess("get", key, "--raw", ...connection)).out).toBe(`${value}\n`);
  });

  it("reach neither the lines of watch nor the log of the agent raw", async () => {
    const { agent, connection } = await bench.startAgent();
    const lines = bench.start(["watch", ...connection]);
    const json = bench.start(["watch", "--json", ...connection]);
    await lines.says("connected", "err");
    await json.says("connected", "err");
    writeFileSync(bench.yamlFile, `log_level: info\n${quotedKey}: ${JSON.stringify(`${value}2`)}\n`);
    await lines.says("w2");
    await json.says("w2");
    await agent.says("Changed: evil", "err");
    expect(JSON.parse(json.out)).toMatchObject({ key, oldValue: value, newValue: `${value}2` });
    for (const text of [lines.out, lines.err, json.out, json.err, agent.out, agent.err]) {
      expect(raw.exec(text)?.[0]).toBeUndefined();
      expect(text).not.toMatch(/^root: true/m);
    }
  });
});

describe("what a command does about a slip", () => {
  it("takes a misspelt source for one, and tells the right name", async () => {
    const { code, err } = await bench.runProcess("dump", "--source", "flie", "--data-dir", bench.dataDir);
    expect(code).toBe(2);
    expectOneLine(err);
    expect(err).toContain('There is no source "flie". Did you mean "file"?');
  });

  it("tells what the agent does when no file is named", async () => {
    const { code, err } = await bench.runProcess("agent");
    expect(code).toBe(2);
    expectOneLine(err);
    expect(err).toContain("serves the settings of YAML files: name at least one with --config FILE.");
  });

  it("ends at once when the token is refused, without waiting for the time that it was given", async () => {
    const { connection } = await bench.startAgent();
    const wrong = join(bench.directory, "wrong_token");
    writeFileSync(wrong, "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff");
    const certificate = join(bench.dataDir, "ipc_cert.pem");
    const options = [...connection.slice(2), "--auth-token-file", wrong, "--ipc-cert-file", certificate];
    const { code, err } = await bench.runProcess("get", "log_level", "--timeout", "600", ...options);
    expect(code).toBe(1);
    expectOneLine(err);
    expect(err).toContain("token");
    expect(err).not.toContain("waited");
  });

  it("tells file and line of what no longer fits", async () => {
    const schema = join(bench.directory, "schema.json");
    const code = join(bench.directory, "code.ts");
    writeFileSync(schema, JSON.stringify({ settings: [{ key: "port", type: "int" }] }));
    writeFileSync(code, '// first\nexport interface Schema {\n  "port": string;\n}\n');
    const ended = await bench.runProcess("types", "--from", schema, "--check", code);
    expect(ended.code).toBe(3);
    expect(ended.out).toBe(`${code}:3: "port" is declared as string, but is number now.\n`);
    expect(ended.err).toBe("configstream: 1 of 1 key no longer fits.\n");
  });

  it("ends when nobody reads its output any more", async () => {
    const { connection } = await bench.startAgent();
    const doctor = bench.startProcess(["doctor", ...connection]);
    await doctor.says("options");
    doctor.closeOutput();
    expect(await doctor.ended).toBe(0);
  });
});
