// A region with settings in it, made by the writer that ships.
import { createReader } from "../../dist/main/reader/reader.js";
import { createRegionMemory, Region } from "../../dist/memory/region.js";
import { RegionWriter } from "../../dist/memory/writer/region-writer.js";
import { asChanges } from "./settings.mjs";

export const limits = { maxKeys: 2_000_000, maxValueBytes: 2 ** 24 - 1, maxRegionBytes: 2 ** 30 };

/**
 * A map of settings that a reader is to be compared with. Both learn the keys in one order, so that both hash tables have the same
 * collisions: a key that is added later lies before others in its bucket. Throws when they do not agree.
 */
export function mapBeside(reader, settings) {
  const map = new Map(settings.map(({ key, value }) => [key, value]));
  for (const [key, value] of map) {
    if (reader.getInt(key) !== value) throw new Error("The reader and the map do not agree.");
  }
  return map;
}

export function publishAll(settings) {
  const memory = createRegionMemory(limits.maxRegionBytes);
  const region = new Region(memory);
  const writer = new RegionWriter(region, limits, Date.now);
  writer.publish({ sequenceId: 1, origin: "bench", changes: asChanges(settings) });
  return { memory, region, writer, reader: createReader(region) };
}
