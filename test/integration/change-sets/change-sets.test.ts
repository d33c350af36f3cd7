import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const main = fileURLToPath(new URL("main.mjs", import.meta.url));

type Numbers = Readonly<Record<string, number>>;

interface Verdict {
  readonly counts: Readonly<
    Record<"looks" | "events" | "sets" | "looped" | "bindingChanges" | "kills" | "states", number>
  >;
  readonly halves: Numbers;
  readonly otherViews: number;
  readonly attached: { readonly looks: number; readonly halves: Numbers };
  readonly total: number;
}

const none = (halves: Numbers) => Object.fromEntries(Object.keys(halves).map((name) => [name, 0]));

/** In a process of its own, on what was built, as users run it; its exit code says only whether halves were found. */
async function look(...options: string[]): Promise<Verdict> {
  const { stdout } = await promisify(execFile)(process.execPath, [main, "--reads", "10000", ...options]).catch(
    (error) => error,
  );
  return JSON.parse(stdout) as Verdict;
}

it("no view, binding, derived value, handle, event, change set or getter in a handler, in any thread, sees half of a set, while workers die and streams are cut", {
  timeout: 180_000,
}, async () => {
  const { counts, halves, otherViews, attached, total } = await look();
  expect([halves, attached.halves, total]).toEqual([none(halves), none(attached.halves), 0]);
  expect(otherViews).toBe(0);
  expect(Math.min(counts.looks, attached.looks)).toBeGreaterThanOrEqual(10_000);
  expect(Math.min(counts.sets, counts.looped, counts.bindingChanges, counts.kills, counts.states)).toBeGreaterThan(1);
  expect(counts.events).toBeGreaterThan(1_000);
});

it("each of these ways of looking finds the halves of settings that are sent one by one", {
  timeout: 180_000,
}, async () => {
  const { halves, attached } = await look("--key-by-key");
  expect(Object.keys(halves)).toHaveLength(9);
  expect(Object.values(halves)).not.toContain(0);
  expect(Object.values(attached.halves)).not.toContain(0);
});
