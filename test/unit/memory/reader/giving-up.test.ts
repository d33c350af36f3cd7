/** What readers give, and count, when memory cannot be read now, and that they look at no more of it than they need. */
import { describe, expect, it } from "vitest";
import { slotAt } from "../../../../src/memory/directory.js";
import { readCounter } from "../../../../src/memory/facts.js";
import {
  ABSENT_CELL,
  block,
  descriptor,
  header,
  META_WORDS,
  meta,
  RETIRED,
  slot,
} from "../../../../src/memory/layout.js";
import { KeyReader } from "../../../../src/memory/reader/key-reader.js";
import { KeysReader } from "../../../../src/memory/reader/keys-reader.js";
import { Mirror } from "../../../../src/memory/reader/mirror.js";
import { SectionReader } from "../../../../src/memory/reader/section-reader.js";
import { Region } from "../../../../src/memory/region.js";
import { presentBlock } from "../../../support/memory/arena-map.js";
import { newRegion, TestWriter } from "../../../support/memory/region.js";

function published(values: Parameters<TestWriter["publish"]>[0]) {
  const region = newRegion();
  const writer = new TestWriter(region);
  writer.publish(values);
  return { region, writer };
}

/** Says that everything in the present arena is being overwritten. */
function overwrite(region: Region): void {
  region.store(presentBlock(region) + block.begun, RETIRED);
}

const setOf = (region: Region, mirror: Mirror, ...names: string[]) =>
  new KeysReader(
    region,
    names.map((name) => ({ key: name.replace("*", ""), isWhole: name.endsWith("*") })),
    mirror,
  );
const valuesOf = (reader: KeysReader) => reader.read()?.map(({ state }) => state.value);
const gaveUp = (region: Region) => readCounter(region, "contendedReads");

describe("a read that can be made at once", () => {
  it("is not counted as given up: of keys, absent ones, sections, sets of names and all settings", () => {
    const region = newRegion();
    const keys = new KeyReader(region);
    const set = setOf(region, new Mirror(region), "a", "s*", "missing");
    const mirror = new Mirror(region);
    const readAll = () => {
      for (const key of ["a", "s", "missing"]) keys.wholeReading(key);
      set.read();
      return mirror.state();
    };
    readAll();
    const writer = new TestWriter(region);
    writer.publish({ a: 1, "s.x": 1 });
    readAll();
    writer.publish({ a: 2, "s.x": undefined, later: 1 });
    readAll();
    new TestWriter(region).publish({ a: 3 });
    expect(readAll()?.meta?.sequenceId).toBe(1);
    expect(gaveUp(region)).toBe(0);
  });

  it("of what has not changed looks at no more than one word, so that nothing else of the memory matters to it", () => {
    const { region, writer } = published({ a: 1, "s.x": 1, other: 1 });
    const keys = new KeyReader(region);
    const names = new SectionReader(region);
    const mirror = new Mirror(region);
    const set = setOf(region, mirror, "a", "s*");
    const entry = keys.entry("a");
    const [section, list, state] = [names.read("s"), set.read(), mirror.state()];
    overwrite(region);
    expect(keys.entry("a")).toBe(entry);
    expect([names.read("s"), set.read(), mirror.state()]).toEqual([section, list, state]);
    expect(gaveUp(region)).toBe(0);
    region.store(presentBlock(region) + block.begun, region.load(presentBlock(region) + block.done));
    writer.publish({ other: 2 });
    overwrite(region);
    expect(keys.entry("a").state.value, "a publish of another key").toBe(1);
    expect(gaveUp(region)).toBe(0);
  });

  it("of a key with a value gives what is known of the key, without looking for a section", () => {
    const { region } = published({ a: 1, "a.b": 2, n: null, "n.b": 3, alone: null });
    const keys = new KeyReader(region);
    expect(keys.wholeReading("A")).toBe(keys.entry("a"));
    expect(keys.wholeReading("n").state.value).toEqual({ b: 3 });
    expect(keys.wholeReading("alone").state.value).toBeNull();
    expect(keys.wholeReading("missing")).toBe(keys.entry("missing"));
  });
});

