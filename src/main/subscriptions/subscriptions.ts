/**
 * Who is told of changes. Batches come from the worker in order; each subscriber gets its share of one before the next is
 * asked for, and none can hold up another: a loop has its own buffer, a callback that throws is reported and passed over.
 */
import { types } from "node:util";
import { InvalidOptionError } from "../../shared/errors.js";
import { deepFreeze } from "../../shared/freeze.js";
import type { Logger } from "../../shared/logger.js";
import type { ChangeBatch } from "../../shared/messages.js";
import { checkNames, choiceOption, functionOption, numberOption, shapeOption } from "../../shared/option-checks.js";
import { describeThrown } from "../../shared/thrown.js";
import type { ConfigChange } from "../../shared/types.js";
import { type ChangeFilter, compileFilter } from "./filter.js";
import { ChangeStream, type OverflowPolicy } from "./stream.js";

/** Options of `subscribe`. */
export interface SubscribeOptions<Key extends string = string, Change = ConfigChange> extends ChangeFilter<Key> {
  /** Events that may wait for the loop. Default: the consumer's `subscriptionBuffer` (1,000); 1 to 1,000,000. */
  readonly bufferSize?: number;
  /**
   * What happens when the buffer is full. `disconnect` (default): what is buffered is still handed out, then the iteration
   * ends with `SubscriberOverflowError`. `coalesce`: from then on only the newest value per key is kept, with the first
   * old value, until the loop has caught up; a key that is back at its old value is left out.
   *
   * It may also be the worker that merges events, while this thread is blocked for long: `disconnect` then ends with the same
   * error. Over a death of the worker, both are told the net difference as ordinary events.
   */
  readonly overflow?: OverflowPolicy;
  /** Unsubscribes when it is aborted; the iteration then ends without an error. */
  readonly signal?: AbortSignal;
  /**
   * Called with each change, in order, as it arrives; there is no iteration then, no buffer and no overflow. What it throws,
   * or a promise that it returns and that rejects, goes to the logger and disturbs nobody. It is not waited for.
   */
  readonly onChange?: (change: Change) => unknown;
}

/** Options of `subscribe` that name keys, and nothing else: then a schema tells the types of the changes. */
export type KeyedSubscribeOptions<Key extends string, Change> = SubscribeOptions<Key, Change> & {
  readonly prefix?: never;
};

/**
 * A subscription. Made before the first snapshot, it is told of each setting of that snapshot as a change from
 * `undefined`.
 *
 * The iteration ends after `unsubscribe()`, when a loop over it is left, and after the consumer's `stop()`, which hands out
 * what is buffered first. It does not keep the process alive.
 */
export interface Subscription<Change = ConfigChange>
  extends AsyncIterable<Change, undefined>,
    Disposable,
    AsyncDisposable {
  /** No further event comes, and buffered ones are dropped. Harmless when repeated, and after `stop()`. */
  unsubscribe(): void;
  /** True once no further event comes. */
  readonly closed: boolean;
}

/** What subscriptions need from the consumer. */
export interface SubscriptionsPorts {
  readonly bufferSize: number;
  readonly logger: Logger;
  /** Whether there is any subscriber now. Called at each change of that. */
  readonly onActive: (active: boolean) => void;
  /** A subscription ended since its buffer overflowed. */
  readonly onOverflow: () => void;
}

/** One subscriber as the hub sees it. Both return false when the subscriber is gone. */
interface Subscriber {
  readonly matches: (key: string) => boolean;
  deliver(change: ConfigChange): boolean;
  lagged(): boolean;
  end(dropBuffered: boolean): void;
}

/** All subscriptions of one consumer. */
export class Subscriptions {
  readonly #ports: SubscriptionsPorts;
  /** Each with what is to be tidied up when it goes. */
  readonly #subscribers = new Map<Subscriber, () => void>();
  #closed = false;

  constructor(ports: SubscriptionsPorts) {
    this.#ports = ports;
  }

  /** Whether there is any subscriber. */
  get active(): boolean {
    return this.#subscribers.size > 0;
  }

