import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const run = promisify(execFile);

/** This binary, and those that scripts/node-versions.mjs has installed; that script runs the same file under all of them. */
const binaries = [
  [process.version, process.execPath],
  ...[22, 24, 26].map((major) => [
    `v${major}`,
    `${root}node_modules/.cache/node-versions/${major}/node_modules/node/bin/node`,
  ]),
].filter(([, path]) => existsSync(path as string)) as [string, string][];

describe("a loop that never yields", () => {
  beforeAll(() => {
    if (!existsSync(`${root}dist/main/reader/reader.js`)) throw new Error("Run `npm run build` first.");
  });

  it.each(binaries)(
    "sees another thread's publish of a key that was quiet before, in every shape of the public API: Node %s",
    {
      timeout: 300_000,
    },
    async (_version, binary) => {
      const { stdout } = await run(binary, [`${root}test/memory/no-hoisting/main.mjs`]).catch((error) => error);
      expect(JSON.parse(String(stdout) || '{"ok":"no answer"}'), String(stdout)).toMatchObject({ ok: true });
    },
  );
});
