import { describe, expect, it } from "vitest";
import { createReader } from "../../../../src/main/reader/reader.js";
import { cellAt, cellStamp } from "../../../../src/memory/cells.js";
import { markWritersGone } from "../../../../src/memory/facts.js";
import {
  ARENA_BLOCKS,
  block,
  blockOf,
  CELLS_PER_CHUNK,
  header,
  LATEST_CELL,
  MAX_CELL_CHUNKS,
  PAGE_BYTES,
  RANGES_PER_CELL_EPOCH,
  SLOTS_PER_CHUNK,
  STAMP_MOVED,
} from "../../../../src/memory/layout.js";
import { newestPublish } from "../../../../src/memory/publish-meta.js";
import { RegionWriter } from "../../../../src/memory/writer/region-writer.js";
import type { EffectiveChange } from "../../../../src/shared/types.js";
import { extentsOf, faultsOf, presentBlock } from "../../../support/memory/arena-map.js";
import { change, newRegion, TestWriter, testLimits } from "../../../support/memory/region.js";

const arenaOf = (region: ReturnType<typeof newRegion>) => region.load(header.arena);

describe("the hand-over to a new arena", () => {
  it("takes over every setting that the publish does not touch: value, source, layers and number", () => {
    const region = newRegion();
    const { writer } = new TestWriter(region, testLimits, 8);
    const layers = [
      { source: "default", value: 1 },
      { source: "file", value: [2] },
    ];
    const settings = {
      layered: { value: [2], source: "file", layers },
      plain: { value: "text", source: "cli", layers: undefined },
      replaced: { value: 1, source: "cli", layers: undefined },
      removed: { value: 1, source: "late source", layers: undefined },
    };
    const changes = Object.entries(settings).map(([key, setting]) => ({
      key,
      setting,
      oldValue: undefined,
      valueChanged: true,
    }));
    writer.publish({ sequenceId: 77, origin: "first", changes });
    const first = arenaOf(region);
    const setting = { value: "new", source: "remote", layers };
    for (let i = 78; arenaOf(region) === first; i++) {
      const more = [
        { key: "replaced", setting, oldValue: 1, valueChanged: true },
        { key: "removed", setting: undefined, oldValue: i === 78 ? 1 : undefined, valueChanged: true },
      ];
      writer.publish({ sequenceId: i, origin: "later", changes: more });
    }
    const reader = createReader(region);
    expect(reader.view().keys()).toEqual(["layered", "plain", "replaced"]);
    expect(reader.explain("layered")).toMatchObject({ source: "file", layers });
    expect(reader.explain("replaced")).toMatchObject({ source: "remote", value: "new", layers });
    expect([reader.get("plain"), reader.getSource("plain")]).toEqual(["text", "cli"]);
    expect(reader.explain("plain").layers).toEqual([{ source: "cli", value: "text" }]);
    expect(newestPublish(region)?.liveKeys).toBe(3);
    expect(region.load(presentBlock(region) + block.slots), "a removed key takes no slot in the new one").toBe(3);
    expect(faultsOf(region)).toEqual([]);
  });

  it("takes over the settings of a full chunk of slots, and nothing of what stands where the next one would be", () => {
    const region = newRegion();
    const writer = new TestWriter(region, testLimits, 3);
    const values = Object.fromEntries(Array.from({ length: SLOTS_PER_CHUNK }, (_, i) => [`k${i}`, i]));
    writer.publish(values);
    for (let word = header.ready; word < header.lastMessageAtMs; word++) region.store(word, 8);
    const first = arenaOf(region);
    for (let i = 0; arenaOf(region) === first; i++) writer.publish({ k0: i });
    expect(createReader(region).view().keys()).toEqual(Object.keys(values).sort());
    expect(newestPublish(region)?.liveKeys).toBe(SLOTS_PER_CHUNK);
  });

  it("comes when the numbers of the arena are used up, and not earlier", () => {
    const region = newRegion();
    const writer = new TestWriter(region, testLimits, 8);
    const arenas: number[] = [];
    for (let i = 0; i < 12; i++) {
      writer.publish({ a: i });
      arenas.push(arenaOf(region));
    }
    expect(arenas).toEqual([1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 3, 3]);
  });

  it("comes when keys that are gone have used up the slots of the arena, and not earlier", () => {
    const region = newRegion();
    const writer = new TestWriter(region, testLimits, undefined, 6);
    const reader = createReader(region);
    const arenas: number[] = [];
    writer.publish({ stays: "here", k0: 0, k1: 1 });
    for (let i = 2; i < 12; i++) {
      writer.publish({ [`k${i}`]: i, [`k${i - 2}`]: undefined });
      arenas.push(arenaOf(region));
      expect(faultsOf(region)).toEqual([]);
      expect(reader.view().keys()).toEqual([`k${i - 1}`, `k${i}`, "stays"].sort());
      expect([reader.get("stays"), reader.get(`k${i - 2}`), reader.get(`k${i}`)]).toEqual(["here", undefined, i]);
    }
    expect(arenas, "six slots are three keys of the hand-over and three that came").toEqual([
      1, 1, 1, 2, 2, 2, 2, 3, 3, 3,
    ]);
    writer.publish({ k10: "same key", k11: "no slot more", stays: "there", gone: undefined, k1: undefined });
    expect(arenaOf(region), "of keys that have a slot, or need none, any number").toBe(3);
  });

  it("does not come with more keys than an arena has slots, which are refused, while the last good settings stay", () => {
    const region = newRegion();
    const writer = new TestWriter(region, testLimits, undefined, 3);
    writer.publish({ a: 1, b: 2 });
    expect(() => writer.publish({ c: 1, d: 1 })).toThrow("4 keys are more than the 3 that a region holds");
    expect(createReader(region).view().keys()).toEqual(["a", "b"]);
    writer.publish({ c: 1 });
    expect(createReader(region).view().keys()).toEqual(["a", "b", "c"]);
  });

  it("begins an arena with the number after its base, and never uses a number again, nor one of those that mean something else", () => {
    const region = newRegion();
    const writer = new TestWriter(region, testLimits, 3);
    const reader = createReader(region);
    const numbers = new Set<number>();
    for (let i = 0; i < RANGES_PER_CELL_EPOCH - 1; i++) {
      writer.publish({ a: i });
      expect(reader.get("a")).toBe(i);
      const blockAt = presentBlock(region);
      const number = region.load(blockAt + block.done);
      expect(number).toBe((region.plain(blockAt + block.base) + 1) | 0);
      expect(number >>> 24, "range 0 is never used").not.toBe(0);
      numbers.add(number >>> 24);
    }
    expect(numbers.size, "each arena has a range of its own").toBe(RANGES_PER_CELL_EPOCH - 1);
    expect(region.load(header.cellEpoch)).toBe(0);
    writer.publish({ a: "next" });
    expect(region.load(header.cellEpoch)).toBe(1);
    expect(region.load(presentBlock(region) + block.done) >>> 24).toBe(1);
    expect(reader.get("a")).toBe("next");
  });

  it.each([
    [0, 1, 0],
    [4, 5, 0],
    [RANGES_PER_CELL_EPOCH - 2, RANGES_PER_CELL_EPOCH - 1, 0],
    [RANGES_PER_CELL_EPOCH - 1, 1, 1],
    [RANGES_PER_CELL_EPOCH, 1, 1],
    [3 * RANGES_PER_CELL_EPOCH + 6, 7, 3],
  ])("after %i ranges of numbers takes the last ones of range %i, with cells of epoch %i", (taken, range, epoch) => {
    const region = newRegion();
    region.store(header.rangesTaken, taken);
    new TestWriter(region, testLimits, 3).publish({ a: 1 });
    expect(region.load(presentBlock(region) + block.done) >>> 0).toBe((range + 1) * 2 ** 24 - 2);
    expect(region.load(header.cellEpoch)).toBe(epoch);
    expect(createReader(region).get("a")).toBe(1);
  });

  it("moves each chunk of cells to a place of its own in fresh memory, no more of them, and marks the old ones alone", () => {
    const region = newRegion();
    const page = region.grow(1);
    const second = (page * PAGE_BYTES) / 4;
    region.store(header.cellChunkAt + 1, second);
    region.store(header.cellChunks, 2);
    region.store(header.rangesTaken, RANGES_PER_CELL_EPOCH);
    const beside = [header.firstCells - 1, second + CELLS_PER_CHUNK];
    const before = beside.map((word) => region.plain(word));
    new TestWriter(region).publish({ a: 1 });
    const chunks = Array.from({ length: MAX_CELL_CHUNKS }, (_, chunk) => region.load(header.cellChunkAt + chunk));
    expect([chunks[1], ...chunks.slice(2)]).toEqual([
      (chunks[0] as number) + CELLS_PER_CHUNK,
      ...Array(MAX_CELL_CHUNKS - 2).fill(0),
    ]);
    expect((chunks[0] as number) * 4).toBeGreaterThan(page * PAGE_BYTES);
    expect(region.load(header.cellChunks)).toBe(2);
    expect(region.load(header.cellChunkAt + MAX_CELL_CHUNKS), "past the end of the table").toBe(0);
    expect(region.load(header.cellChunkAt - 1), "before its beginning").toBe(0);
    const marked = [header.firstCells, header.firstCells + CELLS_PER_CHUNK - 1, second, second + CELLS_PER_CHUNK - 1];
    expect(marked.map((word) => region.load(word))).toEqual(Array(4).fill(STAMP_MOVED));
    expect(beside.map((word) => region.plain(word))).toEqual(before);
    expect(faultsOf(region)).toEqual([]);
    expect(createReader(region).get("a")).toBe(1);
  });

  it("takes as many pages as all chunks of cells need that move", () => {
    const region = newRegion();
    const chunks = 9;
    const first = (region.grow(2) * PAGE_BYTES) / 4;
    for (let i = 0; i < chunks - 1; i++) region.store(header.cellChunkAt + 1 + i, first + i * CELLS_PER_CHUNK);
    region.store(header.cellChunks, chunks);
    region.store(header.rangesTaken, RANGES_PER_CELL_EPOCH);
    new TestWriter(region).publish({ a: 1 });
    const end = region.load(header.cellChunkAt + chunks - 1) + CELLS_PER_CHUNK;
    expect(region.memory.buffer.byteLength).toBeGreaterThanOrEqual(end * 4);
    expect(region.grow(1) * PAGE_BYTES, "what comes next lies behind them").toBeGreaterThanOrEqual(end * 4);
    expect(createReader(region).get("a")).toBe(1);
  });

  it("moves all cells to fresh memory when all numbers were used, and leaves what no number equals in the old ones", () => {
    const region = newRegion();
    const values = Object.fromEntries(Array.from({ length: CELLS_PER_CHUNK + 10 }, (_, i) => [`k${i}`, i]));
    new TestWriter(region).publish(values);
    const old = Array.from({ length: 2 * CELLS_PER_CHUNK }, (_, cell) => cellAt(region, cell));
    const ahead = region.load(header.cellChunkAt + 2);
    region.store(header.rangesTaken, RANGES_PER_CELL_EPOCH);
    const reader = createReader(region);
    expect(reader.get("k4100")).toBe(4_100);
    new TestWriter(region).publish({ k0: "moved", k4100: "moved too" });
    expect(old.filter((at) => region.load(at) !== STAMP_MOVED)).toEqual([]);
    expect([reader.get("k0"), reader.get("k4100"), reader.get("k1")]).toEqual(["moved", "moved too", undefined]);
    const fresh = new Set(Array.from({ length: 2 * CELLS_PER_CHUNK }, (_, cell) => cellAt(region, cell)));
    expect(fresh.size).toBe(2 * CELLS_PER_CHUNK);
    expect(old.filter((at) => fresh.has(at))).toEqual([]);
    expect(region.load(header.cellChunks), "not fewer than before").toBe(2);
    expect(region.load(header.cellChunkAt + 2), "no cell of it was ever used").toBe(ahead);
  });

  it("changes every cell that there is, so that a reader looks again for each key that it knew", () => {
    const region = newRegion();
    const values = Object.fromEntries(Array.from({ length: CELLS_PER_CHUNK }, (_, i) => [`k${i}`, i]));
    new TestWriter(region).publish(values);
    new TestWriter(region).publish({ only: 1 });
    const number = region.load(presentBlock(region) + block.done);
    const cells = Array.from({ length: 2 * CELLS_PER_CHUNK }, (_, cell) => cell);
    expect(cells.filter((cell) => cellStamp(region, cell) !== number)).toEqual([]);
  });

  it("is refused when every block belongs to a writer that may still live, and the last good settings stay", () => {
    const region = newRegion();
    for (let i = 1; i <= ARENA_BLOCKS; i++) new TestWriter(region).publish({ a: i });
    const reader = createReader(region);
    expect(reader.get("a")).toBe(ARENA_BLOCKS);
    expect(() => new TestWriter(region).publish({ a: "more" })).toThrow(/All 32 arena blocks/);
    expect(reader.get("a")).toBe(ARENA_BLOCKS);
    markWritersGone(region);
    new TestWriter(region).publish({ a: "more" });
    expect(reader.get("a")).toBe("more");
  });

  it.each(["last", "first"])(
    "keeps the last good value of a setting that is left out of its publish, the %s of all",
    (place) => {
      const region = newRegion();
      const writer = new RegionWriter(region, { ...testLimits, maxValueBytes: 100 }, () => 5, { publishesPerArena: 3 });
      const publish = (...changes: EffectiveChange[]) => {
        const publication = { sequenceId: 1, origin: "", changes };
        const skipped = writer.prepare(publication);
        writer.publish(publication);
        return skipped.map(({ key }) => key);
      };
      publish(change("a", 1), change("big", "good"));
      const first = arenaOf(region);
      const [a, big] = [change("a", 2, 1), change("big", "x".repeat(300), "good")];
      expect(publish(...(place === "last" ? [a, big] : [big, a]))).toEqual(["big"]);
      expect(arenaOf(region)).not.toBe(first);
      const reader = createReader(region);
      expect([reader.get("a"), reader.get("big")]).toEqual([2, "good"]);
    },
  );

  it("loses no page, whichever block the new arena gets: also when that is the block of the arena before", () => {
    const region = newRegion();
    const taken = () => region.load(header.arenasCreated);
    const writer = new TestWriter(region, testLimits, 3);
    writer.publish({ a: "x".repeat(200_000) });
    for (let round = 0; round < 4; round++) {
      // As attempts do that fail, because the region is full.
      const until = arenaOf(region) + ARENA_BLOCKS - 1;
      while (taken() + 1 < until) region.add(header.arenasCreated, 1);
      writer.publish({ a: "y".repeat(200_000) });
      writer.publish({ a: "z".repeat(200_000) });
      expect(faultsOf(region)).toEqual([]);
    }
    const owned = Array.from({ length: ARENA_BLOCKS }, (_, i) => extentsOf(region, blockOf(i))).flat();
    const bytes = owned.reduce((sum, { at, end }) => sum + end - at, 0);
    expect(bytes, "all but the header").toBe(region.memory.buffer.byteLength - PAGE_BYTES);
  });

  it("gives up the arena that it replaced, whose pages the next one uses", () => {
    const region = newRegion();
    const writer = new TestWriter(region, testLimits, 3);
    writer.publish({ a: "x".repeat(100_000) });
    writer.publish({ a: "y" });
    writer.publish({ a: "z" });
    const bytes = region.memory.buffer.byteLength;
    for (let i = 0; i < 40; i++) {
      writer.publish({ a: i });
      expect(faultsOf(region)).toEqual([]);
    }
    expect(region.memory.buffer.byteLength).toBe(bytes);
    const owners = Array.from({ length: ARENA_BLOCKS }, (_, i) => region.load(blockOf(i) + block.writerGone));
    const ordinals = owners.map((_, i) => region.load(blockOf(i) + block.ordinal));
    expect(
      ordinals.filter((ordinal, i) => ordinal !== owners[i]),
      "one is in use",
    ).toEqual([arenaOf(region)]);
  });
});

