/** A store in memory that behaves as etcd does where it matters: revisions, paged ranges of the past, watches, compaction. */
import {
  type Connect,
  type Connection,
  StoreError,
  type WatchHandlers,
} from "../../../packages/configstream/src/store/etcd/connection.js";
import type {
  Compare,
  KeyValue,
  TxnRequest,
  TxnResponse,
  WatchEvent,
} from "../../../packages/configstream/src/store/etcd/messages.js";

interface Past {
  readonly revision: number;
  readonly events: readonly WatchEvent[];
  readonly state: ReadonlyMap<string, KeyValue>;
}

interface OpenWatch {
  readonly handlers: WatchHandlers;
  next: number;
}

/** A value of `undefined` deletes the key. */
export type Puts = Readonly<Record<string, string | undefined>>;

export class FakeCluster {
  clusterId: string;
  revision = 1;
  compacted = 0;
  /** Attempts to connect, in order. */
  readonly connects: string[] = [];
  /** Called before each range is answered. */
  beforeRange = (): void => {};
  /** Called before each transaction is made. */
  beforeTxn = (): void => {};
  /** Called after each transaction was made, before its answer. */
  afterTxn = (): void => {};
  /** Thrown by the next attempts to connect. */
  refuse: StoreError | undefined;
  /** Revisions that a watch gives too late; only to see a test fail. */
  lateBy = 0;
  readonly #past: Past[] = [];
  #state = new Map<string, KeyValue>();
  readonly #watches = new Set<OpenWatch>();

  constructor(clusterId = "1") {
    this.clusterId = clusterId;
  }

  readonly connect: Connect = async (endpoint) => {
    this.connects.push(endpoint);
    if (this.refuse !== undefined) throw this.refuse;
    return this.#connection(endpoint);
  };

  /** One transaction. `fragments`: after how many events the message is cut. */
  put(puts: Puts, fragments = Number.POSITIVE_INFINITY): void {
    this.revision += 1;
    const state = new Map(this.#state);
    const events = Object.entries(puts).map(([name, text]): WatchEvent => {
      const kv = { key: Buffer.from(name), mod_revision: `${this.revision}` };
      if (text === undefined) {
        state.delete(name);
        return { type: "DELETE", kv };
      }
      state.set(name, { ...kv, value: text });
      return { kv: { ...kv, value: text } };
    });
    this.#state = state;
    this.#past.push({ revision: this.revision, events, state });
    for (const watch of this.#watches) this.#pump(watch, fragments);
  }

  compact(revision = this.revision): void {
    this.compacted = revision;
  }

  /** Ends all watches. */
  drop(message = "connection lost"): void {
    for (const watch of [...this.#watches]) {
      this.#watches.delete(watch);
      watch.handlers.onEnd(new StoreError("unavailable", message));
    }
  }

  /** Says on all watches that nothing happened up to a revision. */
  progress(revision = this.revision): void {
    const header = { cluster_id: this.clusterId, revision: `${revision}` };
    for (const { handlers } of [...this.#watches]) handlers.onResponse({ header });
  }

  /**
   * As after a backup was restored that knows nothing of what was there: counting begins anew. `watches`: whether they stay, as behind a
   * proxy that hides the loss of a connection.
   */
  restore(clusterId: string, { watches = "end" }: { watches?: "end" | "stay" } = {}): void {
    if (watches === "end") this.drop();
    this.clusterId = clusterId;
    this.revision = 1;
    this.#past.length = 0;
    this.#state = new Map();
  }

  get watches(): number {
    return this.#watches.size;
  }

  #header() {
    return { cluster_id: this.clusterId, revision: `${this.revision}` };
  }

  #connection(endpoint: string): Connection {
    return {
      endpoint,
      range: async ({ key, range_end, limit = 0, revision = 0 }) => {
        this.beforeRange();
        if (revision > 0 && revision < this.compacted)
          throw new StoreError("compacted", "required revision has been compacted");
        const past = revision === 0 ? undefined : this.#past.findLast((each) => each.revision <= revision)?.state;
        const all = [...(revision === 0 ? this.#state : (past ?? new Map())).values()]
          .filter((kv) => {
            const name = kv.key as Uint8Array;
            if (range_end === undefined) return Buffer.compare(name, key) === 0;
            return Buffer.compare(name, key) >= 0 && Buffer.compare(name, range_end) < 0;
          })
          .sort((a, b) => Buffer.compare(a.key as Uint8Array, b.key as Uint8Array));
        const kvs = limit > 0 ? all.slice(0, limit) : all;
        return { header: this.#header(), kvs, more: kvs.length < all.length };
      },
      txn: async (request) => {
        this.beforeTxn();
        const answer = this.#transact(request);
        this.afterTxn();
        return answer;
      },
      watch: (create, handlers) => {
        const watch = { handlers, next: create.start_revision + this.lateBy };
        queueMicrotask(() => {
          if (create.start_revision <= this.compacted) {
            handlers.onResponse({ header: this.#header(), canceled: true, compact_revision: `${this.compacted}` });
            return;
          }
          handlers.onResponse({ header: this.#header(), created: true });
          this.#watches.add(watch);
          this.#pump(watch, Number.POSITIVE_INFINITY);
        });
        return { cancel: () => void this.#watches.delete(watch) };
      },
      close: () => {},
    };
  }

  #transact({ compare, success }: TxnRequest): TxnResponse {
    const succeeded = compare.every((each) => this.#holds(each));
    if (succeeded) {
      const puts = success.map((op): [string, string | undefined] =>
        "request_put" in op
          ? [textOf(op.request_put.key), textOf(op.request_put.value)]
          : [textOf(op.request_delete_range.key), undefined],
      );
      this.put(Object.fromEntries(puts));
    }
    return { header: this.#header(), succeeded };
  }

  /** A range is compared key by key; a single key that is not there has revision 0. */
  #holds({ key, range_end, result, mod_revision }: Compare): boolean {
    const found =
      range_end === undefined
        ? [this.#state.get(textOf(key))]
        : [...this.#state.values()].filter(
            ({ key: name = key }) => Buffer.compare(name, key) >= 0 && Buffer.compare(name, range_end) < 0,
          );
    const revisions = found.map((kv) => Number(kv?.mod_revision ?? 0));
    return revisions.every((at) => (result === "EQUAL" ? at === mod_revision : at < mod_revision));
  }

  #pump(watch: OpenWatch, fragments: number): void {
    for (const { revision, events } of this.#past) {
      if (revision < watch.next) continue;
      watch.next = revision + 1;
      for (let at = 0; at < events.length; at += fragments) {
        const part = events.slice(at, at + fragments);
        const fragment = at + fragments < events.length;
        watch.handlers.onResponse({ header: this.#header(), events: part, fragment });
      }
    }
  }
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("utf8");
}
