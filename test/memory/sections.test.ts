import { describe, expect, it } from "vitest";
import { createReader } from "../../src/main/reader/reader.js";
import { slotAt } from "../../src/memory/directory.js";
import { markWritersGone, readCounter } from "../../src/memory/facts.js";
import { blockOf, descriptor, header, slot } from "../../src/memory/layout.js";
import { Region } from "../../src/memory/region.js";
import { Author, oneWriter, type Scenario, type State, successors } from "../support/memory/interleave-cases.js";
import { checkAll, checkStops, entry, type Op, section, sectionHandle } from "../support/memory/interleave-check.js";
import { newRegion, TestWriter } from "../support/memory/region.js";

interface Case {
  readonly name: string;
  readonly scenario: () => Scenario;
  readonly warm?: readonly Op[];
  readonly reads: readonly Op[];
  readonly moves?: number;
}

const s = section("s");
const h = sectionHandle("s");

const both = (count: number) => () =>
  oneWriter(
    [{ "s.a": "a0", "s.b": "b0", x: "x0" }],
    Array.from({ length: count }, (_, i) => ({ "s.a": `a${i + 1}`, "s.b": `b${i + 1}` })),
  );

/** Keys come to a section that does not exist, and leave it. */
const comesAndGoes = (publishes: number) => () =>
  oneWriter(
    [{ x: "x0" }],
    [
      { "s.a": "a1", "s.b": "b1" },
      { "s.a": undefined, "s.c": "c2" },
      { "s.b": undefined, "s.c": undefined },
    ].slice(0, publishes),
  );

/** The name is a section, then a setting, then a section. */
const turns = () =>
  oneWriter(
    [{ "s.a": "a0", x: "x0" }],
    [
      { "s.a": undefined, s: "own" },
      { s: undefined, "s.b": "b2" },
    ],
  );

/** A key of the section is not touched while others are, and one outside takes the bytes of one inside. */
const besides = () =>
  oneWriter(
    [{ "s.a": "a0", "s.b": "b0", x: "x0" }],
    [{ "s.a": "a long value" }, { "s.a": "c" }, { x: "a longer one" }],
  );

function former(values: Record<string, string>): (region: Region) => State {
  return (region) => {
    const author = new Author(region);
    author.publish(values);
    return author.state;
  };
}

const handOver = () =>
  successors(former({ "s.a": "a0", "s.b": "b0" }), [
    {
      prepare: markWritersGone,
      publishes: [
        { x: "x1", "s.b": "b1" },
        { "s.b": "b2", "s.c": "c2" },
      ],
    },
  ]);

/** The third writer uses the pages of the first again. */
const reuse = () =>
  successors(former({ "s.a": "a0", "s.b": "b0" }), [
    { prepare: markWritersGone, publishes: [{ "s.b": "b1", x: "x1" }] },
    { prepare: markWritersGone, publishes: [{ x: "x2", "s.c": "c2", "s.a": "a2" }] },
  ]);

const cases: readonly Case[] = [
  { name: "two publishes of two keys, fresh reader", scenario: both(2), reads: [s, s] },
  { name: "three publishes of two keys, warm reader", scenario: both(3), warm: [s], reads: [s, s] },
  { name: "a section that comes and goes, fresh reader", scenario: comesAndGoes(2), reads: [s, s] },
  { name: "a section that comes and goes, warm reader", scenario: comesAndGoes(3), warm: [s], reads: [s, s] },
  { name: "a section that turns into a setting and back", scenario: turns, reads: [s, s] },
  { name: "a section that turns into a setting and back, warm", scenario: turns, warm: [s], reads: [s, s] },
  { name: "a handle of what turns into a setting and back", scenario: turns, reads: [h, h] },
  { name: "a handle of what turns into a setting and back, warm", scenario: turns, warm: [h], reads: [h, h] },
  { name: "a handle of a section that comes and goes", scenario: comesAndGoes(3), warm: [h], reads: [h, h] },
  { name: "a handle beside a hand-over", scenario: handOver, warm: [h], reads: [h, h], moves: 2 },
  { name: "changes beside the section", scenario: besides, warm: [s], reads: [s, entry("x"), s] },
  { name: "a hand-over, warm reader", scenario: handOver, warm: [s], reads: [s, entry("s.b"), s], moves: 2 },
  { name: "a hand-over, fresh reader", scenario: handOver, reads: [s, s], moves: 2 },
  { name: "pages that are used again, warm reader", scenario: reuse, warm: [s], reads: [s, s], moves: 2 },
  { name: "pages that are used again, fresh reader", scenario: reuse, reads: [s, s], moves: 2 },
];

describe.each(cases)("the section of one publish: $name", ({ scenario, warm = [], reads, moves }) => {
  it("in every interleaving", () => {
    expect(checkAll(scenario(), warm, reads, moves)).toBeGreaterThan(50);
  }, 120_000);

  it("with the writer stopped at every step", () => {
    expect(checkStops(scenario(), warm, reads)).toBeGreaterThan(10);
  }, 120_000);
});

it("names are found and read beside a writer that publishes all the while", () => {
  const region = newRegion();
  const writer = new TestWriter(region);
  writer.publish(Object.fromEntries(Array.from({ length: 2_000 }, (_, i) => [`k.${i % 100}.${i}`, i])));
  // As soon as this thread looks at the bytes of 100 more keys, another publish has begun and ended.
  let looks = 0;
  let isPublishing = false;
  class Storm extends Region {
    override covers(at: number, length: number): boolean {
      if (!isPublishing && ++looks % 100 === 0) {
        isPublishing = true;
        writer.publish({ busy: looks });
        isPublishing = false;
      }
      return super.covers(at, length);
    }
  }
  const reader = createReader(new Storm(region.memory));
  expect(reader.get("missing", "d")).toBe("d");
  expect(reader.get("k.7")).toMatchObject({ 7: 7, 1907: 1907 });
  expect(readCounter(region, "contendedReads")).toBe(0);
  expect(looks).toBeGreaterThan(2_000);
});

it("a damaged record keeps a section from being read; what was read before stays, and other sections are read", () => {
  const region = newRegion();
  const writer = new TestWriter(region);
  writer.publish({ "s.a": "a text", "s.b": "b", "t.a": 1 });
  const warm = createReader(region);
  const section = warm.get("s");
  const slotWord = slotAt(region, blockOf(region.load(header.arena)), 0);
  const at = region.plain(slotWord + slot.descriptorA + descriptor.at);
  region.setPlain((at >> 2) + 1, region.plain((at >> 2) + 1) ^ 0x01000000);
  const fresh = createReader(region);
  expect([fresh.get("s"), fresh.getStringMap("s", { d: 1 })]).toEqual([undefined, { d: 1 }]);
  expect(readCounter(region, "checksumMismatches")).toBeGreaterThan(0);
  expect(fresh.get("t")).toEqual({ a: 1 });
  writer.publish({ "t.a": 2 });
  expect([warm.get("s"), warm.get("t")]).toEqual([section, { a: 2 }]);
});