describe("a writer in whose publish a newer one comes", () => {
  /** Calls `then` once, just before the writer makes its change of a word. */
  function justBefore(
    region: ReturnType<typeof newRegion>,
    name: "exchange" | "compareExchange",
    word: () => number,
    then: () => void,
  ) {
    const original = region[name].bind(region) as (...given: number[]) => number;
    let isDue = true;
    region[name] = ((...given: [number, number, number]) => {
      if (isDue && given[0] === word()) {
        isDue = false;
        then();
      }
      return original(...given);
    }) as never;
  }

  it("shows readers nothing of it", () => {
    const region = newRegion();
    const old = new TestWriter(region);
    old.publish({ a: 1 });
    justBefore(
      region,
      "exchange",
      () => cellAt(region, LATEST_CELL),
      () => void new TestWriter(region),
    );
    old.publish({ a: 2 });
    expect(createReader(region).get("a")).toBe(1);
    const done = region.load(presentBlock(region) + block.done);
    old.publish({ a: 3 });
    expect(region.load(presentBlock(region) + block.done)).toBe(done);
    new TestWriter(region).publish({ a: 4 });
    expect(createReader(region).get("a")).toBe(4);
  });

  it("sends no reader to the arena that it was making, and leaves that to be used again", () => {
    const region = newRegion();
    new TestWriter(region).publish({ a: 1 });
    const old = new TestWriter(region);
    justBefore(
      region,
      "exchange",
      () => cellAt(region, LATEST_CELL),
      () => new TestWriter(region).publish({ a: 3 }),
    );
    old.publish({ a: 2 });
    expect(createReader(region).get("a")).toBe(3);
    expect(region.load(header.arena)).toBe(3);
    expect(region.load(blockOf(2) + block.writerGone)).toBe(2);
    expect(region.load(blockOf(3) + block.writerGone)).toBe(0);
  });

  it("goes on when an older one was faster to send readers over", () => {
    const region = newRegion();
    new TestWriter(region).publish({ a: 1 });
    justBefore(
      region,
      "compareExchange",
      () => header.arena,
      () => region.store(header.arena, 1 + ARENA_BLOCKS),
    );
    new TestWriter(region).publish({ a: 2 });
    expect(createReader(region).get("a")).toBe(2);
  });
});

