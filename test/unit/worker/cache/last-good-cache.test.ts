import { describe, expect, test } from "vitest";
import type { CounterName } from "../../../../src/memory/counters.js";
import { ConfigStreamError } from "../../../../src/shared/errors.js";
import type { CacheFiles } from "../../../../src/worker/cache/file.js";
import { CacheRefused } from "../../../../src/worker/cache/format.js";
import { LastGoodCache } from "../../../../src/worker/cache/last-good-cache.js";
import type { SavedSetting, SavedSettings } from "../../../../src/worker/cache/saved-settings.js";
import { VirtualClock } from "../../../support/engine/virtual-clock.js";

const owner = { clientName: "a-client", coreAgentAddress: "localhost:5001" };
const params = { path: "/cache/file", maxAgeMs: 1_000_000, writeIntervalMs: 30_000, waitForFreshMs: 5_000 };
const minute = 60_000;

/** A cache over a disk in memory and in virtual time, with the test in the place of the engine. */
class Bench implements CacheFiles {
  readonly clock = new VirtualClock();
  readonly lines: { readonly level: string; readonly message: string }[] = [];
  readonly counts = new Map<CounterName, number>();
  readonly restored: SavedSettings[] = [];
  readonly ages: (number | undefined)[] = [];
  readonly writtenAtMs: number[] = [];
  readonly cache: LastGoodCache;
  text: string | undefined;
  readError: unknown;
  writeError: unknown;
  onWrite = async (): Promise<void> => {};
  #writing = 0;
  /** Writes under way at one time. */
  mostAtOnce = 0;
  restore = (_saved: SavedSettings): boolean => true;
  settings: readonly SavedSetting[] | undefined = [["a", [{ source: "file", value: 1 }]]];
  confirmedAtMs: (() => number | undefined) | undefined;
  isSuperseded = false;

  constructor(changes: Partial<typeof params> = {}, text?: string) {
    this.text = text;
    this.cache = new LastGoodCache({ ...params, ...changes }, owner, 2 ** 20, {
      clock: this.clock,
      files: this,
      log: (level, message) => this.lines.push({ level, message }),
      status: { count: (name, by = 1) => this.counts.set(name, (this.counts.get(name) ?? 0) + by) },
      restore: (saved, ageMs) => {
        this.ages.push(ageMs);
        const isNew = this.restore(saved);
        if (isNew) this.restored.push(saved);
        return isNew;
      },
      published: () => this.settings,
      confirmedAtMs: () => (this.confirmedAtMs ?? (() => this.clock.now()))(),
      isSuperseded: () => this.isSuperseded,
    });
  }

  async read(): Promise<Uint8Array | undefined> {
    if (this.readError !== undefined) throw this.readError;
    return this.text === undefined ? undefined : Buffer.from(this.text);
  }

  async write(_path: string, pieces: Iterable<string>): Promise<void> {
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.#writing);
    await this.onWrite();
    this.#writing--;
    if (this.writeError !== undefined) throw this.writeError;
    this.text = [...pieces].join("");
    this.writtenAtMs.push(this.clock.monotonic());
  }

  cleanedUp = 0;
  async removeLeftovers(): Promise<void> {
    this.cleanedUp++;
  }

  publish(sequenceId = 1): void {
    this.cache.published({ sequenceId, origin: "core-agent", changes: [] });
  }

  visible(level: string): string[] {
    return this.lines.filter((line) => line.level === level).map((line) => line.message);
  }
}

/** What a process leaves behind that was live until now. */
async function fileOf(settings?: readonly SavedSetting[]): Promise<string> {
  const bench = new Bench();
  if (settings !== undefined) bench.settings = settings;
  bench.publish(42);
  await bench.cache.stop();
  return bench.text as string;
}

