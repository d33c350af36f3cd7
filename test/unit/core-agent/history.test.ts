import { appendFile, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { createHistory, type History } from "../../../packages/configstream/src/core-agent/history/history.js";
import { createSettings, type Settings } from "../../../packages/configstream/src/core-agent/settings/settings.js";
import type { ChangeCause } from "../../../packages/configstream/src/core-agent/settings/sources/source.js";
import { defaultSourcePriority } from "../../../src/shared/params.js";
import { holdsCredential } from "../../../src/shared/text/credential-names.js";
import type { ConfigValue } from "../../../src/shared/types.js";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

interface Life {
  readonly settings: Settings;
  readonly history: History;
  readonly warned: string[];
  /** Every layer of every key. */
  layers(): Record<string, ConfigValue>;
  set(writes: Record<string, ConfigValue | undefined>, source?: string, cause?: ChangeCause): void;
  rollback(id: number): number;
}

async function live(path?: string, defaults: Record<string, ConfigValue> = { a: 0 }): Promise<Life> {
  const warned: string[] = [];
  let counting = false;
  const settings = createSettings({
    defaults,
    env: {},
    sourcePriority: defaultSourcePriority,
    log: () => {},
    onChange: (_changes, cause, writes) => {
      if (counting) history.prepare(writes, cause)();
    },
  });
  const history = createHistory({
    now: () => 1_000,
    settings: settings.store.settings,
    warn: (message) => warned.push(message),
  });
  await history.open(path, "token");
  counting = true;
  cleanups.push(() => history.close());
  return {
    settings,
    history,
    warned,
    layers: () =>
      Object.fromEntries(
        [...settings.store.settings]
          .flatMap(([key, { layers }]) => layers.map(({ source, value }) => [`${source} ${key}`, value] as const))
          .sort(([a], [b]) => (a < b ? -1 : 1)),
      ),
    set(writes, source = "agent-runtime", cause = { kind: "runtime" }) {
      settings.apply(
        Object.entries(writes).map(([key, value]) => ({ key, source, value })),
        cause,
      );
    },
    rollback: (id) => settings.restore(history.wayBack(id), { kind: "rollback" }),
  };
}

async function file(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "history-test-"));
  cleanups.push(() => rm(dir, { recursive: true, force: true }));
  return join(dir, "history");
}

const lastId = (history: History): number => history.entries().at(-1)?.id ?? 1;

const operations = fc.array(
  fc.record({
    source: fc.constantFrom("file", "remote-config", "agent-runtime", "cli"),
    writes: fc.dictionary(
      fc.constantFrom("a", "b.c", "b.d", "api_key", "proxy", "list"),
      fc.option(
        fc.oneof(
          fc.integer({ min: 0, max: 3 }),
          fc.constantFrom<ConfigValue>("x", "", null, [1, 2], { password: "p", host: "h" }),
        ),
        { nil: undefined },
      ),
      { minKeys: 1 },
    ),
  }),
  { minLength: 1, maxLength: 30 },
);

