/** What is judged, one promise at a time, and what came out of it. */

/** One promise of the contract. `Trial` is what its story is told with. */
export interface Scenario<Trial> {
  /** Short and stable, such as `stale-update`. */
  readonly id: string;
  readonly group: string;
  /** The promise, as a full sentence. */
  readonly promise: string;
  /** Why it cannot be judged with what the user gave; `undefined`: it can. */
  readonly lacks?: (trial: Trial) => string | undefined;
  /** Throws a `Deviation` when the promise is not kept. */
  readonly run: (trial: Trial) => Promise<void>;
}

export interface Verdict {
  readonly id: string;
  readonly group: string;
  readonly promise: string;
  readonly outcome: "passed" | "failed" | "skipped";
  /** What the contract says should have been seen; of failures. */
  readonly expected?: string;
  /** What was seen instead; of failures. */
  readonly seen?: string;
  /** Why it was skipped. */
  readonly reason?: string;
  /** How long it took. */
  readonly ms: number;
}

/** The scenarios that were asked for by id or group. The names that fit none are `unknown`. */
export function choose<Entry extends Pick<Scenario<never>, "id" | "group">>(
  all: readonly Entry[],
  only: readonly string[],
  skip: readonly string[],
): { readonly chosen: readonly Entry[]; readonly unknown: readonly string[] } {
  const fits = (entry: Entry, names: readonly string[]) => names.includes(entry.id) || names.includes(entry.group);
  const chosen = all.filter((entry) => (only.length === 0 || fits(entry, only)) && !fits(entry, skip));
  const unknown = [...only, ...skip].filter((name) => !all.some((entry) => fits(entry, [name])));
  return { chosen, unknown };
}
