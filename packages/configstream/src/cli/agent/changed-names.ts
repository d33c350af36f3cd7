/** Finds which settings changed between two states. Pure. */

type Settings<T> = ReadonlyMap<string, T>;

/** Names whose setting was added, replaced or removed, sorted. Settings are immutable, so that identity decides. */
export function changedNames<T>(before: Settings<T>, after: Settings<T>): readonly string[] {
  const names: string[] = [];
  for (const [key, setting] of after) if (before.get(key) !== setting) names.push(key);
  for (const key of before.keys()) if (!after.has(key)) names.push(key);
  return names.sort();
}

/** The names in one line; no more than `most` of them. */
export function listNames(names: readonly string[], most = 10): string {
  const rest = names.length - most;
  return `${names.slice(0, most).join(", ")}${rest > 0 ? `, and ${rest} more` : ""}`;
}