describe("the history", () => {
  it("brings back the state after any change set, layers included, whatever happened", async () => {
    await fc.assert(
      fc.asyncProperty(operations, fc.nat(), async (made, pick) => {
        const life = await live();
        const states = [life.layers()];
        for (const { source, writes } of made) {
          const before = life.history.entries().length;
          life.set(writes, source);
          if (life.history.entries().length > before) states.push(life.layers());
        }
        expect(life.history.entries().length).toBe(states.length - 1);
        const index = pick % states.length;
        life.rollback(index + 1);
        expect(life.layers()).toEqual(states[index]);
        // The rollback is a change set of its own, which can be taken back.
        life.rollback(states.length);
        expect(life.layers()).toEqual(states.at(-1));
      }),
      { numRuns: 150 },
    );
  });

  it("says who, why, which layers and keys, with credentials as hashes that show equal values as equal", async () => {
    const life = await live();
    life.set({ api_key: "hunter2", b: 1 }, "cli", { kind: "runtime", by: "anna", reason: "incident" });
    life.set({ api_key: "hunter3", proxy: { password: "hunter2" } });
    life.set({ api_key: "hunter2" }, "cli");
    life.set({ api_key: "hunter2" }, "file");
    const [first, second, third] = life.history.entries();
    expect(first).toMatchObject({ id: 2, timeMs: 1_000, cause: { kind: "runtime", by: "anna", reason: "incident" } });
    expect(first?.changes[1]).toEqual({ source: "cli", key: "b", before: undefined, after: { value: 1 } });
    expect(JSON.stringify(life.history.entries())).not.toContain("hunter");
    expect(second?.changes[0]?.after).not.toEqual(first?.changes[0]?.after);
    expect(third?.changes[0]).toMatchObject({ source: "file", after: first?.changes[0]?.after });
    expect(life.history.diff(1, 3).map(({ source, key }) => `${source} ${key}`)).toEqual([
      "agent-runtime api_key",
      "cli api_key",
      "cli b",
      "agent-runtime proxy",
    ]);
  });

  it("keeps at most 1,000 change sets and 16 MiB, and says which states it has", async () => {
    const life = await live();
    for (let at = 0; at < 1_100; at += 1) life.set({ a: at + 1 });
    expect(life.history.entries()).toHaveLength(1_000);
    expect(() => life.rollback(50)).toThrow("No state 50 is kept; give an id from 101 to 1101.");
    life.rollback(101);
    expect(life.settings.store.get("a")?.value).toBe(100);
    for (let at = 0; at < 20; at += 1) life.set({ text: `${at}`.padEnd(1024 * 1024, "x") });
    // Each has the text before and after.
    expect(life.history.entries().length).toBeLessThan(10);
    expect(() => life.rollback(1.5)).toThrow("No state 1.5 is kept");
    expect(() => life.rollback(1_000_000)).toThrow("No state 1000000 is kept");
  });
});