/** A region that is nearly full, of more waste than settings. `taken`: arenas so far. */
function fullOfWaste() {
  const region = newRegion(72 * 65_536);
  const writer = new TestWriter(region);
  const large = (letter: string) => letter.repeat(800_000);
  writer.publish({ big: "x".repeat(600_000), a: large("a"), b: large("b") });
  writer.publish({ a: large("c"), b: large("d") });
  for (let i = 0; i < 2; i++) writer.publish({ a: i, b: i });
  return { region, writer, taken: region.load(header.arenasCreated) };
}

describe("a rebuild", () => {
  it("comes at the next publish once more than a mebibyte and half of everything lies idle", () => {
    const region = newRegion();
    const writer = new TestWriter(region);
    const large = (letter: string) => letter.repeat(400_000);
    writer.publish({ keep: "me", a: large("a"), b: large("b"), c: large("c"), d: large("d") });
    writer.publish({ a: large("e"), b: large("f"), c: large("g"), d: large("h") });
    for (let i = 1; i < 3; i++) writer.publish({ a: i, b: i, c: i, d: i });
    expect(arenaOf(region), "the old values were given back by now").toBe(1);
    const { byteLength } = region.memory.buffer;
    writer.publish({ a: "after" });
    expect(arenaOf(region)).toBe(2);
    const reader = createReader(region);
    expect([reader.get("keep"), reader.get("a"), reader.get("d")]).toEqual(["me", "after", 2]);
    writer.publish({ a: "after that" });
    expect(arenaOf(region)).toBe(2);
    expect(region.memory.buffer.byteLength - byteLength).toBeLessThan(2 ** 20);
  });

  it("comes once more than 4,096 slots beside those in use are of keys that are gone, and not before", () => {
    const region = newRegion();
    const writer = new TestWriter(region);
    const some = (count: number, value: number | undefined) =>
      Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, value]));
    writer.publish({ ...some(4_098, 1), keep: 1 });
    writer.publish(some(4_097, undefined));
    writer.publish({ keep: 2 });
    expect(arenaOf(region), "2 in use, 4,097 gone").toBe(1);
    writer.publish({ k4097: undefined });
    writer.publish({ keep: 3 });
    expect(arenaOf(region), "1 in use, 4,098 gone").toBe(2);
    expect(region.load(presentBlock(region) + block.slots)).toBe(1);
    expect(createReader(region).get("keep")).toBe(3);
    expect(cellStamp(region, LATEST_CELL), "nothing was written to the old one").toBe(
      region.load(presentBlock(region) + block.done),
    );
  });

  it("that finds no block fails its publish, and the last good settings stay", () => {
    const region = newRegion();
    const writer = new TestWriter(region);
    const large = (letter: string) => letter.repeat(800_000);
    writer.publish({ a: large("a"), b: large("b") });
    writer.publish({ a: large("c"), b: large("d") });
    for (let i = 0; i < 2; i++) writer.publish({ a: i, b: i });
    for (let at = 0; at < ARENA_BLOCKS; at++) {
      // As of writers that were only thought dead.
      if (region.load(blockOf(at) + block.ordinal) === 0) region.store(blockOf(at) + block.ordinal, 100 + at);
    }
    expect(() => writer.publish({ a: "new" })).toThrow(/All 32 arena blocks/);
    expect(createReader(region).get("a")).toBe(1);
  });

  it("that does not fit loses no publish", () => {
    const { region, writer, taken } = fullOfWaste();
    for (const value of ["first", "second"]) {
      writer.publish({ a: value });
      expect(createReader(region).get("a")).toBe(value);
    }
    expect([region.load(header.arenasCreated) - taken, arenaOf(region)]).toEqual([1, 1]);
  });

  it("that does not fit is put off for a thousand publishes, which go into the waste itself", () => {
    const { region, writer, taken } = fullOfWaste();
    writer.publish({ a: "first" });
    writer.publish({ a: "second" });
    const tried = region.load(header.arenasCreated) - taken;
    for (let i = 0; i < 1_010; i++) writer.publish({ a: i });
    expect(createReader(region).get("a")).toBe(1_009);
    expect([tried, region.load(header.arenasCreated) - taken, arenaOf(region)]).toEqual([1, 2, 1]);
  });
});

