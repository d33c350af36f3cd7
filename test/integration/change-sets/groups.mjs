// Settings that belong together, and how a half of a change of them is told from a whole one: all keys of a group always hold
// the same number, which rises with each change set.

/** How a change set is made, each way with a small and a large group. An edit of the file changes both of its groups at once. */
export const ways = ["file", "many", "transaction"];
export const sizes = [50, 1_000];

export const groups = ways.flatMap((way) =>
  sizes.map((size) => ({
    name: `${way}_${size}`,
    way,
    size,
    keys: Array.from({ length: size }, (_, index) => `${way}_${size}.k${index}`),
  })),
);

export const groupOf = new Map(groups.flatMap((group) => group.keys.map((key) => [key, group])));

/** Words that threads report in. */
export const words = { reads: 0, halves: 1, states: 2, stop: 3, count: 4 };

/** The first key, the last one, and some between them. */
export function someOf({ keys }, howMany = 10) {
  const some = [keys[0], keys[keys.length - 1]];
  while (some.length < howMany) some.push(keys[Math.floor(Math.random() * keys.length)]);
  return some;
}

/** Looks at one view: how many of its groups are halves. `seen` keeps the newest number of each group. */
export function halvesIn(view, seen) {
  const group = groups[Math.floor(Math.random() * groups.length)];
  // What one edit of the file changes is more than one group.
  const together = group.way === "file" ? groups.filter(({ way }) => way === "file") : [group];
  const numbers = new Set(together.flatMap((one) => someOf(one)).map((key) => view.get(key)));
  const [number] = numbers;
  if (seen.get(group.name) !== number) seen.set(group.name, number);
  return numbers.size === 1 && typeof number === "number" ? 0 : 1;
}
