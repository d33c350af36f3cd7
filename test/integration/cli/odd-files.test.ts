/** Files that never answer, in the place of those that a command reads: each would make a plain reader wait forever. */
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Bench, expectOneLine } from "../../support/cli/cli.js";

const bench = new Bench();

/** A named pipe without a writer. */
function pipe(name: string): string {
  const path = join(bench.dataDir, name);
  mkdirSync(bench.dataDir, { recursive: true });
  expect(spawnSync("mkfifo", [path]).status).toBe(0);
  return path;
}

const commands: readonly (readonly [what: string, args: (path: string) => string[]])[] = [
  ["a configuration file", (path) => ["get", "log_level", "--config", path]],
  [
    "a file of defaults",
    (path) => ["agent", "--config", bench.yamlFile, "--defaults", path, "--data-dir", bench.dataDir],
  ],
  ["a schema file", (path) => ["types", "--from", path]],
  ["a source file to check", (path) => ["types", "--from", bench.yamlFile, "--check", path]],
];

describe.skipIf(process.platform === "win32")("a named pipe", () => {
  it.each(commands)("in place of %s is refused at once, by its path", async (_what, args) => {
    const path = pipe("pipe");
    const result = await bench.runProcess(...args(path));
    expect(result.code).not.toBe(0);
    expectOneLine(result.err);
    expect(result.err).toContain(path);
    expect(result.err).toContain("is not a regular file");
  });

  it.each(["auth_token", "ipc_cert.pem"])(
    "in place of the core agent's %s is refused at once, by its path",
    async (name) => {
      const path = pipe(name);
      const result = await bench.runProcess(
        "agent",
        "--data-dir",
        bench.dataDir,
        "--address",
        "127.0.0.1:0",
        "--config",
        bench.yamlFile,
      );
      expect(result.code).not.toBe(0);
      expect(result.err).toContain(path);
      expect(result.err).toContain("is not a regular file");
    },
  );
});
