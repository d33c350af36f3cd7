/**
 * Applies events to the store and publishes the result: the one place where a state becomes visible.
 *
 * A run of updates is published as one change. The last event of a publication is committed to the store only once readers
 * can see it. When the publisher refuses (a limit would be exceeded), readers keep the last good state, and `false` tells
 * the stream to stop applying updates: each would build on a state that was never published. What had been committed
 * for the refused publication stays in {@link NetChanges}, so the next snapshot, which is compared with the store, still
 * publishes the exact difference to what readers see.
 */
import { ConfigStreamError } from "../../shared/errors.js";
import type { WireEvent } from "../../shared/types.js";
import type { SavedSetting, SavedSettings } from "../cache/saved-settings.js";
import type { EnginePorts } from "../ports.js";
import type { LayerStore, Staged } from "../settings/layers.js";
import { NetChanges } from "../settings/net-changes.js";

/** The outcome of publishing: done, or why it was refused. */
export type Applied = { readonly ok: true } | { readonly ok: false; readonly error: ConfigStreamError };

/** Applies and publishes. Lives as long as the engine, since the store does. */
export class Applier {
  readonly #store: LayerStore;
  readonly #ports: Pick<EnginePorts, "publisher" | "changes" | "status">;
  readonly #unpublished = new NetChanges();
  #published = false;

  constructor(store: LayerStore, ports: Pick<EnginePorts, "publisher" | "changes" | "status">) {
    this.#store = store;
    this.#ports = ports;
  }

  /** Publishes the state after `events`: one snapshot, or a run of updates in order without a gap. Never throws. */
  apply(events: readonly WireEvent[]): Applied {
    const last = events.at(-1);
    if (last === undefined) return { ok: true };
    try {
      this.#publish(events, last);
      return { ok: true };
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
    const publication = { sequenceId, origin, changes: staged.changes, atMs: publishedAtMs };
    this.#ports.publisher.publish(publication);
    staged.commit();
    this.#published = true;
    this.#ports.changes.notify(publication);
    return true;
  }

  #publish(events: readonly WireEvent[], last: WireEvent): void {
    for (const event of events) {
      if (event === last) break;
      const staged = this.#stage(event);
      staged.commit();
      this.#unpublished.add(staged.changes);
    }
    const staged = this.#stage(last);
    const { sequenceId, origin } = last;
    const publication = { sequenceId, origin, changes: this.#unpublished.with(staged.changes) };
    this.#ports.publisher.publish(publication);
    staged.commit();
    this.#unpublished.clear();
    this.#published = true;
    this.#ports.status.count(last.kind === "snapshot" ? "snapshotsApplied" : "updatesApplied", events.length);
    this.#ports.changes.notify(publication);
  }

  #stage(event: WireEvent): Staged {
    const staged =
      event.kind === "snapshot" ? this.#store.applySnapshot(event.settings) : this.#store.applyUpdate(event.setting);
    if (staged.unknownSources > 0) this.#ports.status.count("unknownSources", staged.unknownSources);
    return staged;
  }
}
