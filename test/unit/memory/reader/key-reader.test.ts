import { describe, expect, it } from "vitest";
import { currentPosition, publishMeta } from "../../../../src/memory/arena-reader.js";
import { slotAt } from "../../../../src/memory/directory.js";
import { readCounter } from "../../../../src/memory/facts.js";
import { block, descriptor, header, RETIRED, slot } from "../../../../src/memory/layout.js";
import { newestPublish } from "../../../../src/memory/publish-meta.js";
import { KeyReader } from "../../../../src/memory/reader/key-reader.js";
import { KeysReader } from "../../../../src/memory/reader/keys-reader.js";
import { Mirror } from "../../../../src/memory/reader/mirror.js";
import { StateReader } from "../../../../src/memory/reader/state-reader.js";
import { presentBlock } from "../../../support/memory/arena-map.js";
import { newRegion, TestWriter, testLimits } from "../../../support/memory/region.js";

const numbered = (count: number, value: (i: number) => number = (i) => i) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, value(i)]));

function published(values: Parameters<TestWriter["publish"]>[0]) {
  const region = newRegion();
  const writer = new TestWriter(region);
  writer.publish(values);
  return { region, writer };
}

describe("an entry", () => {
  it("is one for all spellings of a key, and the same as long as the key is asked for", () => {
    const { region } = published({ "a.b": 1 });
    const keys = new KeyReader(region);
    const entry = keys.entry("A.b");
    expect([keys.entry("a.b"), keys.entry("a.B"), keys.entry("A.b")].every((one) => one === entry)).toBe(true);
    expect(entry.key).toBe("a.b");
  });

  it("keeps its state object while only other keys change, and through an arena that holds the same", () => {
    const region = newRegion();
    const writer = new TestWriter(region, testLimits, 8);
    writer.publish({ a: { deep: 1 }, b: 1 });
    const keys = new KeyReader(region);
    const { state } = keys.entry("a");
    for (let i = 0; i < 3; i++) {
      writer.publish({ b: i });
      expect(keys.entry("a").state).toBe(state);
    }
    for (let i = 0; i < 8; i++) {
      writer.publish({ b: i });
      expect(keys.entry("a").state.value).toEqual({ deep: 1 });
    }
  });

  it("of a key whose publish is under way is not taken for one that does not exist from then on", () => {
    const { region, writer } = published({ a: 1 });
    const keys = new KeyReader(region);
    const exchange = region.exchange.bind(region);
    let seen: unknown = "not asked";
    region.exchange = (word, value) => {
      const before = exchange(word, value);
      if (seen === "not asked" && word === region.load(header.cellChunkAt)) seen = keys.entry("late").state.value;
      return before;
    };
    writer.publish({ late: 2 });
    expect(seen).toBeUndefined();
    expect(keys.entry("late").state.value).toBe(2);
  });

  it("stays what it was, and is counted as not read, while the memory says that everything is being overwritten", () => {
    const { region, writer } = published({ a: 1 });
    const keys = new KeyReader(region);
    expect(keys.entry("a").state.value).toBe(1);
    writer.publish({ a: 2 });
    const begun = region.load(presentBlock(region) + block.begun);
    region.store(presentBlock(region) + block.begun, RETIRED);
    expect(keys.entry("a").state.value).toBe(1);
    expect(keys.entry("b").state.value).toBeUndefined();
    expect(readCounter(region, "contendedReads")).toBe(2);
    expect(newestPublish(region)).toBeUndefined();
    region.store(presentBlock(region) + block.begun, begun);
    expect([keys.entry("a").state.value, keys.meta()?.sequenceId]).toEqual([2, 2]);
  });
});

describe("the record of a publish", () => {
  it("is nothing where the memory makes no sense", () => {
    const { region } = published({ a: 1 });
    const copy = (word: number) => presentBlock(region) + block.meta + (currentPosition(region).publish & 1) * 8 + word;
    for (const [word, value] of [
      [6, -1],
      [6, 1_025],
      [5, -5],
      [5, 2 ** 30],
    ] as const) {
      const before = region.plain(copy(word));
      region.setPlain(copy(word), value);
      expect(publishMeta(region, currentPosition(region)), `word ${word} is ${value}`).toBeUndefined();
      region.setPlain(copy(word), before);
    }
    region.setPlain(copy(7), 99);
    expect(publishMeta(region, currentPosition(region))).toMatchObject({ origin: "test", lowerLayers: "some" });
  });
});

