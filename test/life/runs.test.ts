import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { describe, expect, inject, it } from "vitest";

/** More of them in the long form. */
const kills = process.env.KILLS ?? "10";

/** The short form of a run, in a process of its own: its output, and what it found. */
async function run(name: string, ...options: string[]): Promise<{ output: string; totals: Record<string, number> }> {
  const file = fileURLToPath(new URL(`./${name}-main.mjs`, import.meta.url));
  const child = spawn(process.execPath, ["--expose-gc", "--unhandled-rejections=strict", file, ...options], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, LIFE_PROBE: inject("lifeProbe") },
  });
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  const totals = /^totals (.*)$/m.exec(output)?.[1] ?? "{}";
  return { output: output + errors, totals: JSON.parse(totals) };
}

describe("under a load of updates", () => {
  it("a blocked main thread costs bounded memory, and afterwards everybody is at the newest state", {
    timeout: 120_000,
  }, async () => {
    const { output, totals } = await run("blocked", "--seconds", "3", "--rate", "8000", "--keys", "4000");
    expect(output).toContain("verdict ok\n");
    expect(totals.changesOfOneKeySeen).toBeGreaterThan(0);
  });

  it("workers that are killed at random moments leave no wrong value, no wait and no broken chain of events, and are counted", {
    timeout: 240_000,
  }, async () => {
    const { output, totals } = await run("kills", "--kills", kills, "--rate", "500", "--keys", "200", "--readers", "1");
    expect(output).toContain("verdict ok\n");
    expect(totals.workerRestarts).toBe(Number(kills));
    expect(totals.events).toBeGreaterThan(100);
  });

  it("heap, handles and region stay flat while the core agent goes and comes", { timeout: 120_000 }, async () => {
    const { output, totals } = await run("soak", "--minutes", "0.15", "--updates", "5000", "--keys", "300");
    expect(output).toContain("verdict ok\n");
    expect(totals.outages).toBeGreaterThan(3);
  });
});
