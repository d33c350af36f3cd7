import { expect, it } from "vitest";
import { currentPosition, RecordCopy } from "../../../src/memory/arena-reader.js";
import { hashKey } from "../../../src/memory/checksum.js";
import { findSlot } from "../../../src/memory/directory.js";
import { SectionReader } from "../../../src/memory/reader/section-reader.js";
import { RegionWriter } from "../../../src/memory/writer/region-writer.js";
import { newRegion, TestWriter } from "../../support/memory/region.js";

it("a setting that is read again as part of a section has the source of its newest record, also after it was gone", () => {
  const region = newRegion();
  const limits = { maxKeys: 100, maxValueBytes: 1_000, maxRegionBytes: 2 ** 24 };
  const writer = new RegionWriter(region, limits, () => 1);
  const reader = new SectionReader(region);
  const sources = ["file", "file", "cli", undefined, "file", undefined, undefined, "cli", "default"];
  sources.forEach((source, i) => {
    const setting = source === undefined ? undefined : { value: i, source };
    const oldValue = sources[i - 1] === undefined ? undefined : i - 1;
    writer.publish({
      sequenceId: i + 1,
      origin: "test",
      changes: [{ key: "s.a", setting, oldValue, valueChanged: true }],
    });
    const readings = reader.read("s")?.section?.readings ?? [];
    expect(readings.map((reading) => reading.source)).toEqual(source === undefined ? [] : [source]);
    expect(readings.map(({ value }) => value)).toEqual(source === undefined ? [] : [i]);
  });
});

it("a copy of a slot that held nothing at its publish has nothing of the record that was copied before", () => {
  const region = newRegion();
  const writer = new TestWriter(region);
  writer.publish({ first: "of a source" });
  const position = currentPosition(region);
  writer.publish({ later: 1 });
  const copy = new RecordCopy();
  const taken = ["first", "later"].map((key) => {
    const slot = findSlot(region, position.blockAt, new TextEncoder().encode(key), hashKey(key));
    expect(copy.take(region, position, slot)).toBe(true);
    const { length, source, hasLayers, publish, sum } = copy;
    return { length: length > 0, source, hasLayers, publish, sum: sum !== 0 };
  });
  expect(taken).toEqual([
    { length: true, source: 1, hasLayers: false, publish: position.publish, sum: true },
    { length: false, source: 0, hasLayers: false, publish: 0, sum: false },
  ]);
});
