/** Settings as nested objects, by the dots of their names. `leaf` makes what stands for a value. */
export function nested(settings, leaf = (value) => value) {
  const root = {};
  for (const { key, value } of settings) {
    const path = key.split(".");
    let at = root;
    for (const name of path.slice(0, -1)) {
      at[name] ??= {};
      at = at[name];
    }
    at[path.at(-1)] = leaf(value);
  }
  return root;
}
