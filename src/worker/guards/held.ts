/** A key whose newest state is kept from readers. */
import type { HeldSetting } from "../../shared/held-setting.js";
import type { ConfigValue, EffectiveChange, ResolvedSetting } from "../../shared/types.js";
import { equalValues } from "../../shared/values/equality.js";
import { changeOf } from "../settings/diff.js";

/** What readers see of a key, with the core agent's number of the state that brought it. */
export interface Published {
  readonly setting: ResolvedSetting;
  readonly sequenceId: number;
}

export interface Held {
  readonly notice: HeldSetting;
  /** The rule that it breaks by itself; `undefined`: it only waits for others of its group. */
  readonly fault: string | undefined;
  /** `undefined`: it was taken away. */
  readonly newest: ResolvedSetting | undefined;
  /** What readers go on seeing; `undefined`: nothing. */
  readonly good: Published | undefined;
}

/** What readers are to be shown when the newest state of a key becomes good; `undefined`: nothing that they do not see. */
export function release(key: string, { good }: Held, newest: ResolvedSetting | undefined): EffectiveChange | undefined {
  return changeOf(key, good?.setting, newest);
}

/** What has to be shown again in a new arena, under the number that it had. */
export function shownAgain(key: string, { setting, sequenceId }: Published): EffectiveChange {
  return { key, setting, oldValue: undefined, valueChanged: true, sequenceId };
}

export function sameValue(newest: ResolvedSetting | undefined, seen: ConfigValue | undefined): boolean {
  if (newest === undefined || seen === undefined) return newest === undefined && seen === undefined;
  return equalValues(newest.value, seen);
}
