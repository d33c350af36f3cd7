/** What guards say of changes that are only tried: as they would in a remote agent that has the state before them. Pure. */
import { equalValues, groupFault, type ReadyGuards } from "configstream-consumer/internal";
import type { TrialResponse, WriteResult } from "./control-protocol.js";

/**
 * | outcome | meaning |
 * |---|---|
 * | `changes` | readers would get it |
 * | `unchanged` | the layer has that already, or has nothing to clear |
 * | `loses` | a higher layer wins, before and after |
 * | `held` | remote agents with these guards would keep the last good value |
 */
export type Outcome = "changes" | "unchanged" | "loses" | "held";

export interface TriedWrite extends WriteResult {
  readonly outcome: Outcome;
  /** The rule that is broken, in words without the value; `undefined`: none. */
  readonly rule: string | undefined;
}

/** Keys that decide about those of `keys` as well, because they are of one group. */
export function othersOf(guards: ReadyGuards | undefined, keys: readonly string[]): readonly string[] {
  const groups = new Set(keys.flatMap((key) => guards?.groupOf.get(key) ?? []));
  const members = [...groups].flatMap((group) => guards?.groups.get(group) ?? []);
  return members.filter((key) => !keys.includes(key));
}

/** @param others The keys whose state `tried.others` has. */
export function judged(
  tried: Pick<TrialResponse, "results" | "others">,
  others: readonly string[],
  guards: ReadyGuards | undefined,
): readonly TriedWrite[] {
  const newest = new Map(tried.results.map(({ key, after }) => [key, after]));
  others.forEach((key, at) => {
    newest.set(key, tried.others[at] ?? null);
  });
  const faultOf = (key: string): string | undefined => {
    const state = newest.get(key);
    return state ? guards?.checks.get(key)?.(state.value) : undefined;
  };
  return tried.results.map((result) => {
    const own = faultOf(result.key);
    // A good value that readers have already stays, whatever becomes of its group.
    const waits = own === undefined && guards !== undefined && changesValue(result);
    const rule = waits ? groupFault(guards, result.key, faultOf, (key) => newest.get(key)?.value) : own;
    return { ...result, rule, outcome: rule === undefined ? outcomeOf(result) : "held" };
  });
}

/** The same value of the same layer wins before and after. */
export function keepsWinner({ before, after }: Pick<WriteResult, "before" | "after">): boolean {
  return before !== null && before.source === after?.source && equalValues(before.value, after.value);
}

function outcomeOf(result: WriteResult): Outcome {
  if (!result.changed) return "unchanged";
  return keepsWinner(result) ? "loses" : "changes";
}

function changesValue({ before, after }: WriteResult): boolean {
  if (before === null || after === null) return before !== after;
  return !equalValues(before.value, after.value);
}
