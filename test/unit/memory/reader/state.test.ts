/** The copy of all settings: how it is brought up to date beside a busy writer, and what is looked up in it. */
import { describe, expect, it } from "vitest";
import { readCounter } from "../../../../src/memory/facts.js";
import { absentState } from "../../../../src/memory/reader/entry.js";
import { KeyReader } from "../../../../src/memory/reader/key-reader.js";
import { KeysReader } from "../../../../src/memory/reader/keys-reader.js";
import { Mirror, type MirrorState } from "../../../../src/memory/reader/mirror.js";
import { SectionReader } from "../../../../src/memory/reader/section-reader.js";
import { StateReader } from "../../../../src/memory/reader/state-reader.js";
import { StoredReading } from "../../../../src/memory/reader/stored-reading.js";
import type { Region } from "../../../../src/memory/region.js";
import { RegionWriter } from "../../../../src/memory/writer/region-writer.js";
import type { ConfigValue } from "../../../../src/shared/types.js";
import { newRegion, TestWriter, testLimits } from "../../../support/memory/region.js";

const numbered = (count: number, value: (i: number) => number = (i) => i) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, value(i)]));

/** All keys of a state with their values. */
const contentOf = (state: MirrorState | undefined) =>
  state && Object.fromEntries([...new StateReader(state).readings()].map(({ key, value }) => [key, value]));

describe("the copy of all settings beside a busy writer", () => {
  /** Two publishes come whenever a reader has taken so many steps of a kind. */
  function busy(region: Region, step: "covers" | "copyOut", every: number, publish: () => void): () => void {
    const original = region[step].bind(region) as (...given: unknown[]) => unknown;
    let steps = 0;
    let isPublishing = false;
    const counted = (...given: unknown[]) => {
      if (!isPublishing && ++steps % every === 0) {
        isPublishing = true;
        publish();
        publish();
        isPublishing = false;
      }
      return original(...given);
    };
    Object.assign(region, { [step]: counted });
    return () => Object.assign(region, { [step]: original });
  }

  it.each([
    ["copyOut", 150],
    ["covers", 801],
    ["covers", 1_301],
  ] as const)("is made and followed although publishes come with every few hundred steps: %s, %i", (step, every) => {
    const region = newRegion();
    const writer = new TestWriter(region);
    writer.publish(numbered(200));
    let turn = 0;
    const publish = () => writer.publish({ [`k${(turn * 37) % 200}`]: -++turn, busy: turn });
    const mirror = new Mirror(region);
    let rest = busy(region, step, every, publish);
    const first = mirror.state();
    rest();
    expect(turn).toBeGreaterThan(0);
    const { busy: then } = contentOf(first) ?? {};
    expect(first?.meta?.sequenceId).toBe((then as number) + 1);
    writer.publish(numbered(170, (i) => i + 0.5));
    rest = busy(region, step, every, publish);
    const second = mirror.state();
    rest();
    expect(second?.meta?.sequenceId).toBe(((contentOf(second)?.busy as number) ?? 0) + 2);
    expect(contentOf(mirror.state())).toEqual(Object.fromEntries(writer.state));
    expect(new StateReader(first as MirrorState).keys()).toHaveLength(201);
    expect([readCounter(region, "contendedReads"), readCounter(region, "checksumMismatches")]).toEqual([0, 0]);
  });
});

it("a first pass over all settings reads again what could not be relied on", () => {
  const region = newRegion();
  const writer = new TestWriter(region);
  writer.publish(numbered(150));
  const covers = region.covers.bind(region);
  let looks = 0;
  region.covers = (...given) => {
    if (++looks === 20) for (let i = 0; i < 2; i++) writer.publish({ busy: i });
    return covers(...given);
  };
  expect(contentOf(new Mirror(region).state())).toEqual(Object.fromEntries(writer.state));
});

describe("sources", () => {
  function publish(writer: RegionWriter, sequenceId: number, settings: Record<string, [ConfigValue, string]>): void {
    const changes = Object.entries(settings).map(([key, [value, source]]) => {
      return { key, setting: { value, source, layers: undefined }, oldValue: undefined, valueChanged: true };
    });
    writer.publish({ sequenceId, origin: "test", changes });
  }

  it("are those of the setting, by every way of reading, also with none, and in an arena that numbers them anew", () => {
    const region = newRegion();
    const newWriter = () => new RegionWriter(region, testLimits, () => 1);
    const keys = new KeyReader(region);
    const names = new SectionReader(region);
    const mirror = new Mirror(region);
    const set = new KeysReader(
      region,
      ["a.x", "a.none"].map((key) => ({ key, isWhole: false })),
      mirror,
    );
    const seen = () => {
      const state = new StateReader(mirror.state() as MirrorState);
      return [
        ["a.x", "a.none"].map((key) => keys.entry(key).state.source),
        names
          .read("a")
          ?.section?.readings.map(({ source }) => source)
          .reverse(),
        set.read()?.map((reading) => reading.state.source),
        ["a.x", "a.none"].map((key) => state.reading(key).state.source),
      ];
    };
    publish(newWriter(), 1, { "a.x": [1, "file"], "a.none": [1, ""] });
    expect(seen()).toEqual(Array(4).fill(["file", ""]));
    const second = newWriter();
    publish(second, 1, { "a.x": [1, "cli"], "a.none": [1, ""] });
    expect(seen()).toEqual(Array(4).fill(["cli", ""]));
    publish(second, 2, { "a.x": [1, "file"], "a.none": [1, "default"] });
    expect(seen()).toEqual(Array(4).fill(["file", "default"]));
    publish(second, 3, { "a.x": [2, ""], "a.none": [2, "cli"] });
    expect(seen()).toEqual(Array(4).fill(["", "cli"]));
  });
});

