/** Which settings the live view shows, and in which order. Pure. */
import { sourceRank } from "../settings/source-order.js";
import type { Ui } from "./ui.js";

/** What is known about a setting that changed while it was watched. */
export interface Seen {
  /** Of its latest change, in ms on a monotonic clock. */
  readonly atMs: number;
  readonly changes: number;
  /** As it is shown, before and after. */
  readonly oldValue: string;
  readonly newValue: string;
}

export interface ListingParams {
  /** All keys that are watched, sorted. */
  readonly keys: readonly string[];
  readonly sourceOf: (key: string) => string;
  /** Settings that have changed; those that are gone are among them. */
  readonly seen: ReadonlyMap<string, Seen>;
  readonly ui: Pick<Ui, "search" | "sort" | "changedOnly">;
}

/** The keys to show, in order. */
export function listing({ keys, sourceOf, seen, ui }: ListingParams): readonly string[] {
  const wanted = ui.search.toLowerCase();
  const candidates = ui.changedOnly ? [...seen.keys()].sort() : keys;
  const shown =
    wanted === ""
      ? [...candidates]
      : candidates.filter((key) => key.includes(wanted) || sourceOf(key).includes(wanted));
  switch (ui.sort) {
    case "key":
      return shown;
    case "age":
      return stableSort(shown, (key) => -(seen.get(key)?.atMs ?? Number.NEGATIVE_INFINITY));
    case "source":
      return stableSort(shown, (key) => -sourceRank(sourceOf(key)));
  }
}

/** Keys that compare equal keep their order. */
function stableSort(keys: string[], rankOf: (key: string) => number): readonly string[] {
  const values = new Map(keys.map((key) => [key, rankOf(key)]));
  return keys.sort((a, b) => {
    const left = values.get(a) ?? 0;
    const right = values.get(b) ?? 0;
    // Two infinities have no difference that could be computed.
    return left === right ? 0 : left < right ? -1 : 1;
  });
}

/** The first row on the screen, so that the selected one is on it; moves as little as possible. */
export function scroll(top: number, selected: number, page: number, total: number): number {
  const lowest = Math.max(0, total - page);
  const visible = Math.min(Math.max(top, selected - page + 1), selected);
  return Math.max(0, Math.min(visible, lowest));
}
