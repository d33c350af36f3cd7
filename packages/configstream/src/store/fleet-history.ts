/** What happened to a range of the store, as far as it is still kept: a watch that begins in the past. */
import type { ConfigValue } from "configstream-consumer/internal";
import { type Connection, StoreError } from "./etcd/connection.js";
import { revisionOf, type WatchEvent } from "./etcd/messages.js";
import type { KeyRange } from "./etcd/ranges.js";
import { createGatherer, type Revision } from "./gather.js";
import { readRanges } from "./reading.js";

/** One transaction of the past. */
export interface FleetRevision {
  readonly revision: number;
  readonly differences: readonly {
    readonly key: string;
    readonly before: ConfigValue | undefined;
    readonly after: ConfigValue | undefined;
  }[];
  /** As given by `configstream fleet`; `undefined` where something else wrote. */
  readonly note: { readonly by: string; readonly reason: string; readonly atMs: number } | undefined;
}

export interface FleetEvent {
  readonly difference?: FleetRevision["differences"][number];
  readonly note?: FleetRevision["note"];
}

/** After the newest key that is there nothing but deletions can follow; they come at once or not at all, in ms. */
const quietMs = 300;
/** How long the past may take to arrive, in ms. */
const longestMs = 15_000;

export async function revisionsOf(
  connection: Connection,
  range: KeyRange,
  toEvent: (event: WatchEvent) => FleetEvent,
  limit: number,
): Promise<readonly FleetRevision[]> {
  const state = await readRanges(connection, [range]);
  const newest = state.kvs.reduce((most, { mod_revision }) => Math.max(most, revisionOf(mod_revision)), 0);
  const past = await from(1, newest, connection, range);
  const told = past
    .map(({ revision, events }) => {
      const read = events.map(toEvent);
      const differences = read.flatMap(({ difference }) => (difference === undefined ? [] : [difference]));
      return { revision, differences, note: read.find(({ note }) => note !== undefined)?.note };
    })
    .filter(({ differences }) => differences.length > 0);
  return told.reverse().slice(0, limit);
}

async function from(
  start: number,
  newest: number,
  connection: Connection,
  range: KeyRange,
): Promise<readonly Revision[]> {
  try {
    return await watchPast(start, newest, connection, range);
  } catch (error) {
    const kept = error instanceof StoreError ? (error.compactRevision ?? 0) : 0;
    if (kept <= start) throw error;
    return from(kept, newest, connection, range);
  }
}

function watchPast(
  start: number,
  newest: number,
  connection: Connection,
  range: KeyRange,
): Promise<readonly Revision[]> {
  return new Promise((resolve, reject) => {
    const past: Revision[] = [];
    const gatherer = createGatherer("", start - 1);
    let timer = setTimeout(() => finish(), longestMs);
    const finish = (error?: Error): void => {
      clearTimeout(timer);
      watching.cancel();
      if (error === undefined) resolve(past);
      else reject(error);
    };
    const watching = connection.watch(
      { ...range, start_revision: start, prev_kv: true },
      {
        onResponse(response) {
          try {
            past.push(...gatherer.take(response));
          } catch (error) {
            finish(error as Error);
            return;
          }
          if ((past.at(-1)?.revision ?? 0) < newest) return;
          clearTimeout(timer);
          timer = setTimeout(() => finish(), quietMs);
        },
        onEnd: (error) => finish(error),
      },
    );
  });
}
