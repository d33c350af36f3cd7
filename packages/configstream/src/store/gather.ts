/** Puts the messages of a watch together into revisions: one revision is one change. Pure. */
import { StoreError } from "./etcd/connection.js";
import { revisionOf, type WatchEvent, type WatchResponse } from "./etcd/messages.js";

/** What one revision did. */
export interface Revision {
  readonly revision: number;
  readonly events: readonly WatchEvent[];
}

export interface Gatherer {
  /** The revision up to which everything is known. */
  readonly revision: number;
  /**
   * Takes a message, and returns the revisions that are whole with it, oldest first. Members cut what is too large for one message
   * anywhere, also within a revision, and say so in each message but the last.
   *
   * @throws StoreError when the watch cannot go on: everything has to be read again then.
   */
  take(response: WatchResponse): readonly Revision[];
}

/** @param clusterId Of the cluster that was read; empty: not known. */
export function createGatherer(clusterId: string, readRevision: number): Gatherer {
  let revision = readRevision;
  let pending: WatchEvent[] = [];
  return {
    get revision() {
      return revision;
    },
    take(response) {
      checkCluster(response, clusterId);
      if (response.canceled === true) throw canceled(response);
      pending.push(...(response.events ?? []));
      if (response.fragment === true) return [];
      const events = pending;
      pending = [];
      if (events.length === 0) {
        // Of a watch that has just begun, the member may be behind the one that was read.
        if (response.created === true) return [];
        // Said from time to time when nothing happens. It counts from the beginning again when the cluster was restored behind a proxy that
        // keeps the watch open.
        const said = revisionOf(response.header?.revision);
        if (said < revision) throw wentBack(revision, said);
        revision = said;
        return [];
      }
      const whole = byRevision(events);
      for (const { revision: next } of whole) {
        if (next <= revision) throw wentBack(revision, next);
        revision = next;
      }
      return whole;
    },
  };
}

function byRevision(events: readonly WatchEvent[]): readonly Revision[] {
  const whole: { revision: number; events: WatchEvent[] }[] = [];
  for (const event of events) {
    const revision = revisionOf(event.kv?.mod_revision);
    const last = whole.at(-1);
    if (last?.revision === revision) last.events.push(event);
    else whole.push({ revision, events: [event] });
  }
  return whole;
}

function wentBack(from: number, to: number): StoreError {
  return new StoreError("unavailable", `The store went back from revision ${from} to ${to}.`);
}

function checkCluster({ header }: WatchResponse, clusterId: string): void {
  const { cluster_id: answered = "" } = header ?? {};
  if (answered === clusterId || answered === "" || clusterId === "") return;
  throw new StoreError("unavailable", "Another cluster answers at the store's address.");
}

function canceled(response: WatchResponse): StoreError {
  const compacted = revisionOf(response.compact_revision);
  if (compacted > 0) {
    return new StoreError("compacted", `The store has thrown away what came before revision ${compacted}.`, compacted);
  }
  const reason = response.cancel_reason || "it gave no reason";
  return new StoreError("unavailable", `The store ended the watch: ${reason}.`);
}
