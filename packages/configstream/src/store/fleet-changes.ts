/** What a change of a fleet's layer differs in, and whether guards let it through. Pure. */
import { ConfigStreamError, type ConfigValue, equalValues } from "configstream-consumer/internal";
import { judgeChange, type NamedGuards } from "./fleet-guards.js";

/** A layer as it stood at one revision. */
export interface FleetState {
  readonly revision: number;
  /** By name; `undefined` where the value is no JSON. */
  readonly values: ReadonlyMap<string, ConfigValue | undefined>;
  /** By name: the revision that wrote it. */
  readonly writtenAt: ReadonlyMap<string, number>;
  /** The fleet's own guards as they stand below the prefix. `text` is `undefined`, and `writtenAt` 0, when there are none. */
  readonly guards: { readonly text: string | undefined; readonly writtenAt: number };
}

/** One setting that differs. `undefined`: it is not there, or is no JSON. */
export interface FleetDifference {
  readonly key: string;
  readonly before: ConfigValue | undefined;
  readonly after: ConfigValue | undefined;
}

/** The unchanged keys that the judgement rests on. Throws with code `refused_value` what the guards do not let through. */
export function judged(
  state: FleetState,
  changes: readonly FleetDifference[],
  all: readonly NamedGuards[],
): readonly string[] {
  const wanted = new Map(changes.map(({ key, after }) => [key, after]));
  const looked = new Set<string>();
  for (const { name, guards } of all) {
    const judgement = judgeChange(guards, state.values, wanted);
    for (const key of judgement.looked) looked.add(key);
    if (judgement.broken.length === 0) continue;
    throw new ConfigStreamError(
      "refused_value",
      `Nothing was written, because of ${name}: ${judgement.broken.join("; ")}.`,
      {
        details: { issues: judgement.broken.map((message) => ({ path: message.split(/[ ,]/, 1)[0] ?? "", message })) },
      },
    );
  }
  return [...looked];
}

/** What is wanted, as far as it is not so. */
export function differences(
  state: FleetState,
  wanted: ReadonlyMap<string, ConfigValue | undefined>,
): readonly FleetDifference[] {
  return [...wanted]
    .map(([key, after]) => ({ key, before: state.values.get(key), after }))
    .filter(({ key, before, after }) => {
      // One that is no JSON is there, and goes or is replaced.
      if (before === undefined || after === undefined)
        return before !== after || (state.values.has(key) && after === undefined);
      return !equalValues(before, after);
    })
    .sort((a, b) => (a.key < b.key ? -1 : 1));
}
