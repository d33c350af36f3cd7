/** What a thread remembers of keys has a bound, so that a caller who makes names up does not fill the memory. */
import { describe, expect, it } from "vitest";
import { intOf } from "../../../src/main/reader/conversions.js";
import { HotReader } from "../../../src/main/reader/hot-reader.js";
import { Unreadable } from "../../../src/main/reader/unreadable.js";
import { KeyReader } from "../../../src/memory/reader/key-reader.js";
import { Mirror } from "../../../src/memory/reader/mirror.js";
import { newRegion, TestWriter } from "../../support/memory/region.js";

/** What is kept beside the keys that exist. */
const spare = 10_000;

function published(keys: number) {
  const region = newRegion();
  new TestWriter(region).publish(Object.fromEntries(Array.from({ length: keys }, (_, i) => [`key.${i}`, i])));
  return region;
}

describe("entries", () => {
  it("of names that do not exist are all forgotten when there are too many, as often as that happens", () => {
    let forgotten = 0;
    const keys = new KeyReader(published(1), { forgotten: () => forgotten++ });
    const first = keys.entry("made.up.0");
    for (let i = 1; i < spare; i++) keys.entry(`made.up.${i}`);
    expect(forgotten).toBe(0);
    expect(keys.entry("made.up.0")).toBe(first);
    for (let i = spare; i < 3 * spare; i++) keys.entry(`made.up.${i}`);
    expect(forgotten).toBeGreaterThanOrEqual(2);
    expect(keys.entry("made.up.0")).not.toBe(first);
    expect(keys.entry("key.0").state.value).toBe(0);
  });

  it("of spellings that are made up are forgotten as well", () => {
    let forgotten = 0;
    const keys = new KeyReader(published(1), { forgotten: () => forgotten++ });
    const letters = "abcdefghijklmno";
    for (let i = 0; i < 2 * spare; i++) {
      keys.entry([...letters].map((letter, at) => ((i >> at) & 1 ? letter.toUpperCase() : letter)).join(""));
    }
    expect(forgotten).toBeGreaterThanOrEqual(1);
  });

  it("of keys that exist leave room for as many names that do not, and more", () => {
    let forgotten = 0;
    const keys = new KeyReader(published(spare), { forgotten: () => forgotten++ });
    const first = Array.from({ length: spare }, (_, i) => keys.entry(`key.${i}`));
    for (let i = 0; i < spare * 0.6; i++) keys.entry(`made.up.${i}`);
    for (let i = 0; i < spare; i++) if (keys.entry(`key.${i}`) !== first[i]) throw new Error(`key.${i} was forgotten.`);
    expect(forgotten).toBe(0);
  });
});

describe("the maps of hot getters", () => {
  it("forget together with the entries, and go on giving what is true", () => {
    const region = published(1);
    const hot = new HotReader(region, new Mirror(region), new Unreadable(region));
    const known = hot.known<number>("getInt");
    let most = 0;
    let found = 0;
    for (let i = 0; i < 3 * spare; i++) {
      if (hot.look(`made.up.${i}`, known, intOf, false) !== undefined) found++;
      most = Math.max(most, known.size);
    }
    expect(found).toBe(0);
    expect(most).toBeLessThanOrEqual(spare + 1);
    expect(hot.look("key.0", known, intOf, false)).toBe(0);
  });
});
