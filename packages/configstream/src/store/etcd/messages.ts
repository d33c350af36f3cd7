/** Messages of etcd's v3 contract as the client gives and takes them. Numbers of 64 bits are texts in answers. */

export interface ResponseHeader {
  /** The same for all members of one cluster; a cluster that is restored from a backup may have another. */
  readonly cluster_id?: string;
  /** Of the whole store, when the answer was made. */
  readonly revision?: string;
}

export interface KeyValue {
  readonly key?: Uint8Array;
  /** Left out when it is empty. What is no UTF-8 has replacement characters. */
  readonly value?: string;
  readonly mod_revision?: string;
}

export interface RangeRequest {
  readonly key: Uint8Array;
  /** Left out: one key alone. */
  readonly range_end?: Uint8Array;
  readonly limit?: number;
  /** Left out or 0: the newest. */
  readonly revision?: number;
}

export interface RangeResponse {
  readonly header?: ResponseHeader;
  readonly kvs?: readonly KeyValue[];
  readonly more?: boolean;
}

export interface WatchCreate {
  readonly key: Uint8Array;
  readonly range_end: Uint8Array;
  /** The first revision whose events are wanted. */
  readonly start_revision: number;
  /** Events then carry what was there before. */
  readonly prev_kv?: boolean;
}

export interface WatchEvent {
  readonly type?: "PUT" | "DELETE";
  readonly kv?: KeyValue;
  readonly prev_kv?: KeyValue;
}

export interface WatchResponse {
  readonly header?: ResponseHeader;
  readonly created?: boolean;
  readonly canceled?: boolean;
  /** Above 0: the first revision that is still there. */
  readonly compact_revision?: string;
  readonly cancel_reason?: string;
  /** True: more events of the same answer follow in the next message. */
  readonly fragment?: boolean;
  readonly events?: readonly WatchEvent[];
}

export interface Compare {
  readonly key: Uint8Array;
  readonly range_end?: Uint8Array;
  readonly target: "MOD";
  readonly result: "EQUAL" | "LESS";
  readonly mod_revision: number;
}

export type RequestOp =
  | { readonly request_put: { readonly key: Uint8Array; readonly value: Uint8Array } }
  | { readonly request_delete_range: { readonly key: Uint8Array } };

export interface TxnRequest {
  readonly compare: readonly Compare[];
  readonly success: readonly RequestOp[];
}

export interface TxnResponse {
  readonly header?: ResponseHeader;
  readonly succeeded?: boolean;
}

/** A revision as a number: etcd counts by one, so that 2^53 is out of reach. 0: none was given. */
export function revisionOf(text: string | undefined): number {
  return Number(text ?? 0);
}