describe("a read that cannot be made", () => {
  it("gives what was known, and nothing where nothing was, and is counted once", () => {
    const { region, writer } = published({ a: 1, "s.x": 1 });
    const names = new SectionReader(region);
    const known = names.read("s");
    const keys = new KeyReader(region);
    const set = setOf(region, new Mirror(region), "a", "s*");
    writer.publish({ a: 2, "s.x": 2 });
    overwrite(region);
    expect(names.read("s")).toBe(known);
    expect(known?.section?.reading.state.value).toEqual({ x: 1 });
    expect(names.read("a")).toBeUndefined();
    expect(gaveUp(region)).toBe(2);
    expect(keys.section("s")).toBeUndefined();
    expect(keys.named("a")).toBeUndefined();
    expect(keys.wholeReading("a").state.value).toBeUndefined();
    expect(set.read()).toBeUndefined();
  });

  it("of a set of names never goes back to a copy of all settings that is older", () => {
    const region = newRegion();
    const writer = new TestWriter(region);
    const mirror = new Mirror(region);
    const set = setOf(region, mirror, "a");
    writer.publish({ a: 1 });
    mirror.state();
    writer.publish({ a: 2 });
    const second = set.read();
    const begun = region.load(presentBlock(region) + block.begun);
    writer.publish({ a: 3 });
    overwrite(region);
    expect(set.read()).toBe(second);
    expect(second?.[0]?.state.value).toBe(2);
    region.store(presentBlock(region) + block.begun, begun + 1);
    const third = set.read();
    expect([third?.[0]?.state.value, mirror.state()?.meta?.sequenceId]).toEqual([3, 3]);
    writer.publish({ other: 1 });
    overwrite(region);
    expect(set.read(), "a copy of the same publish").toBe(third);
    new TestWriter(region).publish({ a: 4 });
    const fourth = set.read();
    expect(fourth?.[0]?.state.value).toBe(4);
    new TestWriter(region).publish({ a: 5 });
    overwrite(region);
    expect(set.read(), "a copy of an arena before").toBe(fourth);
  });

  it("of a set of names whose directory makes no sense takes no name for missing", () => {
    const { region, writer } = published({ a: 1, "s.x": 2, n: null, "n.x": 3, both: 4, "both.x": 5 });
    const set = setOf(region, new Mirror(region), "a", "missing", "s", "s*", "n", "n*", "both", "both*");
    const expected = [undefined, undefined, { x: 2 }, null, { x: 3 }, 4, 4];
    const table = presentBlock(region) + block.table;
    const at = region.load(table);
    region.store(table, 2 ** 29);
    expect(valuesOf(set)).toEqual([1, ...expected]);
    expect(gaveUp(region)).toBe(1);
    region.store(table, at);
    writer.publish({ a: 3 });
    expect(valuesOf(set)).toEqual([3, ...expected]);
    expect(gaveUp(region)).toBe(1);
  });

  it("of a damaged record is counted as a mismatch at each try, and as given up in the end", () => {
    const { region } = published({ a: "text", b: "other" });
    const word = slotAt(region, presentBlock(region), 0) + slot.descriptorA + descriptor.checksum;
    region.setPlain(word, region.plain(word) ^ 1);
    const keys = new KeyReader(region);
    expect([keys.entry("a").state.value, keys.entry("b").state.value]).toEqual([undefined, "other"]);
    expect(gaveUp(region)).toBe(1);
    const tries = readCounter(region, "checksumMismatches");
    expect(tries).toBeGreaterThan(1);
    expect(new SectionReader(region).read("a")).toBeUndefined();
    expect(readCounter(region, "checksumMismatches")).toBe(2 * tries);
  });

  it("of all settings keeps the last copy while the record of the newest publish makes no sense", () => {
    const { region, writer } = published({ a: 1 });
    const mirror = new Mirror(region);
    const first = mirror.state();
    writer.publish({ a: 2 });
    const publish = region.load(presentBlock(region) + block.done);
    const length = presentBlock(region) + block.meta + (publish & 1) * META_WORDS + meta.originLength;
    const before = region.plain(length);
    region.setPlain(length, -1);
    expect(mirror.state()).toBe(first);
    expect(gaveUp(region)).toBe(1);
    region.setPlain(length, before);
    expect(mirror.state()?.meta?.sequenceId).toBe(2);
  });
});

