import { expect, it } from "vitest";
import { SectionReader } from "../../../src/memory/reader/section-reader.js";
import { RegionWriter } from "../../../src/memory/writer/region-writer.js";
import { newRegion } from "../../support/memory/region.js";

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
