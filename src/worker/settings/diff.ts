/** Exact comparison of values and settings: what really differs, and nothing else, becomes a change. */

import type { EffectiveChange, ResolvedSetting, SourceValue } from "../../shared/types.js";
import { equalValues } from "../../shared/values/equality.js";

/** True when both lists hold the same sources in the same order with equal values. */
export function equalLayers(a: readonly SourceValue[], b: readonly SourceValue[]): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) {
    const left = a[i] as SourceValue;
    const right = b[i] as SourceValue;
    if (left.source !== right.source || !equalValues(left.value, right.value)) return false;
  }
  return true;
}

/** True when two settings have the same value from the same source, and the same layers below. */
export function equalSettings(a: ResolvedSetting, b: ResolvedSetting): boolean {
  if (a.layers === undefined || b.layers === undefined) {
    return a.layers === b.layers && a.source === b.source && equalValues(a.value, b.value);
  }
  return equalLayers(a.layers, b.layers);
}

/** The change of one key from `before` to `after`; `undefined` when nothing differs. */
export function changeOf(
  key: string,
  before: ResolvedSetting | undefined,
  after: ResolvedSetting | undefined,
): EffectiveChange | undefined {
  if (before === after) return undefined;
  if (before === undefined || after === undefined) {
    return { key, setting: after, oldValue: before?.value, valueChanged: true };
  }
  if (equalSettings(before, after)) return undefined;
  return { key, setting: after, oldValue: before.value, valueChanged: !equalValues(before.value, after.value) };
}