  /** Throws `InvalidOptionError`. After `close`, the subscription is over from the beginning. */
  subscribe(options: SubscribeOptions = {}): Subscription {
    checkNames(options, ["key", "keys", "prefix", "bufferSize", "overflow", "signal", "onChange"], "subscribe");
    const matches = compileFilter(options);
    const onChange = functionOption("onChange", options.onChange);
    shapeOption("signal", options.signal, ["addEventListener", "removeEventListener"]);
    const bufferSize = numberOption("bufferSize", options.bufferSize, this.#ports.bufferSize, {
      min: 1,
      max: 1_000_000,
    });
    const policy = choiceOption<OverflowPolicy>("overflow", options.overflow, ["disconnect", "coalesce"], "disconnect");
    if (onChange !== undefined)
      return this.#add(new CallbackSubscriber(matches, onChange, this.#ports.logger), options);
    const stream = new ChangeStream(bufferSize, policy);
    const subscriber: Subscriber = {
      matches,
      deliver: (change) => stream.push(change),
      lagged: () => stream.lagged(),
      end: (dropBuffered) => stream.end(dropBuffered),
    };
    return this.#add(subscriber, options, stream);
  }

  /** Passes a batch on. Returns when every subscriber has its share. */
  deliver({ changes, lagged }: Pick<ChangeBatch, "changes" | "lagged">): void {
    if (lagged) this.#markLagged();
    for (const change of changes) {
      freeze(change);
      // No copy is needed: a map's iteration minds what is added and deleted meanwhile.
      for (const subscriber of this.#subscribers.keys()) {
        if (subscriber.matches(change.key) && !subscriber.deliver(change)) this.#overflowed(subscriber);
      }
    }
  }

  /** Ends all subscriptions; what they have buffered is still handed out. Idempotent. */
  close(): void {
    this.#closed = true;
    for (const subscriber of this.#subscribers.keys()) {
      this.#remove(subscriber);
      subscriber.end(false);
    }
  }

  /** Tells every subscription that events are missing. */
  #markLagged(): void {
    for (const subscriber of this.#subscribers.keys()) {
      if (!subscriber.lagged()) this.#overflowed(subscriber);
    }
  }

  #overflowed(subscriber: Subscriber): void {
    this.#remove(subscriber);
    this.#ports.onOverflow();
  }

  #remove(subscriber: Subscriber): void {
    const tidyUp = this.#subscribers.get(subscriber);
    if (tidyUp === undefined) return;
    this.#subscribers.delete(subscriber);
    tidyUp();
    if (this.#subscribers.size === 0) this.#ports.onActive(false);
  }

  #add(subscriber: Subscriber, { signal }: SubscribeOptions, stream?: ChangeStream): Subscription {
    const unsubscribe = (): void => {
      this.#remove(subscriber);
      subscriber.end(true);
    };
    const isClosed = (): boolean => !this.#subscribers.has(subscriber);
    if (this.#closed || signal?.aborted) {
      subscriber.end(true);
    } else {
      signal?.addEventListener("abort", unsubscribe, { once: true });
      this.#subscribers.set(subscriber, () => signal?.removeEventListener("abort", unsubscribe));
      if (this.#subscribers.size === 1) this.#ports.onActive(true);
    }
    return {
      unsubscribe,
      get closed() {
        return isClosed();
      },
      [Symbol.asyncIterator]: () => iterate(stream, unsubscribe),
      [Symbol.dispose]: unsubscribe,
      [Symbol.asyncDispose]: async () => unsubscribe(),
    };
  }
}

/** Subscribers share the event, so none may change it. */
function freeze(change: ConfigChange): void {
  for (const value of [change.oldValue, change.newValue]) if (value !== undefined) deepFreeze(value);
  Object.freeze(change);
}

function iterate(stream: ChangeStream | undefined, unsubscribe: () => void): AsyncIterator<ConfigChange, undefined> {
  if (stream === undefined) {
    throw new InvalidOptionError(
      "This subscription calls onChange; leave that option out to iterate over the changes.",
    );
  }
  return {
    next: () => stream.next(),
    async return() {
      unsubscribe();
      return { done: true, value: undefined };
    },
  };
}

class CallbackSubscriber implements Subscriber {
  readonly matches: (key: string) => boolean;
  readonly #onChange: (change: ConfigChange) => unknown;
  readonly #logger: Logger;
  #ended = false;

  constructor(matches: (key: string) => boolean, onChange: (change: ConfigChange) => unknown, logger: Logger) {
    this.matches = matches;
    this.#onChange = onChange;
    this.#logger = logger;
  }

  deliver(change: ConfigChange): boolean {
    if (this.#ended) return true;
    try {
      const result = this.#onChange(change);
      if (types.isPromise(result)) result.catch((thrown: unknown) => this.#report(change, thrown));
    } catch (thrown) {
      this.#report(change, thrown);
    }
    return true;
  }

  lagged(): boolean {
    // It has no buffer that could tell: it goes on with the merged events, which is what it can still be told.
    return true;
  }

  end(): void {
    this.#ended = true;
  }

  #report(change: ConfigChange, thrown: unknown): void {
    this.#logger.error(`An onChange callback failed for "${change.key}": ${describeThrown(thrown)}.`);
  }
}
