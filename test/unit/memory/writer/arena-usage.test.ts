/** What an arena takes for its records, and what it counts as idle: by this its writer decides whether a fresh one is worth its cost. */
import { describe, expect, it } from "vitest";
import { header, PAGE_BYTES, PUBLISH_RANGE, SLOTS_PER_CHUNK } from "../../../../src/memory/layout.js";
import { takeBlock } from "../../../../src/memory/writer/arena-blocks.js";
import { ArenaWriter } from "../../../../src/memory/writer/arena-writer.js";
import { SlotWrites } from "../../../../src/memory/writer/slot-writes.js";
import { classSize } from "../../../../src/memory/writer/value-space.js";
import type { ConfigValue } from "../../../../src/shared/types.js";
import { newRegion, testLimits } from "../../../support/memory/region.js";

type Values = Readonly<Record<string, ConfigValue | undefined>>;
const info = { sequenceId: 1, origin: "test", atMs: 1, lowerLayers: "some" } as const;

function writesOf(values: Values): SlotWrites {
  const writes = new SlotWrites();
  writes.begin(Object.keys(values).length);
  for (const [key, value] of Object.entries(values)) {
    if (value === undefined) writes.addRemoval(key);
    else writes.addSetting(key, { value, source: "file", layers: undefined }, 1);
  }
  return writes;
}

function newArena(maxBytes = testLimits.maxRegionBytes) {
  const region = newRegion(maxBytes);
  const turn = region.add(header.writers, 1) + 1;
  const numbers = { base: PUBLISH_RANGE, count: 1_000 };
  const sizes = { expectedKeys: 8, mostSlots: 1_000 };
  const arena = new ArenaWriter(region, takeBlock(region, 0), numbers, 0, turn, sizes);
  const stage = (values: Values) => arena.stage(writesOf(values), info);
  return { region, arena, stage, publish: (values: Values) => arena.commit(stage(values)) };
}

/** Bytes of the place of a value's record. */
const placeOf = (value: ConfigValue) => classSize(writesOf({ a: value }).length(0));

describe("an arena counts as idle", () => {
  it("the places of records that were replaced but one publish ago, or removed, until they are used again", () => {
    const { arena, publish } = newArena();
    const free = () => arena.usage.freeBytes;
    const none = free();
    const [long, longer] = ["x".repeat(100), "y".repeat(1_000)];
    publish({ a: long });
    publish({ a: long });
    publish({ a: long });
    expect(free() - none, "each is written into the place of its predecessor but one").toBe(0);
    publish({ a: longer });
    expect(free() - none).toBe(placeOf(long));
    publish({ b: long });
    expect(free() - none).toBe(0);
    publish({ a: undefined });
    expect(free() - none).toBe(placeOf(long));
    publish({ a: undefined });
    expect(free() - none).toBe(placeOf(long) + placeOf(longer));
    publish({ a: undefined, never: undefined });
    expect(free() - none, "there is nothing more to give back").toBe(placeOf(long) + placeOf(longer));
    expect([arena.liveKeys, arena.slots]).toEqual([1, 2]);
  });

  it("what was set aside for a publish that was refused, once, however often that happens", () => {
    const { arena, stage } = newArena(6 * PAGE_BYTES);
    const tooMuch = { small: "x".repeat(100), large: "y".repeat(10 * PAGE_BYTES) };
    expect(() => stage(tooMuch)).toThrow(/limits\.maxRegionBytes/);
    const after = arena.usage;
    expect(Number.isInteger(after.freeBytes)).toBe(true);
    for (let i = 0; i < 3; i++) expect(() => stage(tooMuch)).toThrow(/limits\.maxRegionBytes/);
    expect(arena.usage).toEqual(after);
  });
});

describe("an arena takes", () => {
  it("no place for a removal, nor for the key of one that was never there", () => {
    const { publish, stage } = newArena();
    publish({ a: 1 });
    const { places, keyPlaces, newKeys } = stage({ a: undefined, never: undefined });
    expect([places, keyPlaces, newKeys]).toEqual([[0, 0], [0, 0], 0]);
  });

  it("a place of its own for the first record of a key, whatever stands where its slot is to be", () => {
    const { region, publish, stage } = newArena();
    publish(Object.fromEntries(Array.from({ length: SLOTS_PER_CHUNK }, (_, i) => [`k${i}`, i])));
    const tiny = writesOf({ next: 1 }).length(0);
    // There is no chunk for the next slot yet, and the header's words are not those of a slot.
    for (const word of [header.rangesTaken, header.doorbell]) region.store(word, tiny);
    const { places } = stage({ next: 1 });
    expect(places).toHaveLength(1);
    expect(places[0]).toBeGreaterThan(PAGE_BYTES);
  });

  it("fresh pages by an eighth of what it has, so that a large one takes them seldom, and a small one few", () => {
    const { arena, publish } = newArena();
    publish({ a: "x".repeat(1_000) });
    const small = arena.usage.totalBytes;
    expect(small).toBeLessThanOrEqual(4 * PAGE_BYTES);
    publish({ large: "y".repeat(8 * 2 ** 20) });
    const large = arena.usage.totalBytes;
    for (let i = 0; arena.usage.totalBytes === large; i++) publish({ [`k${i}`]: "z".repeat(30_000) });
    expect(arena.usage.totalBytes - large).toBeGreaterThanOrEqual(2 ** 20);
    expect(arena.usage.totalBytes - large).toBeLessThan(2 * 2 ** 20);
  });
});
