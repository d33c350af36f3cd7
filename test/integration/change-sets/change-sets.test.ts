import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const main = fileURLToPath(new URL("main.mjs", import.meta.url));

interface Verdict {
  readonly counts: Readonly<Record<"views" | "events" | "sets" | "looped" | "kills" | "states", number>>;
  readonly halves: Readonly<Record<string, number>>;
  readonly attached: { readonly views: number; readonly halves: number };
  readonly total: number;
}

/** In a process of its own, on what was built, as users run it; its exit code says only whether halves were found. */
async function look(...options: string[]): Promise<Verdict> {
  const { stdout } = await promisify(execFile)(process.execPath, [main, "--reads", "10000", ...options]).catch(
    (error) => error,
  );
  return JSON.parse(stdout) as Verdict;
}

it("no view, event, change set or getter in a handler, in any thread, sees half of a set, while workers die and streams are cut", {
  timeout: 180_000,
}, async () => {
  const { counts, halves, attached, total } = await look();
  expect(halves).toEqual({ views: 0, getters: 0, sets: 0, looped: 0, views_of_sets: 0 });
  expect([attached.halves, total]).toEqual([0, 0]);
  expect(Math.min(counts.views, attached.views)).toBeGreaterThanOrEqual(10_000);
  expect(Math.min(counts.sets, counts.looped, counts.kills, counts.states)).toBeGreaterThan(1);
  expect(counts.events).toBeGreaterThan(1_000);
});

it("the same look finds the halves of settings that are sent one by one", { timeout: 180_000 }, async () => {
  expect((await look("--key-by-key")).total).toBeGreaterThan(0);
});
