// Settings that belong together, and how a half of a change of them is told from a whole one: all keys of a group always hold
// the same number, which rises with each change set.

/** How a change set is made, each way with a small and a large group. An edit of the file changes both of its groups at once. */
export const ways = ["file", "many", "transaction", "command"];
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

/** The ways of looking that every thread has. */
export const looks = ["views", "bindings", "derived", "handles"];

/** Words that threads report in; then one for the halves that each look has found. */
export const words = { reads: 0, states: 1, stop: 2, halves: 3, count: 3 + looks.length };

/** The first key, the last one, and some between them. */
export function someOf({ keys }, howMany = 10) {
  const some = [keys[0], keys[keys.length - 1]];
  while (some.length < howMany) some.push(keys[Math.floor(Math.random() * keys.length)]);
  return some;
}

/** The groups that change together with this one: what one edit of the file changes is more than one group. */
function together(group) {
  return group.way === "file" ? groups.filter(({ way }) => way === "file") : [group];
}

/** Looks at one view: how many of its groups are halves. `seen` keeps the newest number of each group. */
export function halvesIn(view, seen, group = anyGroup()) {
  const numbers = new Set(keysOf(group).map((key) => view.get(key)));
  const [number] = numbers;
  if (seen.get(group.name) !== number) seen.set(group.name, number);
  return isOne(numbers) ? 0 : 1;
}

/** Bindings, values derived from them, and handles of each group. */
export function followed(reader) {
  return new Map(groups.map((group) => [group, follow(reader, keysOf(group))]));
}

/** Looks at one group in every way: how many halves each way shows. */
export function look(reader, all, seen) {
  const group = anyGroup();
  const { binding, numbers, handles } = all.get(group);
  return {
    views: halvesIn(reader.view(), seen, group),
    bindings: isOne(new Set(Object.values(binding.value))) ? 0 : 1,
    derived: numbers.value === 1 ? 0 : 1,
    handles: isFalling(handles.map((handle) => handle.value)) ? 1 : 0,
  };
}

/** Whether all members of a binding's value are one number. */
export function isWholeValue(value) {
  return isOne(new Set(Object.values(value)));
}

function follow(reader, keys) {
  // The first key last: a handle that is read after another one shows nothing older than that.
  const handles = [...keys].reverse().map((key) => reader.setting(key).asInt(-1));
  const binding = reader.bind(Object.fromEntries(handles.map((handle, at) => [`m${at}`, handle])));
  const [one] = handles;
  const numbers = reader.derive(
    { binding, one },
    (values) => new Set([...Object.values(values.binding), values.one]).size,
  );
  return { binding, numbers, handles };
}

function anyGroup() {
  return groups[Math.floor(Math.random() * groups.length)];
}

function keysOf(group) {
  return together(group).flatMap((one) => someOf(one));
}

function isOne(numbers) {
  return numbers.size === 1 && typeof [...numbers][0] === "number";
}

function isFalling(numbers) {
  return numbers.some((number, at) => at > 0 && number < numbers[at - 1]);
}
