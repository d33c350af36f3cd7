/** A snapshot of the embedded core agent's dialects as the consumer's decoder gives it, without the bytes between them. */
import type { Dialect, EncodeEntry } from "../../../packages/configstream/src/core-agent/dialects/dialect.js";
import type { EffectiveSetting } from "../../../packages/configstream/src/core-agent/settings/layer-store.js";
import type { WireSetting } from "../../../src/shared/types.js";
import { allLayersMark } from "../../../src/wire/event-encoder.js";

export function toldSnapshot(
  dialect: Pick<Dialect, "snapshot">,
  held: ReadonlyMap<string, EffectiveSetting>,
): { readonly settings: WireSetting[]; readonly allLayers: boolean } {
  const settings: WireSetting[] = [];
  const encode: EncodeEntry = (_identity, make) => {
    settings.push(make());
    return Buffer.alloc(0);
  };
  const pieces = [...dialect.snapshot(held, encode)];
  return { settings, allLayers: pieces.some((bytes) => bytes.equals(allLayersMark)) };
}
