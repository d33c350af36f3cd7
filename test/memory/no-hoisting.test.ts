import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const main = `${root}test/memory/no-hoisting/main.mjs`;
const run = promisify(execFile);

describe("a loop that never yields", () => {
  beforeAll(() => {
    if (!existsSync(`${root}dist/main/reader/reader.js`)) throw new Error("Run `npm run build` first.");
  });

  // Of the Node.js that runs this; scripts/node-versions.mjs runs the same under the other versions, each time before a change lands.
  it("sees another thread's publish of a key that was quiet before, in every shape of the public API", {
    timeout: 300_000,
  }, async () => {
    const { stdout } = await run(process.execPath, [main]).catch((error) => error);
    expect(JSON.parse(String(stdout) || '{"ok":"no answer"}'), String(stdout)).toMatchObject({ ok: true });
  });
});
