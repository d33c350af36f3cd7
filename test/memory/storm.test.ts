import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const run = promisify(execFile);

interface Totals {
  readonly reads: number;
  readonly changesSeen: number;
  readonly views: number;
  readonly kills: number;
  readonly violations: number;
}

/** In a process of its own: the threads run what was built, as users do. */
async function storm(...options: string[]): Promise<Totals> {
  const { stdout } = await run(process.execPath, [`${root}test/memory/storm-main.mjs`, ...options]).catch(
    (error) => error,
  );
  return JSON.parse(stdout) as Totals;
}

describe("threads that read while another one publishes without a pause", () => {
  beforeAll(() => {
    if (!existsSync(`${root}dist/memory/writer/region-writer.js`)) throw new Error("Run `npm run build` first.");
  });

  it("see nothing torn, nothing older than before, and whole views", { timeout: 60_000 }, async () => {
    const totals = await storm("--reads", "2e7", "--seconds", "5", "--kill-every-ms", "0");
    expect(totals).toMatchObject({ violations: 0, kills: 0 });
    expect(totals.changesSeen).toBeGreaterThan(0);
  });

  it("see nothing wrong while writers are killed at any moment and replaced", { timeout: 60_000 }, async () => {
    const totals = await storm("--reads", "1e12", "--seconds", "6", "--kill-every-ms", "30");
    expect(totals.violations, JSON.stringify(totals)).toBe(0);
    expect(totals.kills).toBeGreaterThan(3);
  });
});
