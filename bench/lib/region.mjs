// A region with settings in it, made by the writer that ships.
import { createReader } from "../../dist/main/reader.js";
import { createRegionMemory, Region } from "../../dist/shared/region.js";
import { RegionWriter } from "../../dist/worker/region-writer.js";
import { asChanges } from "./settings.mjs";

export const limits = { maxKeys: 2_000_000, maxValueBytes: 2 ** 24 - 1, maxRegionBytes: 2 ** 30 };

export function publishAll(settings) {
  const memory = createRegionMemory(limits.maxRegionBytes);
  const region = new Region(memory);
  const writer = new RegionWriter(region, limits, Date.now);
  writer.publish({ sequenceId: 1, origin: "bench", changes: asChanges(settings) });
  return { memory, region, writer, reader: createReader(region) };
}