describe("a publish", () => {
  it("is encoded when it is prepared; another one, or one that was not prepared, when it is published", () => {
    const region = newRegion();
    const writer = new RegionWriter(region, testLimits, () => 5);
    const list: number[] = [1];
    const first = { sequenceId: 1, origin: "test", changes: [change("a", list)] };
    expect(writer.prepare(first)).toEqual([]);
    list.push(2);
    writer.publish(first);
    expect(createReader(region).get("a")).toEqual([1]);
    writer.publish({ ...first, sequenceId: 2 });
    expect(createReader(region).get("a")).toEqual([1, 2]);
    list.push(3);
    writer.publish(first);
    expect(createReader(region).get("a"), "what was prepared is published once").toEqual([1, 2, 3]);
    expect(newestPublish(region)).toMatchObject({ atMs: 5, lowerLayers: "some" });
  });

  it("takes keys, values and sources up to their limits, to the byte", () => {
    const region = newRegion();
    const writer = new RegionWriter(region, { ...testLimits, maxValueBytes: 100, maxKeys: 5 }, () => 5);
    const source = "s".repeat(341);
    const publish = (key: string, value: string, from = "file") =>
      writer.prepare({
        sequenceId: 1,
        origin: "",
        changes: [{ ...change(key, value), setting: { value, source: from, layers: undefined } }],
      }).length;
    expect([publish("k".repeat(65_535), ""), publish("k".repeat(65_536), "")]).toEqual([0, 1]);
    expect([publish("€".repeat(21_845), ""), publish("€".repeat(21_846), "")]).toEqual([0, 1]);
    expect([publish("a", "x".repeat(93)), publish("a", "x".repeat(94))], "5 bytes of header and 2 of length").toEqual([
      0, 1,
    ]);
    expect([publish("a", "", source), publish("a", "", `${source}s`)]).toEqual([0, 1]);
    const five = ["a", "b", "c", "d", "e"].map((key) => change(key, 1));
    writer.publish({ sequenceId: 2, origin: "", changes: five });
    expect(() => writer.publish({ sequenceId: 3, origin: "", changes: [change("f", 1)] })).toThrow(
      /6 keys.*maxKeys = 5/,
    );
    writer.publish({ sequenceId: 3, origin: "", changes: [change("f", 1), change("a", undefined, 1)] });
    expect(createReader(region).view().keys()).toEqual(["b", "c", "d", "e", "f"]);
  });

  it("keeps the records of the settings beside one that is left out whole", () => {
    const region = newRegion();
    const writer = new RegionWriter(region, { ...testLimits, maxValueBytes: 100 }, () => 5);
    const publication = {
      sequenceId: 1,
      origin: "",
      changes: [change("a", "first"), change("b", "x".repeat(300)), change("c", "third"), change("d", undefined, 1)],
    };
    expect(writer.prepare(publication).map(({ key }) => key)).toEqual(["b"]);
    writer.publish(publication);
    const reader = createReader(region);
    expect([reader.get("a"), reader.get("b"), reader.get("c")]).toEqual(["first", undefined, "third"]);
  });

  it("counts no key that is left out", () => {
    const region = newRegion();
    const writer = new RegionWriter(region, { ...testLimits, maxValueBytes: 100, maxKeys: 2 }, () => 5);
    const publication = {
      sequenceId: 1,
      origin: "",
      changes: [change("a", 1), change("big", "x".repeat(300)), change("c", 1)],
    };
    writer.prepare(publication);
    writer.publish(publication);
    expect(createReader(region).view().keys()).toEqual(["a", "c"]);
    const more = { ...publication, changes: [change("big", "x".repeat(300)), change("d", 1)] };
    writer.prepare(more);
    expect(() => writer.publish(more)).toThrow(/3 keys.*maxKeys = 2.*refused whole/);
    expect(createReader(region).view().keys()).toEqual(["a", "c"]);
  });

  it("leaves out a setting that cannot be encoded, and has the ones before and after it whole", () => {
    const region = newRegion();
    const writer = new RegionWriter(region, testLimits, () => 5);
    const odd = {
      get x(): number {
        throw new Error("s3cr3t");
      },
    };
    const changes = [change("a", "first"), change("odd", odd), change("b", [1, 2]), change("c", "third")];
    const publication = { sequenceId: 1, origin: "", changes };
    const skipped = writer.prepare(publication);
    expect(skipped.map(({ key }) => key)).toEqual(["odd"]);
    expect(skipped[0]?.error.message).toMatch(/^Setting "odd" cannot be encoded/);
    expect(skipped[0]?.error.message).not.toContain("s3cr3t");
    writer.publish(publication);
    const reader = createReader(region);
    expect([reader.get("a"), reader.get("b"), reader.get("c"), reader.get("odd")]).toEqual([
      "first",
      [1, 2],
      "third",
      undefined,
    ]);
    expect(faultsOf(region)).toEqual([]);
  });

  it("names what is too long by its beginning alone", () => {
    const writer = new RegionWriter(newRegion(), testLimits, () => 5);
    const long = "x".repeat(70_000);
    const setting = { value: 1, source: long, layers: undefined };
    const changes = [change(long, 1), { ...change("a", 1), setting }];
    for (const { error } of writer.prepare({ sequenceId: 1, origin: "", changes })) {
      expect(error.message).toContain(`"${"x".repeat(60)}…"`);
      expect(error.message.length).toBeLessThan(400);
    }
  });
});