describe("at the start", () => {
  test("the settings of the file are made readable, with their number, origin and times, and that is told and counted", async () => {
    const bench = new Bench({}, await fileOf());
    await bench.clock.advance(2 * minute);
    await bench.cache.load();
    expect(bench.restored).toEqual([
      {
        origin: "core-agent",
        sequenceId: 42,
        publishedAtMs: 1_700_000_000_000,
        confirmedAtMs: 1_700_000_000_000,
        settings: [["a", [{ source: "file", value: 1 }]]],
      },
    ]);
    expect(bench.visible("info")).toEqual([
      expect.stringMatching(/^1 settings of the cache file \/cache\/file .*2 min 0 s ago/),
    ]);
    expect(Object.fromEntries(bench.counts)).toEqual({ cacheLoads: 1 });
  });

  test("a file that is not there yet is no trouble", async () => {
    const bench = new Bench();
    await bench.cache.load();
    expect(bench.lines.map(({ level }) => level)).toEqual(["debug"]);
    expect(bench.counts.size).toBe(0);
  });

  test("a long file is read whole, and what others left behind is removed after any file", async () => {
    const writer = new Bench();
    writer.settings = Array.from({ length: 1_234 }, (_, index) => [`k${index}`, [{ source: "file", value: index }]]);
    writer.publish();
    await writer.cache.stop();
    const bench = new Bench({}, writer.text);
    await bench.cache.load();
    expect(bench.restored.map(({ settings }) => settings)).toEqual([writer.settings]);
    const damaged = new Bench({}, "damaged");
    await damaged.cache.load();
    expect([bench.cleanedUp, damaged.cleanedUp]).toEqual([1, 1]);
  });

  test("a file that comes when the worker is being stopped is passed over", async () => {
    const writer = new Bench();
    writer.publish();
    await writer.cache.stop();
    const bench = new Bench({}, writer.text);
    const loaded = bench.cache.load();
    const stopped = bench.cache.stop();
    await Promise.all([loaded, stopped]);
    expect([bench.restored, bench.ages, bench.lines]).toEqual([[], [], []]);
  });

  test("a file that comes too late, since the core agent was faster, is passed over in silence", async () => {
    const bench = new Bench({}, await fileOf());
    bench.restore = () => false;
    await bench.cache.load();
    expect(bench.lines).toEqual([]);
    expect(bench.counts.size).toBe(0);
  });

  test.each([
    ["damaged", (bench: Bench) => (bench.text = `${bench.text}x`), /damaged/],
    [
      "too old",
      (bench: Bench) => bench.clock.advance(1_000_001),
      /is 16 min 40 s old, more than cache\.maxAgeMs \(16 min 40 s\)/,
    ],
    ["open to others", (bench: Bench) => (bench.readError = new CacheRefused("has mode 0644")), /has mode 0644/],
    [
      "unreadable",
      (bench: Bench) => (bench.readError = Object.assign(new Error("planted"), { code: "EACCES" })),
      /EACCES/,
    ],
    ["a surprise", (bench: Bench) => (bench.readError = new TypeError("planted")), /TypeError/],
    [
      "too large for the limits",
      (bench: Bench) =>
        (bench.restore = () => {
          throw new ConfigStreamError("limit_exceeded", "Too many keys.");
        }),
      /does not fit\. Too many keys/,
    ],
  ] as const)("a file that is %s is a warning and a count, and not used", async (_name, spoil, words) => {
    const bench = new Bench({}, await fileOf([["a", [{ source: "file", value: "planted" }]]]));
    await spoil(bench);
    await bench.cache.load();
    expect(bench.restored).toEqual([]);
    expect(bench.visible("warn")).toEqual([expect.stringMatching(words)]);
    expect(bench.lines).toHaveLength(1);
    expect(bench.lines[0]?.message).not.toContain("planted");
    expect(Object.fromEntries(bench.counts)).toEqual({ cacheRefusals: 1 });
  });

  test("a file as old as allowed is used, one from the future is not, unless the clocks just differ a little", async () => {
    const text = await fileOf();
    const old = new Bench({}, text);
    await old.clock.advance(1_000_000);
    await old.cache.load();
    expect(old.restored).toHaveLength(1);
    for (const [ahead, restored] of [
      [300_000, 1],
      [300_001, 0],
    ] as const) {
      const bench = new Bench();
      bench.confirmedAtMs = () => bench.clock.now() + ahead;
      bench.publish();
      await bench.cache.stop();
      const next = new Bench({}, bench.text);
      await next.cache.load();
      expect(next.restored).toHaveLength(restored);
    }
  });

  test("that a file's age is not known is said", async () => {
    const writer = new Bench();
    writer.confirmedAtMs = () => writer.clock.now() + 10_000_000;
    writer.publish();
    await writer.cache.stop();
    const bench = new Bench({ maxAgeMs: Number.POSITIVE_INFINITY }, writer.text);
    await bench.cache.load();
    expect(bench.visible("info")).toEqual([
      expect.stringContaining("; when they were right is not known. What looked"),
    ]);
  });

  test("a file from the future is used where any age will do, and its age is unknown", async () => {
    const bench = new Bench();
    bench.confirmedAtMs = () => bench.clock.now() + 3_600_000;
    bench.publish();
    await bench.cache.stop();
    const next = new Bench({ maxAgeMs: Number.POSITIVE_INFINITY }, bench.text);
    await next.cache.load();
    expect(next.restored).toHaveLength(1);
    expect(next.ages).toEqual([undefined]);
    expect(Object.fromEntries(next.counts)).not.toHaveProperty("cacheRefusals");
  });

  test("what came out of the file is not written back: its age would be lost", async () => {
    const text = await fileOf();
    const bench = new Bench({}, text);
    bench.confirmedAtMs = () => undefined;
    await bench.cache.load();
    await bench.clock.advance(10 * minute);
    await bench.cache.stop();
    expect(bench.text).toBe(text);
    expect(bench.writtenAtMs).toEqual([]);
    expect(bench.clock.pending).toBe(0);
  });
});

