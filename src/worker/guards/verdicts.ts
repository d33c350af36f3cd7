/** What guards say of the newest state of keys: alone, and with the others of their group. Pure. */
import type { ReadyGuards } from "../../shared/guards/read-guards.js";
import type { NewestValue } from "../../shared/guards/relations.js";
import { lowerCase } from "../../shared/text/lower-case.js";
import type { ConfigValue, ResolvedSetting } from "../../shared/types.js";

/** All that settings are judged by. */
export interface Rules extends ReadyGuards {
  /** Keys that are not taken away once they are there. In lower case. */
  readonly required: ReadonlySet<string>;
  /** Keys that some rule is about. */
  readonly concerned: ReadonlySet<string>;
}

/** A copy of one key's value into another, which a consumer makes by its name; see overrides.ts. */
export interface Copy {
  readonly from: string;
  readonly to: string;
}

/**
 * Puts rules together. A key that `copies` write is held with a guarded key that it is a copy of: else the bad value would reach
 * readers under another name.
 */
export function rulesOf(guards: ReadyGuards, required: readonly string[], copies: readonly Copy[] = []): Rules {
  const groups = new Map(guards.groups);
  const groupOf = new Map(guards.groupOf);
  for (const { from, to } of copies) {
    if (!guards.checks.has(from)) continue;
    const name = groupOf.get(from) ?? groupOf.get(to) ?? from;
    for (const key of [from, to]) {
      if (groupOf.has(key)) continue;
      groupOf.set(key, name);
      groups.set(name, [...(groups.get(name) ?? []), key]);
    }
  }
  const names = new Set(required.map((key) => lowerCase(key)));
  return {
    checks: guards.checks,
    groups,
    groupOf,
    relations: guards.relations,
    required: names,
    concerned: new Set([...guards.checks.keys(), ...groupOf.keys(), ...names]),
  };
}

/** The rule that a key's newest state breaks by itself. `seen`: what readers see of it. */
export function ownFault(
  { checks, required }: Rules,
  key: string,
  newest: ResolvedSetting | undefined,
  seen: ConfigValue | undefined,
): string | undefined {
  if (newest !== undefined) return checks.get(key)?.(newest.value);
  return required.has(key) && seen !== undefined ? "is required, and must not be taken away" : undefined;
}

/**
 * The rule that a key, which breaks none by itself, breaks because of another key of its group. `faultOf`: what a key breaks by
 * itself; `newestValue`: its newest value.
 */
export function groupFault(
  { groups, groupOf, relations }: ReadyGuards,
  key: string,
  faultOf: (key: string) => string | undefined,
  newestValue: NewestValue,
): string | undefined {
  const group = groupOf.get(key);
  if (group === undefined) return undefined;
  let culprit = groups.get(group)?.find((member) => faultOf(member) !== undefined);
  for (const relation of relations.get(group) ?? []) {
    const broken = relation.broken(newestValue);
    if (broken !== undefined && relation.key === key) return broken;
    if (broken !== undefined) culprit ??= relation.key;
  }
  return culprit === undefined ? undefined : `must wait for "${culprit}" of its group, which breaks its rule`;
}