describe("the mirror", () => {
  it("is brought up to date by what changed, and shares the rest with the state before", () => {
    const { region, writer } = published(numbered(1_100));
    const mirror = new Mirror(region);
    const first = mirror.state();
    writer.publish({ k3: "new", added: 1, k5: undefined });
    const second = mirror.state();
    expect(first && new StateReader(first).reading("k3").state.value).toBe(3);
    expect(first && new StateReader(first).keys().length).toBe(1_100);
    const now = new StateReader(second as never);
    expect([now.reading("K3").state.value, now.reading("added").state.value, now.reading("k5").state.value]).toEqual([
      "new",
      1,
      undefined,
    ]);
    expect(now.keys().length).toBe(1_100);
    expect(second?.chunks[1]).toBe(first?.chunks[1]);
    expect(second?.chunks[0]).not.toBe(first?.chunks[0]);
    expect(mirror.state()).toBe(second);
  });

  it.each([1, 60, 64, 65, 200, 1_000, 2_500])(
    "takes in %i changed settings at once, and those of many publishes",
    (count) => {
      const { region, writer } = published(numbered(2_500));
      const mirror = new Mirror(region);
      mirror.state();
      for (let round = 1; round <= 3; round++) writer.publish(numbered(count, (i) => i + round));
      const now = new StateReader(mirror.state() as never);
      for (const i of [0, count - 1]) expect(now.reading(`k${i}`).state.value).toBe(i + 3);
      expect(now.reading("k2499").state.value).toBe(count === 2_500 ? 2_502 : 2_499);
      expect(now.state.meta?.sequenceId).toBe(4);
    },
  );

  it("keeps the last state while the memory says that everything is being overwritten", () => {
    const { region, writer } = published({ a: 1 });
    const mirror = new Mirror(region);
    const first = mirror.state();
    writer.publish({ a: 2 });
    region.store(presentBlock(region) + block.begun, RETIRED);
    expect(mirror.state()).toBe(first);
    expect(new Mirror(region).state()).toBeUndefined();
    expect(readCounter(region, "contendedReads")).toBe(2);
  });

  it("counts a record that is not what was written, and gives no state with it", () => {
    const { region } = published({ a: "text", b: 1 });
    const word = slotAt(region, presentBlock(region), 0) + slot.descriptorA + descriptor.checksum;
    region.setPlain(word, region.plain(word) ^ 1);
    expect(new Mirror(region).state()).toBeUndefined();
    expect(readCounter(region, "checksumMismatches")).toBeGreaterThan(0);
  });
});

describe("a fixed set of names", () => {
  function setOf(region: ReturnType<typeof newRegion>, ...names: string[]) {
    const wanted = names.map((name) => ({ key: name.replace("*", ""), isWhole: name.endsWith("*") }));
    const reader = new KeysReader(region, wanted, new Mirror(region));
    return { reader, values: () => reader.read()?.map(({ state }) => state.value) };
  }

  it("is read whole: keys, sections, and names that are one or the other", () => {
    const region = newRegion();
    const { values } = setOf(region, "a", "s*", "n*", "s.x", "missing*");
    expect(values()).toEqual(Array(5).fill(undefined));
    const writer = new TestWriter(region);
    writer.publish({ a: 1, "s.x": 1, "s.y": 2, n: null, "n.below": 3 });
    expect(values()).toEqual([1, { x: 1, y: 2 }, { below: 3 }, 1, undefined]);
    writer.publish({ n: "own", "s.y": undefined, "missing.z": 5 });
    expect(values()).toEqual([1, { x: 1 }, "own", 1, { z: 5 }]);
    writer.publish({ a: undefined, s: null, "s.x": undefined });
    expect(values()).toEqual([undefined, null, "own", undefined, { z: 5 }]);
    new TestWriter(region).publish({ "s.q": 1 });
    expect(values()).toEqual([undefined, { q: 1 }, undefined, undefined, undefined]);
  });

  it("gives the same list while nothing in it changes, and the same reading of each name in which nothing does", () => {
    const { region, writer } = published({ a: 1, "s.x": 1, other: 1 });
    const { reader } = setOf(region, "a", "s*", "late");
    const first = reader.read();
    expect(reader.read()).toBe(first);
    writer.publish({ other: 2 });
    expect(reader.read()).toBe(first);
    writer.publish({ another: 1 });
    expect(reader.read()).toBe(first);
    writer.publish({ a: 2 });
    const second = reader.read();
    expect(second).not.toBe(first);
    expect(second?.[1]).toBe(first?.[1]);
    writer.publish({ late: 1 });
    const third = reader.read();
    expect(third?.[2]?.state.value).toBe(1);
    expect(third?.[0]?.state.value).toBe(2);
  });
});

describe("under a storm of publishes", () => {
  /** Two publishes of another key come before each of the next closing checks, so that none of those holds. */
  function storm(region: ReturnType<typeof newRegion>, writer: TestWriter, checks: number) {
    const add = region.add.bind(region);
    let left = checks;
    let isPublishing = false;
    region.add = (word, value) => {
      if (value === 0 && left > 0 && !isPublishing) {
        left--;
        isPublishing = true;
        for (let i = 0; i < 2; i++) writer.publish({ busy: left * 2 + i });
        isPublishing = false;
      }
      return add(word, value);
    };
  }

  it("sections and sets of names are read by way of the copy of all settings, and counted", () => {
    const values = { "s.x": 1, "s.y": 2, n: null, "n.z": 3, own: 4, busy: 0 };
    for (const name of ["s", "n"]) {
      const { region, writer } = published(values);
      storm(region, writer, 9);
      const named = new KeyReader(region).named(name);
      expect(named?.section?.reading.state.value).toEqual(name === "s" ? { x: 1, y: 2 } : { z: 3 });
      expect(named?.own?.value).toBe(name === "s" ? undefined : null);
      expect(readCounter(region, "contendedReads")).toBe(1);
    }
    const { region, writer } = published(values);
    const wanted = ["s", "n", "own", "missing"].map((key) => ({ key, isWhole: true }));
    const keys = new KeysReader(region, wanted, new Mirror(region));
    const read = () => keys.read()?.map(({ state }) => state.value);
    storm(region, writer, 9);
    expect(read()).toEqual([{ x: 1, y: 2 }, { z: 3 }, 4, undefined]);
    expect(readCounter(region, "contendedReads")).toBe(1);
    writer.publish({ own: 5, "s.y": undefined });
    expect(read()).toEqual([{ x: 1 }, { z: 3 }, 5, undefined]);
    writer.publish({ own: 6 });
    storm(region, writer, 9);
    expect(read()).toEqual([{ x: 1 }, { z: 3 }, 6, undefined]);
    expect(readCounter(region, "contendedReads")).toBe(2);
  });
});
