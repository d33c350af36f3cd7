/**
 * Applies events to the store and shows the result: the one place where a state becomes visible, whoever sends it.
 *
 * A run of updates is published as one change. The last event of a publication is committed to the store only once readers
 * can see it. When the publisher refuses (a limit would be exceeded), readers keep the last good state, and the refusal
 * makes the stream stop applying updates: each would build on a state that was never published. What had been committed
 * for the refused publication stays in {@link NetChanges}, so the next snapshot, which is compared with the store, still
 * publishes the exact difference to what readers see.
 */
import { ConfigStreamError } from "../../shared/errors.js";
import type { WireEvent } from "../../shared/types.js";
import type { SavedSetting, SavedSettings } from "../cache/saved-settings.js";
import type { Publication, StateSink, StatusSink } from "../ports.js";
import type { LayerStore, Staged } from "../settings/layers.js";
import { NetChanges } from "../settings/net-changes.js";

/** The outcome: done, or why it was refused. */
export type Applied =
  | {
      readonly ok: true;
      /** An update may mean two things and was left out: what readers see may be wrong until the next snapshot. */
      readonly ambiguous: boolean;
    }
  | { readonly ok: false; readonly error: ConfigStreamError };

/** Where the applier shows and counts. */
export interface ApplierPorts {
  readonly states: StateSink;
  readonly status: Pick<StatusSink, "count">;
  /** A state that differs in nothing from the last one is not published. Default: it is, with its sequence id. */
  readonly onlyChanges?: boolean;
}

/** Applies and publishes. Lives as long as the store. */
export class Applier {
  readonly #store: LayerStore;
  readonly #ports: ApplierPorts;
  readonly #unpublished = new NetChanges();
  #published = false;

  constructor(store: LayerStore, ports: ApplierPorts) {
    this.#store = store;
    this.#ports = ports;
  }

  /** Publishes the state after `events`: one snapshot, or a run of updates in order without a gap. Never throws. */
  apply(events: readonly WireEvent[]): Applied {
    const last = events.at(-1);
    if (last === undefined) return { ok: true, ambiguous: false };
    try {
      return { ok: true, ambiguous: this.#apply(events, last) };
    } catch (thrown) {
      const error = ConfigStreamError.from(thrown);
      if (error.code === "limit_exceeded") this.#ports.status.count("refusedStates");
      return { ok: false, error };
    }
  }

  /** What readers see, overrides left out; `undefined` before the first publish, and while the store is ahead of them. */
  published(): SavedSetting[] | undefined {
    return this.#published && this.#unpublished.size === 0 ? this.#store.claims() : undefined;
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

  #apply(events: readonly WireEvent[], last: WireEvent): boolean {
    let ambiguous = false;
    for (const event of events) {
      if (event === last) break;
      const staged = this.#counted(this.#stage(event));
      staged.commit();
      this.#unpublished.add(staged.changes);
      ambiguous ||= staged.ambiguous;
    }
    const staged = this.#counted(this.#stage(last));
    const counter = last.kind === "snapshot" ? "snapshotsApplied" : "updatesApplied";
    const { status, onlyChanges } = this.#ports;
    const { sequenceId, origin } = last;
    const onShown = (): void => status.count(counter, events.length);
    if (onlyChanges && this.#published && this.#unpublished.with(staged.changes).length === 0) {
      staged.commit();
      onShown();
    } else {
      this.#show(staged, { sequenceId, origin }, onShown);
    }
    return ambiguous || staged.ambiguous;
  }

  #show(staged: Staged, about: Omit<Publication, "changes" | "lowerLayers">, onShown: () => void): void {
    const changes = this.#unpublished.with(staged.changes);
    this.#ports.states.show({ ...about, changes, lowerLayers: staged.lowerLayers }, () => {
      staged.commit();
      this.#unpublished.clear();
      this.#published = true;
      onShown();
    });
  }

  #stage(event: WireEvent): Staged {
    return event.kind === "snapshot"
      ? this.#store.applySnapshot(event.settings)
      : this.#store.applyUpdate(event.setting);
  }

  #counted(staged: Staged): Staged {
    const { status } = this.#ports;
    if (staged.unknownSources > 0) status.count("unknownSources", staged.unknownSources);
    if (staged.ambiguous) status.count("ambiguousUpdates");
    return staged;
  }
}