describe("memory that makes no sense", () => {
  /** What lies outside of all memory. */
  const outside = 2 ** 30;

  /** The first word that is not there. */
  const justOutside = (region: Region) => region.memory.buffer.byteLength / 4;

  it.each<[what: string, word: (region: Region) => number, makesNoSense?: (region: Region) => number]>([
    ["the table of slots", (region) => presentBlock(region) + block.slotChunks],
    ["a chunk of slots", (region) => region.plain(presentBlock(region) + block.slotChunks), justOutside],
    ["the place of a key", (region) => slotAt(region, presentBlock(region), 0) + slot.keyAt],
    ["the name of a source", (region) => region.plain(presentBlock(region) + block.sources) + 1],
  ])(
    "is never taken for a missing key or source, by any way of reading: %s",
    (_, wordOf, makesNoSense = () => outside) => {
      const { region } = published({ "s.x": 1 });
      const word = wordOf(region);
      const before = region.plain(word);
      const readers = () => ({
        keys: new KeyReader(region),
        names: new SectionReader(region),
        set: setOf(region, new Mirror(region), "s*"),
        own: setOf(region, new Mirror(region), "s.x"),
        mirror: new Mirror(region),
      });
      const { keys, names, set, own, mirror } = readers();
      region.setPlain(word, makesNoSense(region));
      expect(keys.entry("s.x").stamp, "not current, so that it is asked for again").not.toBe(
        region.plain(keys.entry("s.x").cell),
      );
      expect([names.read("s"), set.read(), own.read(), mirror.state()]).toEqual(Array(4).fill(undefined));
      expect(gaveUp(region)).toBeGreaterThan(0);
      region.setPlain(word, before);
      expect(keys.entry("s.x").state).toMatchObject({ value: 1, source: "file" });
      expect(names.read("s")?.section?.reading.state.value).toEqual({ x: 1 });
      expect([valuesOf(set), valuesOf(own), mirror.state()?.slots.size]).toEqual([[{ x: 1 }], [1], 1]);
    },
  );

  it("leaves what was known as it is, and is counted at each read", () => {
    const { region, writer } = published({ "s.x": 1 });
    const keys = new KeyReader(region);
    const names = new SectionReader(region);
    const set = setOf(region, new Mirror(region), "s*", "s.x");
    const mirror = new Mirror(region);
    const read = () => [
      keys.entry("s.x").state.value,
      names.read("s")?.section?.reading.state.value,
      ...(valuesOf(set) ?? []),
      mirror.state()?.meta?.sequenceId,
    ];
    expect(read()).toEqual([1, { x: 1 }, { x: 1 }, 1, 1]);
    writer.publish({ "s.x": 2 });
    const chunks = presentBlock(region) + block.slotChunks;
    const before = region.plain(chunks);
    region.setPlain(chunks, outside);
    expect(read()).toEqual([1, { x: 1 }, { x: 1 }, 1, 1]);
    expect(gaveUp(region)).toBe(5);
    region.setPlain(chunks, before);
    expect(read()).toEqual([2, { x: 2 }, { x: 2 }, 2, 2]);
    expect(gaveUp(region)).toBe(5);
  });
});

