/** What a scripted core agent sends, as bytes. Pure. */
import type { ConfigValue } from "configstream-consumer";
import { createEntryEncoder, encodeSnapshot, encodeUpdate, type WireSetting } from "configstream-consumer/internal";

/** All settings of the kit are below this section; what else a consumer has is not looked at. */
export const section = "conformance";
const origin = "conformance";

/** Values by name below the section. */
export interface Values {
  readonly [name: string]: ConfigValue;
}

/** A setting of the kit; `name` is what stands behind the section. */
export function setting(name: string, value: ConfigValue, source = "file", unsetSource = ""): WireSetting {
  return { source, key: `${section}.${name}`, value, unsetSource };
}

/** A snapshot of one entry for each name. */
export function snapshot(sequenceId: number, values: Values, source = "file"): Buffer {
  return snapshotOf(
    sequenceId,
    Object.entries(values).map(([name, value]) => setting(name, value, source)),
  );
}

/** A snapshot of exactly these entries. */
export function snapshotOf(sequenceId: number, settings: readonly WireSetting[]): Buffer {
  const encode = createEntryEncoder();
  return encodeSnapshot(
    origin,
    sequenceId,
    settings.map((entry) => encode(entry, () => entry)),
  ).bytes;
}

export function update(sequenceId: number, name: string, value: ConfigValue, source = "file"): Buffer {
  return updateOf(sequenceId, setting(name, value, source));
}

export function updateOf(sequenceId: number, changed: WireSetting): Buffer {
  return encodeUpdate(origin, sequenceId, changed).bytes;
}

/** A removal: `unsetSource` is cleared, and what is left is the value of `source`; without a source, nothing is. */
export function unset(sequenceId: number, name: string, unsetSource: string, source = "", value: ConfigValue = null) {
  return updateOf(sequenceId, setting(name, value, source, unsetSource));
}
