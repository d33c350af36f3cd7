/**
 * Applies events to the store and shows the result: the one place where a state becomes visible, from whatever sender.
 *
 * A run of updates is published as one change. The last event of a publication is committed to the store only once readers
 * can see it. When the publisher refuses (a limit would be exceeded), readers keep the last good state, and the refusal
 * makes the stream stop applying updates: each would build on a state that was never published. What had been committed
 * for the refused publication stays in {@link NetChanges}, so the next snapshot, which is compared with the store, still
 * publishes the exact difference to what readers see.
 */
import { ConfigStreamError } from "../../shared/errors.js";
import type { HeldSetting } from "../../shared/held-setting.js";
import { lowerCase } from "../../shared/text/lower-case.js";
import type { EffectiveChange, WireEvent } from "../../shared/types.js";
import type { SavedSetting, SavedSettings } from "../cache/saved-settings.js";
import type { Gate } from "../guards/gate.js";
import { withoutHeld } from "../guards/kept.js";
import type { Rules } from "../guards/verdicts.js";
import type { EngineLog, Publication, Skipped, StateSink, StatusSink } from "../ports.js";
import { Defaults, type Values } from "../settings/defaults.js";
import type { LayerStore, Staged } from "../settings/layers.js";
import { NetChanges } from "../settings/net-changes.js";

/** The outcome: done, or why it was refused. */
export type Applied =
  | {
      readonly ok: true;
      /** An update may mean two things, or is unsure: what readers see may be wrong until the next snapshot. */
      readonly wantsSnapshot: boolean;
      /** Settings that were left out, each with the reason. */
      readonly skipped: readonly Skipped[];
    }
  | { readonly ok: false; readonly error: ConfigStreamError };

type PublicGate = Pick<Gate, keyof Gate>;

/** Where the applier shows and counts. */
export interface ApplierPorts {
  readonly states: StateSink;
  readonly status: Pick<StatusSink, "count">;
  /** A state that differs in nothing from the last one is not published. Default: it is, with its sequence id. */
  readonly onlyChanges?: boolean;
  /** The application's own values, below every layer. */
  readonly defaults?: Values | undefined;
  /** What judges each change before readers see it. Default: nothing does. */
  readonly gate?: PublicGate | undefined;
  /** Is told of rules that cannot be in force yet. */
  readonly log?: EngineLog;
}

const noneSkipped: readonly Skipped[] = [];

function isKeyless(event: WireEvent): boolean {
  return event.kind === "update" ? event.setting.key === "" : event.settings.some(({ key }) => key === "");
}

function onlySkipped(changes: readonly EffectiveChange[], skipped: readonly Skipped[]): readonly EffectiveChange[] {
  const keys = new Set(skipped.map(({ key }) => key));
  return changes.filter(({ key }) => keys.has(key));
}

/** Applies and publishes. Lives as long as the store. */
export class Applier {
  readonly #store: LayerStore;
  readonly #ports: ApplierPorts;
  readonly #defaults: Defaults;
  readonly #unpublished = new NetChanges();
  /** Settings that the store holds and no reader can ever read: from what readers see to those. */
  readonly #skipped = new NetChanges();
  #published = false;
  /** What was said of the newest publish. */
  #newest: Omit<Publication, "changes" | "lowerLayers"> | undefined;
  /** Rules that are to be in force, while the store is ahead of what readers see. */
  #laterRules: Rules | undefined;
  #isLateReported = false;
  #sessionId: string | undefined;

  constructor(store: LayerStore, ports: ApplierPorts) {
    this.#store = store;
    this.#ports = ports;
    this.#defaults = new Defaults(ports.defaults);
  }

