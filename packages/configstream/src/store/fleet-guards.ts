/** Whether a change of a fleet's layer meets guards, as every application with them would judge it. Pure. */
import { ConfigStreamError, type ConfigValue, type ReadyGuards, readGuards } from "configstream-consumer/internal";

/** Where the fleet's own guards stand below the prefix, as JSON; by its slash it belongs to no layer. */
export const guardsName = ".guards/rules";

/** Guards, and what they are called in a refusal, such as "the guards file g.json". */
export interface NamedGuards {
  readonly name: string;
  readonly guards: ReadyGuards;
}

export interface Judged {
  /** What breaks its rule, in words that hold no value. Empty: the change is good. */
  readonly broken: readonly string[];
  /** Keys that are not changed, but whose values the judgement rests on. */
  readonly looked: readonly string[];
}

type Values = ReadonlyMap<string, ConfigValue | undefined>;

/**
 * A removal is no bad value. Of a group that the change touches, all keys are judged as they would be after it.
 *
 * @param wanted What changes; `undefined`: the key is deleted.
 */
export function judgeChange(
  { checks, groups, groupOf, relations }: ReadyGuards,
  present: Values,
  wanted: Values,
): Judged {
  const touched = new Set([...wanted.keys()].map((key) => groupOf.get(key)));
  const members = [...groups].filter(([group]) => touched.has(group)).flatMap(([, keys]) => keys);
  const related = [...relations].filter(([group]) => touched.has(group)).flatMap(([, relation]) => relation);
  const broken: string[] = [];
  const newestValue = (key: string) => (wanted.has(key) ? wanted.get(key) : present.get(key));
  const note = (key: string, rule: string | undefined) => {
    if (rule === undefined) return;
    broken.push(wanted.has(key) ? `${key} ${rule}` : `${key}, of the same group "${groupOf.get(key)}", ${rule}`);
  };
  for (const key of new Set([...wanted.keys(), ...members])) {
    const value = newestValue(key);
    if (value !== undefined) note(key, checks.get(key)?.(value));
  }
  for (const relation of related) note(relation.key, relation.broken(newestValue));
  return { broken, looked: members.filter((key) => !wanted.has(key)) };
}

/**
 * The fleet's own guards. Throws with code `refused_value` when they are wrong: a change that nothing can judge is not made.
 *
 * @param place Where they stand, for errors.
 */
export function storedGuards(text: string, place: string): NamedGuards {
  const name = `the guards in the store at ${place}`;
  try {
    return { name, guards: readGuards(name, JSON.parse(text)) };
  } catch (cause) {
    // The parser's own message would quote the text.
    const why = cause instanceof ConfigStreamError ? cause.message : "they are not valid JSON.";
    throw new ConfigStreamError(
      "refused_value",
      `Nothing was written, because ${name} are wrong; give them anew with configstream fleet guards FILE. ${why}`,
    );
  }
}