describe("memory that has grown", () => {
  const many = (from: number, count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${from + i}`, "x".repeat(60)]));

  it("is found by a thread that has not seen it yet, whichever part of the directory lies in it", () => {
    const { memory } = newRegion();
    const writer = new TestWriter(new Region(memory));
    writer.publish({ "s.first": 0 });
    const region = new Region(memory);
    const names = new SectionReader(region);
    const set = setOf(region, new Mirror(region), "s*");
    for (let round = 0; round < 6; round++) {
      writer.publish({ ...many(round * 400, 400), [`s.of${round}`]: round });
      expect(names.read("s")?.section?.readings).toHaveLength(round + 2);
      expect(Object.keys(valuesOf(set)?.[0] as object)).toHaveLength(round + 2);
    }
    expect(gaveUp(region)).toBe(0);
  });

  it("has words that show whether a key is as it was read", () => {
    const { memory } = newRegion();
    const writer = new TestWriter(new Region(memory));
    const keys = new KeyReader(new Region(memory));
    keys.entry("last");
    writer.publish({ ...many(0, 4_200), last: 1 });
    const entry = keys.entry("last");
    expect([entry.state.value, keys.isCurrent(entry)]).toEqual([1, true]);
    writer.publish({ last: 2 });
    expect([keys.isCurrent(entry), keys.entry("last").state.value]).toEqual([false, 2]);
  });
});

describe("a key that comes while it is looked for", () => {
  /** Runs something once, before a word is looked at. */
  function beforeLoad(region: Region, word: number, run: () => void): void {
    const load = region.load.bind(region);
    let isDue = true;
    region.load = (at) => {
      if (at === word && isDue) {
        isDue = false;
        run();
      }
      return load(at);
    };
  }

  it("is found by the read of a set of names whose publish it is of, and is not missed from then on", () => {
    const { region, writer } = published({ "s.x": 1 });
    const set = setOf(region, new Mirror(region), "s*", "late");
    expect(valuesOf(set)).toEqual([{ x: 1 }, undefined]);
    writer.publish({ other: 1 });
    beforeLoad(region, header.firstCells + ABSENT_CELL, () => writer.publish({ "s.y": 2, late: 3 }));
    expect(valuesOf(set)).toEqual([{ x: 1, y: 2 }, 3]);
  });

  it("is found by the read of a section", () => {
    const { region, writer } = published({ "s.x": 1 });
    const names = new SectionReader(region);
    const values = () => names.read("s")?.section?.reading.state.value;
    expect(values()).toEqual({ x: 1 });
    writer.publish({ other: 1 });
    const load = region.load.bind(region);
    let looks = 0;
    region.load = (at) => {
      // The slots are found between the first look and the second.
      if (at === header.arena && ++looks === 2) writer.publish({ "s.y": 2 });
      return load(at);
    };
    expect(values()).toEqual({ x: 1, y: 2 });
  });

  it("is given as the value that it has become, when there was no such key a moment before", () => {
    const { region, writer } = published({ other: 1 });
    const keys = new KeyReader(region);
    expect(keys.wholeReading("a").state.value).toBeUndefined();
    beforeLoad(region, header.arena, () => writer.publish({ a: 5 }));
    expect(keys.wholeReading("a").state.value).toBe(5);
  });

  it("is not missed by a set of names although its slot was found before its publish, and the mark looked at before that", () => {
    const { region, writer } = published({ "s.x": 1 });
    const set = setOf(region, new Mirror(region), "s*");
    expect(valuesOf(set)).toEqual([{ x: 1 }]);
    writer.publish({ "s.x": 3 });
    const done = presentBlock(region) + block.done;
    const absent = header.firstCells + ABSENT_CELL;
    const before = new Map([done, absent].map((word) => [word, region.load(word)]));
    writer.publish({ "s.y": 2 });
    const load = region.load.bind(region);
    // What these words held while the publish was under way: its slot was in the directory, its mark was not yet set.
    region.load = (at) => {
      const old = before.get(at);
      before.delete(at);
      return old ?? load(at);
    };
    expect(valuesOf(set)).toEqual([{ x: 3, y: 2 }]);
  });
});

describe("a new arena that comes while slots are looked for", () => {
  it("is read by its own slots, though it has as many", () => {
    const { region } = published({ "s.x": 1, a: 1 });
    const names = new SectionReader(region);
    const load = region.load.bind(region);
    let looks = 0;
    region.load = (at) => {
      if (at === header.arena && ++looks === 2) new TestWriter(region).publish({ b: 1, "s.y": 2 });
      return load(at);
    };
    expect(names.read("s")?.section?.reading.state.value).toEqual({ y: 2 });
  });
});
