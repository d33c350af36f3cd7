/**
 * The gate before each publish: changes that break their guard do not pass, and their keys keep what readers see.
 *
 * It knows the newest state of each key that it holds, and reads what is good out of the region itself: the last good value is by
 * definition what readers see. So a new worker, whose store begins with nothing, finds it as well, and so does one after a resync.
 * Nothing is decided before the publish has happened: until `commit` the gate is as it was.
 */
import type { HeldSetting } from "../../shared/held-setting.js";
import type { ConfigValue, EffectiveChange, ResolvedSetting } from "../../shared/types.js";
import { kindOf } from "../../shared/values/kind.js";
import { type Held, type Published, release, sameValue, shownAgain } from "./held.js";
import { groupFault, ownFault, type Rules } from "./verdicts.js";

/** What happened to held keys with one publish. */
export interface HeldNews {
  /** All that are held now. */
  readonly all: readonly HeldSetting[];
  /** Those that were not held before, or by another rule. */
  readonly held: readonly HeldSetting[];
  /** Of these, those that were not held before, by this worker or the one before it. */
  readonly fresh: readonly HeldSetting[];
  readonly healed: readonly string[];
  /** Values that were kept from readers just now, also of keys that were held before. */
  readonly values: number;
}

export interface GatePorts {
  /** What readers see of a key. */
  readonly published: (key: string) => Published | undefined;
  /** Nothing was ever published, by whatever worker. */
  readonly isNew: () => boolean;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** What a former worker held. */
  readonly before?: readonly HeldSetting[];
  readonly report: (news: HeldNews) => void;
}

export interface Judged {
  /** What may be published. */
  readonly changes: readonly EffectiveChange[];
  /** To be called once it is. */
  commit(): void;
}

/** The publish that is judged. */
export interface About {
  readonly sequenceId: number;
  /** Nothing was published by this gate's worker yet: changes are additions, to an arena that is empty. */
  readonly first: boolean;
}

/** A key that is judged: its newest state, and whether there is a change of it that can pass as it is. */
interface Candidate {
  readonly newest: ResolvedSetting | undefined;
  readonly oldValue: ConfigValue | undefined;
  readonly isChange: boolean;
}

/** What is held next, and what that makes of changes. */
interface Verdict {
  readonly next: ReadonlyMap<string, Held>;
  /** In place of the change of a key; `undefined`: none. */
  readonly instead: ReadonlyMap<string, EffectiveChange | undefined>;
  /** Values that are kept from readers. */
  readonly values: number;
}

const nothing = (): void => {};

export class Gate {
  readonly #ports: GatePorts;
  #rules: Rules;
  #held: ReadonlyMap<string, Held> = new Map();
  /** By a former worker, and not judged by this one yet. */
  #before: ReadonlyMap<string, HeldSetting>;

  constructor(rules: Rules, ports: GatePorts) {
    this.#rules = rules;
    this.#ports = ports;
    this.#before = new Map(ports.before?.map((notice) => [notice.key, notice]));
  }

  get held(): ReadonlyMap<string, Held> {
    return this.#held;
  }

  /** Takes rules in place of those that it was made with, because it has judged nothing yet. */
  beginWith(rules: Rules): void {
    this.#rules = rules;
  }

