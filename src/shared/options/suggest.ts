/** Finds the names that were probably meant: keys, options, commands. Pure. */

/** Longer texts are not misspelt names. */
const longestName = 1_000;

/** Up to `most` names that are close to the one given, the closest first. Case does not matter. */
export function suggest(wanted: string, names: readonly string[], most = 3): readonly string[] {
  if (wanted.length > longestName) return [];
  const given = wanted.toLowerCase();
  // More slips than that are another name.
  const bound = Math.max(1, Math.min(3, Math.floor(given.length / 4)));
  const flatGiven = flat(given);
  const scored: { readonly name: string; readonly score: number }[] = [];
  for (const name of names) {
    if (name.length > longestName) continue;
    const score = closeness(given, flatGiven, name.toLowerCase(), bound);
    if (score !== undefined) scored.push({ name, score });
  }
  scored.sort((a, b) => a.score - b.score || a.name.length - b.name.length || (a.name < b.name ? -1 : 1));
  return scored.slice(0, most).map(({ name }) => name);
}

/** ` Did you mean "a" or "b"?`, or nothing. */
export function didYouMean(names: readonly string[]): string {
  if (names.length === 0) return "";
  const quoted = names.map((name) => `"${name}"`);
  const last = quoted.pop() as string;
  return ` Did you mean ${quoted.length > 0 ? `${quoted.join(", ")} or ` : ""}${last}?`;
}

/** Smaller is closer; `undefined`: not close. */
function closeness(given: string, flatGiven: string, name: string, bound: number): number | undefined {
  // Separators are what people mix up first.
  if (flatGiven === flat(name)) return 0;
  const distance = editDistance(given, name, bound);
  if (distance <= bound) return distance;
  // The end of a dotted name, which is what people remember.
  if (name.endsWith(`.${given}`)) return bound + 1;
  const tail =
    name
      .slice(-(given.length + bound))
      .split(".")
      .at(-1) ?? "";
  if (!given.includes(".") && name.includes(".") && editDistance(given, tail, bound) <= bound) return bound + 2;
  return given.length >= 4 && name.includes(given) ? bound + 3 : undefined;
}

function flat(name: string): string {
  return name.replace(/[._\-/\s]/g, "");
}

/**
 * Letters to put in, take out, replace or swap with their neighbour; anything above `bound` counts as bound + 1.
 *
 * Looks only at the cells near the diagonal that the bound allows, because there may be a hundred thousand names.
 */
export function editDistance(a: string, b: string, bound: number): number {
  const far = bound + 1;
  if (Math.abs(a.length - b.length) > bound) return far;
  let before: number[] = [];
  let row = Array.from({ length: b.length + 2 }, (_, column) => Math.min(column, far));
  let next: number[] = new Array<number>(b.length + 2).fill(far);
  for (let i = 1; i <= a.length; i++) {
    const from = Math.max(1, i - bound);
    const to = Math.min(b.length, i + bound);
    next[from - 1] = from === 1 ? Math.min(i, far) : far;
    let least = at(next, from - 1);
    for (let j = from; j <= to; j++) {
      const same = a.charCodeAt(i - 1) === b.charCodeAt(j - 1);
      let cost = Math.min(at(row, j - 1) + (same ? 0 : 1), at(row, j) + 1, at(next, j - 1) + 1);
      const swapped = a.charCodeAt(i - 1) === b.charCodeAt(j - 2) && a.charCodeAt(i - 2) === b.charCodeAt(j - 1);
      if (i > 1 && j > 1 && swapped) cost = Math.min(cost, at(before, j - 2) + 1);
      next[j] = cost;
      least = Math.min(least, cost);
    }
    // The next row reads one cell beyond this one's end.
    next[to + 1] = far;
    if (least > bound) return far;
    [before, row, next] = [row, next, before.length === 0 ? new Array<number>(b.length + 2).fill(far) : before];
  }
  return Math.min(at(row, b.length), far);
}

function at(row: readonly number[], index: number): number {
  return row[index] as number;
}
