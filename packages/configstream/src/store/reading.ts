/** Reads whole ranges as they stood at one revision, in pages. */
import { type Connection, StoreError } from "./etcd/connection.js";
import { type KeyValue, type RangeRequest, type RangeResponse, revisionOf } from "./etcd/messages.js";
import type { KeyRange } from "./etcd/ranges.js";

/** Everything that stands in some ranges at one revision. */
export interface WholeState {
  readonly clusterId: string;
  readonly revision: number;
  readonly kvs: readonly KeyValue[];
}

/** Keys in one answer at first. */
const pageKeys = 10_000;

/**
 * All pages are of the revision of the first one, whatever is written meanwhile. Rejects with fault `compacted` when that revision is
 * thrown away in between; the caller begins again.
 *
 * @param revision Of the past, or left out: the newest, as the majority of the members knows it.
 */
export async function readRanges(
  connection: Connection,
  ranges: readonly KeyRange[],
  revision = 0,
): Promise<WholeState> {
  const kvs: KeyValue[] = [];
  let at = revision;
  let clusterId = "";
  let page = pageKeys;
  for (const { key, range_end } of ranges) {
    let from: Uint8Array | undefined = key;
    while (from !== undefined) {
      const request: RangeRequest = { key: from, range_end, limit: page, ...(at === 0 ? {} : { revision: at }) };
      let answer: RangeResponse;
      try {
        answer = await connection.range(request);
      } catch (error) {
        if (!(error instanceof StoreError) || error.fault !== "too_large" || page === 1) throw error;
        page = Math.ceil(page / 10);
        continue;
      }
      if (at === 0) at = revisionOf(answer.header?.revision);
      clusterId = answer.header?.cluster_id ?? "";
      const got = answer.kvs ?? [];
      kvs.push(...got);
      const last = got.at(-1)?.key;
      from = answer.more === true && last !== undefined ? Buffer.concat([last, Buffer.from([0])]) : undefined;
    }
  }
  return { clusterId, revision: at, kvs };
}
