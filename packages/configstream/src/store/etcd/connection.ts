/** What the store needs of a member of the cluster; tests bring their own. */
import type { RangeRequest, RangeResponse, TxnRequest, TxnResponse, WatchCreate, WatchResponse } from "./messages.js";

/** Why a call to the store failed. */
export type StoreFault =
  /** No answer, or the member said that it cannot serve now: another member, or later. */
  | "unavailable"
  /** User, password, certificate or token were refused, or lack the right. */
  | "refused"
  /** The revision that was asked for is not kept any more. */
  | "compacted"
  /** One message would have been larger than is taken. */
  | "too_large"
  /** The request itself does not fit. */
  | "invalid";

export class StoreError extends Error {
  override readonly name = "StoreError";
  readonly fault: StoreFault;
  /** The first revision that is still there, where it is known. */
  readonly compactRevision: number | undefined;

  constructor(fault: StoreFault, message: string, compactRevision?: number) {
    super(message);
    this.fault = fault;
    this.compactRevision = compactRevision;
  }
}

export interface Watching {
  /** Neither handler is called any more. */
  cancel(): void;
}

export interface WatchHandlers {
  onResponse(response: WatchResponse): void;
  /** Called once, at the end. */
  onEnd(error: StoreError): void;
}

/** One member, authenticated. Calls reject with {@link StoreError}. */
export interface Connection {
  readonly endpoint: string;
  range(request: RangeRequest): Promise<RangeResponse>;
  txn(request: TxnRequest): Promise<TxnResponse>;
  watch(create: WatchCreate, handlers: WatchHandlers): Watching;
  close(): void;
}

/** Rejects with {@link StoreError} when the member does not answer or refuses; `signal` ends what is under way, also later. */
export type Connect = (endpoint: string, signal?: AbortSignal) => Promise<Connection>;