describe("writing", () => {
  test("comes a second after the first publish, and at most once per interval however often settings change", async () => {
    const bench = new Bench();
    for (let ms = 0; ms < 5 * minute; ms += 100) {
      bench.publish(ms);
      await bench.clock.advance(100);
    }
    expect(bench.writtenAtMs).toEqual([
      1_000, 31_000, 61_000, 91_000, 121_000, 151_000, 181_000, 211_000, 241_000, 271_000,
    ]);
    expect(bench.counts.get("cacheWrites")).toBe(10);
    await bench.cache.stop();
    expect(JSON.parse((bench.text as string).split("\n")[0] as string)).toMatchObject({ sequenceId: 5 * minute - 100 });
    expect(bench.clock.pending).toBe(0);
  });

  test("goes on beside a live stream that brings nothing new, so that the file does not grow old", async () => {
    const bench = new Bench({ maxAgeMs: 4 * minute });
    bench.publish();
    await bench.clock.advance(3 * minute + 1_000);
    expect(bench.writtenAtMs).toEqual([1_000, 61_000, 121_000, 181_000]);
    // A change does not wait for the renewal.
    await bench.clock.advance(30_000);
    bench.publish(2);
    await bench.clock.advance(1_000);
    expect(bench.writtenAtMs.at(-1)).toBe(212_000);
    await bench.cache.stop();
  });

  test("gives a file that is dated in the future, since the clock was set back, its right date: soon, and at the end", async () => {
    const bench = new Bench({ maxAgeMs: 4 * minute });
    const date = () => JSON.parse((bench.text as string).split("\n")[0] as string).confirmedAtMs;
    bench.publish();
    await bench.clock.advance(2_000);
    bench.clock.step(-1_440 * minute);
    await bench.clock.advance(minute);
    expect(Math.abs(date() - bench.clock.now())).toBeLessThan(minute);
    bench.clock.step(-1_440 * minute);
    await bench.cache.stop();
    expect(date()).toBe(bench.clock.now());
  });

  test("does not renew the file during an outage: nobody stands behind its settings then", async () => {
    const bench = new Bench({ maxAgeMs: 4 * minute });
    bench.publish();
    await bench.clock.advance(2_000);
    const lastLive = bench.clock.now() - 500;
    bench.confirmedAtMs = () => lastLive;
    await bench.clock.advance(10 * minute);
    expect(bench.writtenAtMs).toEqual([1_000, 61_000]);
    await bench.cache.stop();
    const head = JSON.parse((bench.text as string).split("\n")[0] as string);
    expect(head.confirmedAtMs).toBe(lastLive);
  });

  test("goes on after a write during which settings have changed: they are not in that file", async () => {
    const bench = new Bench({ writeIntervalMs: 2_000 });
    bench.onWrite = async () => {
      await Promise.resolve();
      if (bench.writtenAtMs.length === 0) bench.publish(2);
    };
    bench.publish(1);
    await bench.clock.advance(10_000);
    expect(bench.writtenAtMs).toEqual([1_000, 3_000]);
    expect(JSON.parse((bench.text as string).split("\n")[0] as string).sequenceId).toBe(2);
    await bench.cache.stop();
  });

  test("at the end writes what is not written yet, and does nothing when all is", async () => {
    const bench = new Bench();
    bench.publish(1);
    await bench.cache.stop();
    expect(bench.writtenAtMs).toHaveLength(1);
    const idle = new Bench();
    idle.publish(1);
    await idle.clock.advance(30_000);
    await idle.cache.stop();
    expect(idle.writtenAtMs).toEqual([1_000]);
    // Long after the last write, the file at least becomes younger.
    const later = new Bench();
    later.publish(1);
    await later.clock.advance(30 * minute);
    expect(later.writtenAtMs).toEqual([1_000, 251_000, 501_000, 751_000, 1_001_000, 1_251_000, 1_501_000, 1_751_000]);
    await later.clock.advance(minute);
    await later.cache.stop();
    expect(later.writtenAtMs).toHaveLength(9);
  });

  test("writes nothing while there is nothing to keep, and that is no failure", async () => {
    const empty = new Bench();
    await empty.cache.stop();
    const refused = new Bench();
    refused.settings = undefined;
    refused.publish();
    await refused.cache.stop();
    const unconfirmed = new Bench();
    unconfirmed.confirmedAtMs = () => undefined;
    unconfirmed.publish();
    await unconfirmed.cache.stop();
    for (const { text, counts, lines } of [empty, refused, unconfirmed]) {
      expect([text, [...counts], lines]).toEqual([undefined, [], []]);
    }
  });

  test("keeps the former file while a state is refused, and writes again once one was published", async () => {
    const bench = new Bench();
    bench.publish(1);
    await bench.clock.advance(1_000);
    const before = bench.text;
    bench.settings = undefined;
    bench.publish(2);
    await bench.clock.advance(5 * minute);
    expect(bench.text).toBe(before);
    bench.settings = [["b", [{ source: "file", value: 2 }]]];
    await bench.clock.advance(minute);
    expect(bench.text).toContain('["b",["file",2]]');
    await bench.cache.stop();
  });

  test("is one at a time: a slow disk delays the next write and the end, and loses no change", async () => {
    const bench = new Bench();
    let finish = (): void => {};
    bench.onWrite = () =>
      new Promise((resolve) => {
        finish = resolve;
      });
    bench.publish(1);
    await bench.clock.advance(1_000);
    bench.publish(2);
    await bench.clock.advance(10 * minute);
    expect(bench.writtenAtMs).toEqual([]);
    bench.publish(3);
    await bench.clock.advance(10 * minute);
    let stopped = false;
    const stop = bench.cache.stop().then(() => {
      stopped = true;
    });
    await bench.clock.settle();
    expect(stopped).toBe(false);
    bench.onWrite = async () => {};
    finish();
    await stop;
    expect(bench.writtenAtMs).toHaveLength(2);
    expect(bench.mostAtOnce).toBe(1);
    expect(JSON.parse((bench.text as string).split("\n")[0] as string).sequenceId).toBe(3);
  });

  test("that fails is counted each time, told at most once a minute, and tried again", async () => {
    const bench = new Bench({ writeIntervalMs: 10_000 });
    bench.writeError = Object.assign(new Error("ENOSPC: planted"), { code: "ENOSPC" });
    bench.publish(1);
    await bench.clock.advance(3 * minute);
    expect(bench.counts.get("cacheWriteFailures")).toBe(18);
    expect(bench.visible("warn")).toHaveLength(3);
    expect(bench.visible("warn")[0]).toBe(
      "The cache file /cache/file could not be written: no space is left (ENOSPC). It is tried again.",
    );
    expect(bench.visible("debug")).toHaveLength(15);
    bench.writeError = undefined;
    await bench.clock.advance(10_000);
    expect(bench.counts.get("cacheWrites")).toBe(1);
    bench.writeError = new TypeError("planted");
    bench.publish(2);
    await bench.cache.stop();
    expect(JSON.stringify(bench.lines)).not.toContain("planted");
  });
});
