/**
 * What a new worker's first publication changes for readers that still see what the former worker had published.
 *
 * The engine of a new worker begins with nothing, so everything is new to it; subscribers are told of the net difference.
 */
import { currentPosition, keyOfSlot, RecordCopy } from "../../memory/arena-reader.js";
import { decodeRecord } from "../../memory/codec.js";
import { block } from "../../memory/layout.js";
import type { Region } from "../../memory/region.js";
import { stillValid } from "../../memory/seqlock.js";
import type { ConfigValue, EffectiveChange } from "../../shared/types.js";
import { equalValues } from "../../shared/values/equality.js";

/** The difference between `previous` and the state that `first`, a list of additions, makes. */
export function netChanges(
  previous: ReadonlyMap<string, ConfigValue>,
  first: readonly EffectiveChange[],
): readonly EffectiveChange[] {
  const kept = new Set<string>();
  const changes = first.map((change): EffectiveChange => {
    const { key, setting } = change;
    const oldValue = previous.get(key);
    if (setting === undefined || oldValue === undefined) return change;
    kept.add(key);
    return { key, setting, oldValue, valueChanged: !equalValues(oldValue, setting.value) };
  });
  for (const [key, oldValue] of previous) {
    if (!kept.has(key)) changes.push({ key, setting: undefined, oldValue, valueChanged: true });
  }
  return changes;
}

/**
 * All settings that readers see, now or at another position that still holds. Empty when nothing was ever published, and, in a
 * single pass that never waits, without a setting that another writer was just changing; there is none while a new worker has not
 * published yet.
 */
export function publishedSettings(region: Region, position = currentPosition(region)): Map<string, ConfigValue> {
  const settings = new Map<string, ConfigValue>();
  if (position.ordinal === 0) return settings;
  const copy = new RecordCopy();
  const slots = region.load(position.blockAt + block.slots);
  for (let index = 0; index < slots; index++) {
    if (!copy.take(region, position, index) || copy.length === 0) continue;
    const key = keyOfSlot(region, position, index);
    if (key === undefined || !stillValid(region, position.blockAt, position.publish) || !copy.matches(index)) continue;
    settings.set(key, decodeRecord(copy.bytes, copy.length, copy.hasLayers).value);
  }
  return settings;
}