  judge(changes: readonly EffectiveChange[], about: About): Judged {
    if (this.#allPass(changes, about)) return { changes, commit: nothing };
    const candidates = this.#candidates(changes, about);
    if (candidates.size === 0 && this.#before.size === 0) return { changes, commit: nothing };
    const verdict = this.#judged(this.#rules, candidates, about);
    return {
      changes: replaced(changes, verdict.instead),
      commit: () => this.#become(verdict),
    };
  }

  /** What would be held of `keys`, or because of them, if changes came. Nothing is, and nothing is reported. */
  trial(changes: readonly EffectiveChange[], keys: ReadonlySet<string>): readonly HeldSetting[] {
    const about = { sequenceId: 0, first: false };
    const next = this.#allPass(changes, about)
      ? this.#held
      : this.#judged(this.#rules, this.#candidates(changes, about), about).next;
    const notices = Array.from(next.values(), ({ notice }) => notice);
    return notices.filter(({ key }) => keys.has(key) || !this.#held.has(key));
  }

  /**
   * Judges by other rules what is there: `newest` says what the store has of a key that is not held. The rules are in force with
   * the commit.
   */
  judgeAgain(rules: Rules, newest: (key: string) => ResolvedSetting | undefined, sequenceId: number): Judged {
    const candidates = new Map<string, Candidate>();
    for (const key of new Set([...rules.concerned, ...this.#held.keys()])) {
      const held = this.#held.get(key);
      const state = held === undefined ? newest(key) : held.newest;
      candidates.set(key, { newest: state, oldValue: this.#seen(key), isChange: false });
    }
    const verdict = this.#judged(rules, candidates, { sequenceId, first: false });
    return {
      changes: replaced([], verdict.instead),
      commit: () => {
        this.#rules = rules;
        this.#become(verdict);
      },
    };
  }

  /** The usual case, in which nothing is held and nothing breaks a rule: groups do not matter then, but for relations in them. */
  #allPass(changes: readonly EffectiveChange[], { first }: About): boolean {
    if (this.#held.size > 0 || (first && !this.#ports.isNew())) return false;
    const { relations, groupOf } = this.#rules;
    for (const { key, setting, oldValue } of changes) {
      if (ownFault(this.#rules, key, setting, oldValue) !== undefined) return false;
      if (relations.size > 0 && relations.has(groupOf.get(key) ?? "")) return false;
    }
    return true;
  }

  #candidates(changes: readonly EffectiveChange[], { first }: About): Map<string, Candidate> {
    const { concerned, required, groupOf } = this.#rules;
    const candidates = new Map<string, Candidate>();
    for (const { key, setting, oldValue } of changes) {
      if (!concerned.has(key)) continue;
      candidates.set(key, { newest: setting, oldValue: first ? this.#seen(key) : oldValue, isChange: true });
    }
    if (!first) return candidates;
    // To an empty store, a key that is gone is no change.
    for (const key of [...required, ...groupOf.keys()]) {
      const seen = candidates.has(key) ? undefined : this.#seen(key);
      if (seen !== undefined) candidates.set(key, { newest: undefined, oldValue: seen, isChange: false });
    }
    return candidates;
  }

  #seen(key: string): ConfigValue | undefined {
    const held = this.#held.get(key);
    return (held === undefined ? this.#ports.published(key) : held.good)?.setting.value;
  }

  #judged(rules: Rules, candidates: ReadonlyMap<string, Candidate>, about: About): Verdict {
    const next = new Map(this.#held);
    const instead = new Map<string, EffectiveChange | undefined>();
    const faults = new Map<string, string | undefined>();
    for (const [key, { newest }] of candidates)
      faults.set(key, ownFault(rules, key, newest, this.#seenBefore(key, candidates)));
    const faultOf = (key: string) => (faults.has(key) ? faults.get(key) : this.#held.get(key)?.fault);
    const newestValue = (key: string) => this.#newestOf(key, candidates)?.value;
    let values = 0;
    for (const key of this.#concernedBy(rules, candidates.keys())) {
      const candidate = candidates.get(key);
      const was = this.#held.get(key);
      const newest = this.#newestOf(key, candidates);
      const seen = candidate?.oldValue;
      const fault = faultOf(key);
      const broken = fault ?? groupFault(rules, key, faultOf, newestValue);
      const isSeen = sameValue(newest, was === undefined ? seen : was.good?.setting.value);
      if (broken === undefined || (fault === undefined && isSeen)) {
        next.delete(key);
        if (was !== undefined) instead.set(key, release(key, was, newest));
        continue;
      }
      const good = was === undefined ? this.#ports.published(key) : was.good;
      if (candidate?.isChange) values++;
      next.set(key, { notice: this.#notice(key, broken, newest, about, candidate !== undefined), fault, newest, good });
      instead.set(key, about.first && good !== undefined ? shownAgain(key, good) : undefined);
    }
    return { next, instead, values };
  }

  #newestOf(key: string, candidates: ReadonlyMap<string, Candidate>): ResolvedSetting | undefined {
    const candidate = candidates.get(key);
    if (candidate !== undefined) return candidate.newest;
    const held = this.#held.get(key);
    return held === undefined ? this.#ports.published(key)?.setting : held.newest;
  }

  #seenBefore(key: string, candidates: ReadonlyMap<string, Candidate>): ConfigValue | undefined {
    const held = this.#held.get(key);
    return held === undefined ? candidates.get(key)?.oldValue : held.good?.setting.value;
  }

  /** The keys, and held ones of their groups, which may be released with them. */
  *#concernedBy({ groups, groupOf }: Rules, keys: Iterable<string>): Generator<string> {
    const all = new Set(keys);
    for (const key of [...all]) {
      const group = groupOf.get(key);
      if (group === undefined) continue;
      for (const member of groups.get(group) ?? []) if (this.#held.has(member)) all.add(member);
    }
    yield* all;
  }

  #notice(key: string, rule: string, newest: ResolvedSetting | undefined, about: About, isNew: boolean): HeldSetting {
    const was = this.#held.get(key)?.notice;
    const sinceMs = was?.sinceMs ?? this.#before.get(key)?.sinceMs ?? Math.round(this.#ports.now());
    if (was !== undefined && !isNew) return { ...was, rule };
    return {
      key,
      rule,
      sinceMs,
      source: newest?.source ?? "",
      sequenceId: about.sequenceId,
      kind: kindOf(newest?.value),
    };
  }

  #become({ next, values }: Verdict): void {
    const before = (key: string) => this.#held.get(key)?.notice ?? this.#before.get(key);
    const all = Array.from(next.values(), ({ notice }) => notice);
    const held = all.filter(({ key, rule }) => before(key)?.rule !== rule);
    const fresh = held.filter(({ key }) => before(key) === undefined);
    const healed = [...this.#held.keys(), ...this.#before.keys()].filter((key) => !next.has(key));
    this.#held = next;
    this.#before = new Map();
    if (all.length > 0 || healed.length > 0) this.#ports.report({ all, held, fresh, healed, values });
  }
}

/** The changes, those of some keys by others; further ones come last. */
function replaced(
  changes: readonly EffectiveChange[],
  instead: ReadonlyMap<string, EffectiveChange | undefined>,
): readonly EffectiveChange[] {
  if (instead.size === 0) return changes;
  const isNot = (change: EffectiveChange | undefined): change is EffectiveChange => change !== undefined;
  return [...changes.filter(({ key }) => !instead.has(key)), ...[...instead.values()].filter(isNot)];
}