describe("sections", () => {
  it("stay the same object while only the setting of their name changes", () => {
    const region = newRegion();
    const writer = new TestWriter(region);
    writer.publish({ n: 1, "n.x": 1 });
    const names = new SectionReader(region);
    const section = names.read("n")?.section;
    writer.publish({ n: 2 });
    const now = names.read("n");
    expect([now?.own?.value, now?.section === section]).toEqual([2, true]);
  });

  it("are remembered of a thousand names, by a thread and by a copy of all settings, and found again later", () => {
    const region = newRegion();
    new TestWriter(region).publish({ "s.x": 1, "t.x": 2 });
    const names = new SectionReader(region);
    const state = new StateReader(new Mirror(region).state() as MirrorState);
    for (const read of [(name: string) => names.read(name)?.section, (name: string) => state.section(name)]) {
      const section = read("s");
      for (let i = 1; i < 1_000; i++) read(`made up ${i}`);
      expect(read("s")).toBe(section);
      expect(read("t")?.reading.state.value).toEqual({ x: 2 });
      expect(read("s")).not.toBe(section);
      expect(read("s")?.reading.state.value).toEqual({ x: 1 });
    }
  });
});

describe("a set of names", () => {
  it("of which none exists is a list of missing ones, the same until one comes", () => {
    const region = newRegion();
    const writer = new TestWriter(region);
    writer.publish({ other: 1 });
    const set = new KeysReader(region, [{ key: "a", isWhole: false }], new Mirror(region));
    const first = set.read();
    expect(first?.map(({ state }) => state.value)).toEqual([undefined]);
    writer.publish({ other: 2 });
    expect(set.read()).toBe(first);
    writer.publish({ a: 1 });
    expect(set.read()?.map(({ state }) => state.value)).toEqual([1]);
  });
});

describe("a section in a set of names", () => {
  it("is the same reading as long as nothing in it changes, whatever the names beside it do", () => {
    const region = newRegion();
    const writer = new TestWriter(region);
    writer.publish({ a: 1, "s.x": 1, z: 1 });
    const set = new KeysReader(
      region,
      ["a", "s", "z"].map((key) => ({ key, isWhole: key === "s" })),
      new Mirror(region),
    );
    const section = set.read()?.[1];
    for (const key of ["z", "a"]) {
      writer.publish({ [key]: 2 });
      expect(set.read()?.[1]).toBe(section);
    }
    writer.publish({ "s.x": 2 });
    expect(set.read()?.[1]?.state.value).toEqual({ x: 2 });
  });
});

describe("a state", () => {
  it("may know slots of keys that came later, which it takes for missing", () => {
    const reading = StoredReading.of({ key: "s.a", newValue: 1, source: "file", sequenceId: 1 } as never, 1);
    const slots = new Map([
      ["s.late", 0],
      ["s.a", 1],
      ["s.later", 600],
    ]);
    const state = new StateReader({ chunks: [[undefined, reading]], slots, meta: undefined, arena: 1, publish: 1 });
    expect(state.keys()).toEqual(["s.a"]);
    for (const key of ["s.late", "s.later", "s.never"]) {
      expect(state.reading(key).state).toBe(absentState);
      expect(state.named(key)).toEqual({ own: undefined, section: undefined });
    }
    expect(state.named("s.a").own).toBe(reading);
    expect(state.section("s")?.names()).toEqual(["a"]);
  });

  it("of a key that a change took away is that of every key that does not exist", () => {
    const gone = StoredReading.of({ key: "a", newValue: undefined, source: "", sequenceId: 1 } as never, 1);
    expect(gone.state).toBe(absentState);
  });

  it("lists its keys sorted, in whatever order they came", () => {
    const region = newRegion();
    const writer = new TestWriter(region);
    writer.publish({ b: 1, c: 1 });
    writer.publish({ a: 1, c: undefined });
    expect(new StateReader(new Mirror(region).state() as MirrorState).keys()).toEqual(["a", "b"]);
  });
});
