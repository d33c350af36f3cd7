import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { createProgram } from "../../../packages/configstream/src/cli/program.js";
import { Bench, hasAnsi } from "../../support/cli/cli.js";
import { plainIo } from "../../support/cli/plain-io.js";

const bench = new Bench();
const root = fileURLToPath(new URL("../../..", import.meta.url));
const commands = (await createProgram(plainIo())).commands.map((command) => command.name());

describe("the help", () => {
  it("of every command has examples and exit codes, and every connecting one the same options", async () => {
    const connecting: string[] = [];
    for (const command of commands) {
      const { code, out, err } = await bench.run(command, "--help");
      expect({ code, err }).toEqual({ code: 0, err: "" });
      expect(out).toMatch(new RegExp(`Examples?:\\n(.*\\n)*? .*configstream ${command}`));
      expect(out).toMatch(/Exit codes: 0 done, 1 failed, 2 wrong usage/);
      // Commands to copy are not broken.
      const prose = out.slice(0, out.search(/^Examples?:/m));
      for (const line of prose.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
      if (out.includes("--auth-token-file"))
        connecting.push(out.slice(out.indexOf("Connection:"), out.indexOf("\n\n", out.indexOf("Connection:"))));
    }
    const withoutTimeout = connecting.map((text) => text.replace(/\n +--timeout[\s\S]*$/, "").replaceAll(/ +/g, " "));
    expect(withoutTimeout.length).toBe(
      commands.length - ["agent", "fleet", "demo", "completion", "conformance"].length,
    );
    // Columns differ with the longest option of a command, so that line breaks do.
    expect(new Set(withoutTimeout.map((text) => text.replaceAll(/\s+/g, " "))).size).toBe(1);
  });

  it("has colours in a terminal, or when they are asked for, and none otherwise", async () => {
    expect(hasAnsi((await bench.runWith({ FORCE_COLOR: "1" }, "--help")).out)).toBe(true);
    expect(hasAnsi((await bench.runProcess("--help")).out)).toBe(false);
  });

  it("is what docs/cli.md holds", async () => {
    const script = new URL("../../../scripts/cli-docs.mjs", import.meta.url).href;
    const { cliDocs } = (await import(script)) as { cliDocs(): Promise<string> };
    expect(readFileSync(`${root}/docs/cli.md`, "utf8")).toBe(await cliDocs());
  });

  it("is not needed for the version", async () => {
    expect((await bench.runProcess("--version")).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