  /** What follows belongs to this session. Each process of a core agent gives out its own, so another one may be another sender. */
  inSession(id: string): void {
    if (this.#sessionId !== id) this.#store.senderReplaced();
    this.#sessionId = id;
  }

  /** Publishes the state after `events`: a snapshot, updates, or one after the other, in order without a gap. Never throws. */
  apply(events: readonly WireEvent[]): Applied {
    const last = events.at(-1);
    if (last === undefined) return { ok: true, wantsSnapshot: false, skipped: [] };
    try {
      return { ok: true, ...this.#apply(events, last) };
    } catch (thrown) {
      const error = ConfigStreamError.from(thrown);
      if (error.code === "limit_exceeded") this.#ports.status.count("refusedStates");
      return { ok: false, error };
    }
  }

  /** What readers see, overrides left out; `undefined` before the first publish, and while the store is ahead of them. */
  published(): SavedSetting[] | undefined {
    const claims = this.claims();
    return claims && withoutHeld(claims, this.#ports.gate?.held);
  }

  /** As {@link published}, but with the newest values of keys that are held. */
  claims(): SavedSetting[] | undefined {
    return this.#published && this.#unpublished.size === 0 ? this.#store.claims() : undefined;
  }

  /**
   * Judges by other rules from now on: also what is there. Where their result cannot be published, because the region is full, the
   * rules of before stay in force until the next publish, after which it is tried again. Never throws.
   */
  judgeBy(rules: Rules): void {
    const { gate } = this.#ports;
    if (gate === undefined) return;
    if (this.#newest === undefined && this.#unpublished.size === 0) {
      gate.beginWith(rules);
      return;
    }
    this.#laterRules = rules;
    try {
      this.#judgeAgain(gate, rules);
      this.#isLateReported = false;
    } catch (thrown) {
      const { message } = ConfigStreamError.from(thrown);
      this.#ports.status.count("refusedStates");
      if (!this.#isLateReported) {
        this.#ports.log?.("error", `The new guards are not in force yet; those of before stay so. ${message}`);
      }
      this.#isLateReported = true;
    }
  }

  /**
   * What would be held if keys had these layers at the core agent, those of `settings` and what goes with them; `undefined` while
   * there are no settings to try it on. Nothing changes. Throws `limit_exceeded`.
   */
  trial(settings: readonly SavedSetting[]): readonly HeldSetting[] | undefined {
    if (!this.#published || this.#unpublished.size > 0) return undefined;
    const { gate } = this.#ports;
    const changes = this.#visible(this.#store.trial(settings));
    return gate?.trial(changes, new Set(settings.map(([key]) => lowerCase(key)))) ?? [];
  }

  #judgeAgain(gate: PublicGate, rules: Rules): void {
    if (this.#newest === undefined || this.#unpublished.size > 0) return;
    const judged = gate.judgeAgain(
      rules,
      (key) => this.#defaults.below(key, this.#store.get(key)),
      this.#newest.sequenceId,
    );
    const commit = (): void => {
      judged.commit();
      this.#laterRules = undefined;
    };
    if (judged.changes.length === 0) {
      commit();
      return;
    }
    // What an earlier process had published is this one's own by now.
    const { atMs: _past, ...about } = this.#newest;
    this.#ports.states.show({ ...about, changes: judged.changes }, commit);
  }

  /**
   * Publishes what an earlier process had received. False, and nothing happens, when there are settings of this one. Throws
   * `limit_exceeded`.
   */
  restore({ settings, sequenceId, origin, publishedAtMs }: SavedSettings): boolean {
    if (this.#published) return false;
    const staged = this.#store.restore(settings);
    this.#show(staged, { sequenceId, origin, atMs: publishedAtMs }, () => {});
    return true;
  }

  #apply(events: readonly WireEvent[], last: WireEvent): { wantsSnapshot: boolean; skipped: readonly Skipped[] } {
    let wantsSnapshot = false;
    for (const event of events) {
      if (event === last) break;
      const staged = this.#counted(this.#stage(event));
      staged.commit();
      this.#unpublished.add(staged.changes);
      wantsSnapshot ||= staged.ambiguous || staged.unsure;
    }
    const staged = this.#counted(this.#stage(last));
    const snapshots = events.filter(({ kind }) => kind === "snapshot").length;
    const { status, onlyChanges } = this.#ports;
    const { sequenceId, origin } = last;
    let skipped: readonly Skipped[] = this.#keyless(events);
    const onShown = (left: readonly Skipped[]): void => {
      if (left.length > 0) skipped = [...skipped, ...left];
      if (snapshots > 0) status.count("snapshotsApplied", snapshots);
      if (events.length > snapshots) status.count("updatesApplied", events.length - snapshots);
      if (skipped.length > 0) status.count("skippedSettings", skipped.length);
    };
    if (onlyChanges && this.#published && this.#unpublished.with(staged.changes).length === 0) {
      staged.commit();
      onShown([]);
    } else {
      this.#show(staged, { sequenceId, origin }, onShown);
    }
    return { wantsSnapshot: wantsSnapshot || staged.ambiguous || staged.unsure, skipped };
  }

  #show(
    staged: Staged,
    about: Omit<Publication, "changes" | "lowerLayers">,
    onShown: (skipped: readonly Skipped[]) => void,
  ): void {
    const differences = this.#unpublished.with(staged.changes);
    const { gate, states } = this.#ports;
    const visible = this.#visible(differences);
    const judged = gate?.judge(visible, { sequenceId: about.sequenceId, first: !this.#published });
    const changes = judged?.changes ?? visible;
    const { sequenceId, origin, atMs } = about;
    const { lowerLayers } = staged;
    // Written out, because a spread costs as much as all the rest of publishing one setting.
    const publication =
      atMs === undefined
        ? { sequenceId, origin, changes, lowerLayers }
        : { sequenceId, origin, atMs, changes, lowerLayers };
    states.show(publication, (skipped) => {
      staged.commit();
      judged?.commit();
      this.#unpublished.clear();
      this.#published = true;
      this.#newest = about;
      if (this.#skipped.size > 0) for (const { key } of differences) this.#skipped.delete(key);
      if (skipped.length > 0) this.#skipped.add(onlySkipped(changes, skipped));
      onShown(skipped);
    });
    if (this.#laterRules !== undefined) this.judgeBy(this.#laterRules);
  }

  /** Differences of the store as differences of what readers would see. */
  #visible(differences: readonly EffectiveChange[]): readonly EffectiveChange[] {
    return this.#skipped.under(this.#defaults.under(differences, !this.#published));
  }

  #stage(event: WireEvent): Staged {
    if (event.kind === "update") return this.#store.applyUpdate(event.setting);
    return this.#store.applySnapshot(event.settings, event.allLayers);
  }

  /** Settings without a key, which the store passes over. */
  #keyless(events: readonly WireEvent[]): readonly Skipped[] {
    if (!events.some(isKeyless)) return noneSkipped;
    const message = "A setting has an empty key, by which nobody could read it. Only this setting is skipped.";
    return [{ key: "", error: new ConfigStreamError("bad_message", message) }];
  }

  #counted(staged: Staged): Staged {
    const { status } = this.#ports;
    if (staged.unknownSources > 0) status.count("unknownSources", staged.unknownSources);
    if (staged.ambiguous) status.count("ambiguousUpdates");
    return staged;
  }
}
