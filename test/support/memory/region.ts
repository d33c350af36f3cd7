/** Regions for tests: a writer and its settings without an engine. */
import { createRegionMemory, Region } from "../../../src/memory/region.js";
import { RegionWriter } from "../../../src/memory/writer/region-writer.js";
import type { ConfigValue, EffectiveChange } from "../../../src/shared/types.js";

export const testLimits = { maxKeys: 1_000_000, maxValueBytes: 16 * 2 ** 20, maxRegionBytes: 256 * 2 ** 20 };

/** A fresh region. */
export function newRegion(maxBytes = testLimits.maxRegionBytes): Region {
  return new Region(createRegionMemory(maxBytes));
}

/** A change of one key; `undefined` removes it. `oldValue` says whether the key existed. */
export function change(key: string, value: ConfigValue | undefined, oldValue?: ConfigValue): EffectiveChange {
  const setting = value === undefined ? undefined : { value, source: "file", layers: undefined };
  return { key, setting, oldValue, valueChanged: true };
}

/** Publishes plain values and remembers what exists, as the engine would. */
export class TestWriter {
  readonly writer: RegionWriter;
  readonly state = new Map<string, ConfigValue>();
  sequenceId = 0;

  constructor(region: Region, limits = testLimits, publishesPerArena?: number, slotsPerArena?: number) {
    this.writer = new RegionWriter(region, limits, () => 1_700_000_000_000, { publishesPerArena, slotsPerArena });
  }

  /** One publish. `undefined` removes a key. */
  publish(values: { readonly [key: string]: ConfigValue | undefined }): void {
    const changes = Object.entries(values).map(([key, value]) => change(key, value, this.state.get(key)));
    this.writer.publish({ sequenceId: ++this.sequenceId, origin: "test", changes });
    for (const [key, value] of Object.entries(values)) {
      if (value === undefined) this.state.delete(key);
      else this.state.set(key, value);
    }
  }
}
