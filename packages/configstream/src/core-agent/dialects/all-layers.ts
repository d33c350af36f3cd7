/**
 * Snapshots with all layers of each key, so that a consumer knows after its start what lies below the winners.
 *
 * Every consumer takes them rightly: that of the real agents writes each entry into the layer that it names and lets the highest
 * win, and a consumer that keeps one entry a key keeps the last one, which is the winner. A mark that others skip says that these are all.
 */
import { allLayersMark } from "configstream-consumer/internal";
import type { EffectiveSetting } from "../settings/layer-store.js";
import type { EncodeEntry } from "./dialect.js";

/** One entry a key and layer, lowest priority first. */
export function* allLayersSnapshot(
  settings: ReadonlyMap<string, EffectiveSetting>,
  encode: EncodeEntry,
): Iterable<Buffer> {
  yield allLayersMark;
  for (const [key, { layers }] of settings) {
    for (const layer of layers) {
      yield encode(layer, () => ({ source: layer.source, key, value: layer.value, unsetSource: "" }));
    }
  }
}
