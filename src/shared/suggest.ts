/** Finds the names that were probably meant: keys, options, commands. Pure. */

/** Up to `most` names that are close to the one given, the closest first. Case does not matter. */
export function suggest(wanted: string, names: readonly string[], most = 3): readonly string[] {
  const given = wanted.toLowerCase();
  const bound = Math.max(1, Math.floor(given.length / 4));
  const scored: { readonly name: string; readonly score: number }[] = [];
  for (const name of names) {
    const score = closeness(given, name.toLowerCase(), bound);
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
function closeness(given: string, name: string, bound: number): number | undefined {
  // Separators are what people mix up first.
  if (flat(given) === flat(name)) return 0;
  const distance = editDistance(given, name, bound);
  if (distance <= bound) return distance;
  // The end of a dotted name, as one remembers it.
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

/** Letters to put in, take out, replace or swap with their neighbour; anything above `bound` counts as bound + 1. */
export function editDistance(a: string, b: string, bound: number): number {
  if (Math.abs(a.length - b.length) > bound) return bound + 1;
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    let least = i;
    for (let j = 1; j <= b.length; j++) {
      const replaced = at(row, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let cost = Math.min(replaced, at(row, j) + 1, at(next, j - 1) + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, at(before, j - 2) + 1);
      next.push(cost);
      least = Math.min(least, cost);
    }
    if (least > bound) return bound + 1;
    before = row;
    row = next;
  }
  return Math.min(at(row, b.length), bound + 1);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? 0;
}