describe("the history's file", () => {
  it("goes on over restarts: ids count on, and states of former lives come back", async () => {
    const path = await file();
    const first = await live(path);
    first.set({ a: 1, b: 2 }, "cli");
    const state = first.layers();
    first.set({ a: 5 }, "cli");
    await first.history.close();
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const second = await live(path, { a: 7 });
    expect(second.history.entries().map(({ id }) => id)).toEqual([2, 3]);
    second.set({ c: 1 });
    expect(lastId(second.history)).toBe(5);
    second.rollback(2);
    expect(second.layers()).toEqual(state);
    second.rollback(4);
    expect(second.layers()).toEqual({ "default a": 7 });
  });

  it("has no credentials, which come back within a life, and over a restart only where they did not change", async () => {
    const path = await file();
    const first = await live(path, { a: 0, api_key: "hunter0" });
    first.set({ api_key: "hunter2" }, "cli");
    first.set({ a: 1 });
    first.set({ api_key: "hunter3" }, "cli");
    first.rollback(3);
    expect(first.settings.store.get("api_key")?.value).toBe("hunter2");
    await first.history.close();
    expect(await readFile(path, "utf8")).not.toContain("hunter");
    const second = await live(path, { a: 0, api_key: "hunter0" });
    second.set({ a: 5 });
    expect(() => second.rollback(3)).toThrow('of "api_key" only hashes are kept');
    expect(second.settings.store.get("a")?.value).toBe(5);
    second.rollback(1);
    expect(second.layers()).toEqual({ "default a": 0, "default api_key": "hunter0" });
  });

  it("is cut off where a process was killed, at any byte, and goes on from there", async () => {
    const path = await file();
    const first = await live(path);
    const states: Record<string, ConfigValue>[] = [first.layers()];
    for (const value of ["ä", "b\n", "c"]) {
      first.set({ a: value });
      states.push(first.layers());
    }
    await first.history.close();
    const whole = await readFile(path);
    for (let length = 0; length < whole.length; length += 1) {
      await writeFile(path, whole.subarray(0, length));
      const life = await live(path);
      const kept = life.history.entries();
      const ends = [...whole.subarray(0, length)].filter((byte) => byte === 10).length;
      expect(kept.length).toBe(Math.max(0, ends - 2));
      if (kept.length > 0) {
        life.rollback(lastId(life.history));
        expect(life.layers()).toEqual(states[kept.length]);
      }
      life.set({ after: length });
      await life.history.close();
      const next = await live(path);
      expect(next.warned).toEqual([]);
      expect(next.history.entries().at(-1)?.changes.at(-1)?.key).toBe("after");
      await next.history.close();
    }
  });

  it("brings back any state of any life, whatever happened, where a kill cut the file, and what came after it", async () => {
    const path = await file();
    await fc.assert(
      fc.asyncProperty(
        fc.array(operations, { minLength: 1, maxLength: 3 }),
        fc.nat(),
        fc.nat(),
        async (lives, cut, pick) => {
          await rm(path, { force: true });
          /** By id, as far as the file can have it; credentials come back within a life alone, and so are left out here. */
          const states = new Map<number, Record<string, ConfigValue>>();
          for (const made of lives) {
            const life = await live(path);
            states.set(life.history.lastId, life.layers());
            for (const { source, writes } of made) {
              const plain = Object.entries(writes).filter(([key, value]) => !holdsCredential(key, value ?? null));
              life.set(Object.fromEntries(plain), source);
              states.set(life.history.lastId, life.layers());
            }
            await life.history.close();
          }
          const whole = await readFile(path);
          await writeFile(path, whole.subarray(0, cut % (whole.length + 1)));
          const last = await live(path);
          const begun = last.history.lastId;
          expect(begun).toBeLessThanOrEqual(states.size + 1);
          for (const id of [...states.keys()]) if (id >= begun) states.delete(id);
          states.set(begun, last.layers());
          const ids = [...states.keys()];
          const id = ids[pick % ids.length] ?? begun;
          last.rollback(id);
          expect(last.layers()).toEqual(states.get(id));
          last.rollback(begun);
          expect(last.layers()).toEqual(states.get(begun));
          await last.history.close();
        },
      ),
      { numRuns: 60 },
    );
  });

  it("is not believed from the first byte on that was damaged", async () => {
    const path = await file();
    const first = await live(path);
    for (const value of [1, 2, 3]) first.set({ a: value });
    await first.history.close();
    const whole = await readFile(path);
    for (let at = 0; at < whole.length; at += 7) {
      const damaged = Buffer.from(whole);
      damaged[at] = (damaged[at] ?? 0) ^ 0x20;
      await writeFile(path, damaged);
      const life = await live(path);
      expect(life.history.entries().length).toBeLessThan(3);
      expect(life.warned.join()).toContain("was damaged and is cut off");
      await life.history.close();
    }
    await writeFile(path, whole);
    await appendFile(path, "no line of ours\n");
    expect((await live(path)).history.entries()).toHaveLength(3);
  });

  it("is believed up to where a second core agent wrote between the lines of the first, and names no two states by one id", async () => {
    const path = await file();
    const [first, second] = [await live(path), await live(path)];
    for (const value of [1, 2, 3]) {
      first.set({ a: value });
      second.set({ b: value });
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await first.history.close();
    await second.history.close();
    const whole = await readFile(path);
    const next = await live(path);
    const ids = next.history.entries().map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)].toSorted((a, b) => a - b));
    expect(next.warned).toEqual([expect.stringContaining("was damaged and is cut off")]);
    await next.history.close();
    await writeFile(path, Buffer.concat([whole, whole]));
    expect((await live(path)).history.entries().map(({ id }) => id)).toEqual(ids);
  });

  it("has all of many changes that were made at once, each whole and in order", async () => {
    const path = await file();
    const first = await live(path);
    for (let at = 0; at < 300; at += 1) {
      first.set({ a: at + 1 });
      if (at % 50 === 0) await new Promise((done) => setTimeout(done, 1));
    }
    await first.history.close();
    const second = await live(path);
    expect(second.warned).toEqual([]);
    expect(second.history.entries().map(({ id }) => id)).toEqual(Array.from({ length: 300 }, (_unused, at) => at + 2));
    second.rollback(151);
    expect(second.settings.store.get("a")?.value).toBe(150);
  });

  it("is written anew when much of it was given up, and has the same past then", async () => {
    const path = await file();
    const first = await live(path);
    for (let at = 0; at < 80; at += 1) first.set({ text: `${at}`.padEnd(512 * 1024, "x"), a: at });
    const kept = first.history.entries().map(({ id }) => id);
    await first.history.close();
    expect((await stat(path)).size).toBeLessThan(60 * 1024 * 1024);
    const second = await live(path);
    expect(second.history.entries().at(-1)?.id).toBe(kept.at(-1));
    second.rollback(kept.at(-2) ?? 0);
    expect(second.settings.store.get("a")?.value).toBe(78);
  });

  it("is done without, and said so, where it cannot be written", async () => {
    const life = await live("/dev/null/history");
    life.set({ a: 1 });
    expect(life.history.entries()).toHaveLength(1);
    expect(life.warned).toHaveLength(1);
  });
});
