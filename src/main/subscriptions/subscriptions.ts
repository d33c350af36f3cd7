/**
 * Who is told of changes. Batches come from the worker in order; each subscriber gets its share of one before the next is
 * asked for, and none can hold up another: a loop has its own buffer, a callback that throws is reported and passed over.
 */
import type { MirrorState } from "../../memory/reader/mirror.js";
import { onAbort } from "../../shared/abort.js";
import { ChangeQueue } from "../../shared/change-queue.js";
import { InvalidOptionError } from "../../shared/errors.js";
import type { Logger } from "../../shared/logger.js";
import {
  checkNames,
  choiceOption,
  functionOption,
  numberOption,
  shapeOption,
} from "../../shared/options/option-checks.js";
import { describeThrown } from "../../shared/thrown.js";
import type { ConfigChange } from "../../shared/types.js";
import { deepFreeze } from "../../shared/values/freeze.js";
import type { View } from "../reader/api.js";
import { Callbacks } from "./callbacks.js";
import { type ChangeSet, ChangeSetQueue, PublishedSet, SetAssembly } from "./change-sets.js";
import { type ChangeFilter, compileFilter } from "./filter.js";
import { Newcomer } from "./newcomer.js";
import { PastStates } from "./past-states.js";
import { type EventBuffer, EventStream, type OverflowPolicy } from "./stream.js";

const optionNames = ["key", "keys", "prefix", "bufferSize", "overflow", "signal", "onChange"];

/** Options of `subscribe`. */
export interface SubscribeOptions<Key extends string = string, Change = ConfigChange> extends ChangeFilter<Key> {
  /** Events that may wait for the loop. Default: the consumer's `subscriptionBuffer` (1,000); 1 to 1,000,000. */
  readonly bufferSize?: number | undefined;
  /**
   * What happens when the buffer is full. `disconnect` (default): what is buffered is still handed out, then the iteration
   * ends with `SubscriberOverflowError`. `coalesce`: from then on only the newest value per key is kept, with the first
   * old value, until the loop has caught up; a key that is back at its old value is left out.
   *
   * It may also be the worker that merges events, while this thread is blocked for long: `disconnect` then ends with the same
   * error. Over a death of the worker, both are told the net difference as ordinary events.
   */
  readonly overflow?: OverflowPolicy | undefined;
  /** Unsubscribes when it is aborted; the iteration then ends without an error. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Called with each change, in order, as it arrives; there is no iteration then, no buffer and no overflow. What it throws,
   * or a promise that it returns and that rejects, goes to the logger and has no other effect. It is not waited for.
   */
  readonly onChange?: ((change: Change) => unknown) | undefined;
}

/** Options of `subscribe` that name keys, and nothing else: then a schema gives the types of the changes. */
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
  /** A subscription ended because its buffer overflowed. */
  readonly onOverflow: () => void;
  /** The newest state of all keys, for change sets; `undefined` when it cannot be read now. */
  readonly state: () => MirrorState | undefined;
  /** The view of a state. Throws `view_contended` when there is none. */
  readonly view: (state: MirrorState | undefined) => View;
  /** Number of the newest publish that this thread can read; `undefined` before the first. */
  readonly publishNumber: () => number | undefined;
}

/** What a subscription has to be told of, and to let go of. */
interface Member {
  readonly newcomer: Newcomer;
  readonly stream: Pick<EventStream<unknown>, "end" | "lagged"> | undefined;
  readonly leave: () => void;
}

/** What one kind of events has of its own. */
interface Kind<Event> {
  readonly newcomer: Newcomer;
  readonly buffer: (bound: number) => EventBuffer<Event>;
  readonly listen: (receive: (event: Event) => unknown) => () => void;
}

/** A change, and the number of the publish that made it visible; `undefined`: one that no reader had seen. */
interface NumberedChange {
  readonly change: ConfigChange;
  readonly publish: number | undefined;
}

/** A set, its number among all that have arrived, and the publish of its newest change. */
interface NumberedSet {
  readonly set: PublishedSet;
  readonly number: number;
  readonly publish: number | undefined;
}

/** What has arrived at once. */
interface Arrival {
  readonly changes: readonly ConfigChange[];
  readonly setEnds?: readonly number[];
  readonly publishes?: readonly number[];
  readonly lagged: boolean;
}

/** All subscriptions of one consumer. */
export class Subscriptions {
  readonly #ports: SubscriptionsPorts;
  readonly #changes: Callbacks<NumberedChange>;
  readonly #sets: Callbacks<NumberedSet>;
  readonly #assembly = new SetAssembly();
  /** Sets of which anything has arrived, and those that have arrived whole. */
  #setsBegun = 0;
  #setsEnded = 0;
  /** While anybody is told of sets. */
  #past: PastStates | undefined;
  /** Subscriptions that are there, with what each has besides its callback. */
  readonly #members = new Map<() => void, Member>();
  #closed = false;

  constructor(ports: SubscriptionsPorts) {
    this.#ports = ports;
    this.#changes = new Callbacks(({ change: { key } }, thrown) =>
      ports.logger.error(`An onChange callback failed for "${key}": ${describeThrown(thrown)}.`),
    );
    this.#sets = new Callbacks(({ set }, thrown) =>
      ports.logger.error(
        `An onChange callback failed for the change set ${set.sequenceId}: ${describeThrown(thrown)}.`,
      ),
    );
  }

  /** Whether there is any subscriber. */
  get active(): boolean {
    return this.#members.size > 0;
  }

  /** Throws `InvalidOptionError`. After `close`, the subscription is over from the beginning. */
  subscribe(options: SubscribeOptions = {}): Subscription {
    checkNames(options, optionNames, "subscribe");
    const matches = compileFilter(options);
    const newcomer = new Newcomer(this.#ports.publishNumber());
    return this.#subscribe(options, {
      newcomer,
      buffer: (bound) => new ChangeQueue(bound),
      listen: (receive) =>
        this.#changes.add(
          ({ change }) => receive(change),
          ({ change, publish }) => newcomer.hasNewsIn(publish) && matches(change.key),
        ),
    });
  }

  /** As {@link subscribe}, an event for each publish. */
  changeSets(options: SubscribeOptions<string, ChangeSet> = {}): Subscription<ChangeSet> {
    checkNames(options, optionNames, "changeSets");
    const matches = compileFilter(options);
    const since = this.#setsBegun;
    const newcomer = new Newcomer(undefined);
    const subscription = this.#subscribe<PublishedSet>(options, {
      newcomer,
      buffer: (bound) => new ChangeSetQueue(bound),
      listen: (receive) =>
        this.#sets.add(({ set, number, publish }) => {
          // One that had begun to arrive, or could be read already, is older than this subscription.
          const part = number >= since && newcomer.hasNewsIn(publish) ? set.filtered(matches) : undefined;
          return part === undefined ? undefined : receive(part);
        }),
    });
    if (subscription.closed) return subscription;
    // After the worker was told of a subscriber: what is not in this state will arrive, so that none of it is missing in later ones.
    this.#past ??= new PastStates(this.#ports.state);
    // After the state: of what is told to this subscription, nothing is then older than that.
    newcomer.came(this.#ports.publishNumber());
    return subscription;
  }

  /** Passes a batch on. Returns when every subscriber has its share, whatever callbacks throw; never throws. */
  deliver({ changes, setEnds = [changes.length], publishes = [], lagged }: Arrival): void {
    if (lagged) this.#markLagged();
    if (lagged) this.#past?.startOver();
    for (const change of changes) freeze(change);
    // Before the first delivery, because a subscriber that comes meanwhile is not to be told of these.
    const sets = this.#setsOf(changes, setEnds, publishes);
    this.#changes.deliver(changes.map((change, index) => ({ change, publish: publishes[index] })));
    this.#sets.deliver(sets);
  }

  #setsOf(changes: readonly ConfigChange[], setEnds: readonly number[], publishes: readonly number[]): NumberedSet[] {
    const sets: NumberedSet[] = [];
    let from = 0;
    for (const end of setEnds) {
      const whole = this.#assembly.complete(changes.slice(from, end));
      if (this.#setsBegun === this.#setsEnded) this.#setsBegun++;
      const number = this.#setsEnded++;
      if (whole.length > 0)
        sets.push({ set: this.#set(whole, publishes[end - 1]), number, publish: publishes[end - 1] });
      from = end;
    }
    if (from < changes.length) {
      if (this.#setsBegun === this.#setsEnded) this.#setsBegun++;
      // Without a subscriber, a large one need not be kept.
      if (this.#sets.size > 0) this.#assembly.add(changes.slice(from));
    }
    return sets;
  }

  #set(changes: readonly ConfigChange[], publish: number | undefined): PublishedSet {
    const sequenceId = changes.at(-1)?.sequenceId ?? 0;
    const state = this.#past?.after({ changes, sequenceId, publish });
    return new PublishedSet(changes, () => this.#ports.view(state));
  }

  /** All that was published until now has been told: whatever comes is news to each subscription that is there. */
  allTold(): void {
    for (const { newcomer } of this.#members.values()) newcomer.came(undefined);
    this.#past?.startOver();
  }

  /** Ends all subscriptions; what they have buffered is still handed out. Idempotent. */
  close(): void {
    this.#closed = true;
    for (const [member, { stream }] of this.#members) {
      this.#remove(member);
      stream?.end(false);
    }
  }

  /**
   * Informs every subscription that events are missing. One that calls back has no buffer that could show it: it goes on with the
   * merged events, which is what it can still be told.
   */
  #markLagged(): void {
    for (const [member, { stream }] of this.#members) if (stream?.lagged() === false) this.#overflowed(member);
  }

  #subscribe<Event>(options: SubscribeOptions<string, Event>, kind: Kind<Event>): Subscription<Event> {
    const onChange = functionOption("onChange", options.onChange);
    const signal = shapeOption("signal", options.signal, ["addEventListener", "removeEventListener"]);
    const bufferSize = numberOption("bufferSize", options.bufferSize, this.#ports.bufferSize, {
      min: 1,
      max: 1_000_000,
    });
    const policy = choiceOption<OverflowPolicy>("overflow", options.overflow, ["disconnect", "coalesce"], "disconnect");
    const stream =
      onChange === undefined ? new EventStream<Event>(bufferSize, policy, kind.buffer(bufferSize)) : undefined;
    const receive =
      onChange ??
      ((event: Event): void => {
        if (stream?.push(event) === false) this.#overflowed(unsubscribe);
      });
    const unsubscribe = (): void => {
      this.#remove(unsubscribe);
      stream?.end(true);
    };
    if (this.#closed || signal?.aborted) stream?.end(true);
    else this.#add(unsubscribe, { newcomer: kind.newcomer, stream, leave: kind.listen(receive) }, signal);
    const isClosed = (): boolean => !this.#members.has(unsubscribe);
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

  #overflowed(member: () => void): void {
    this.#remove(member);
    this.#ports.onOverflow();
  }

  #add(member: () => void, { newcomer, stream, leave }: Member, signal: AbortSignal | undefined): void {
    const release = onAbort(signal, member);
    this.#members.set(member, {
      newcomer,
      stream,
      leave() {
        leave();
        release();
      },
    });
    if (this.#members.size === 1) this.#ports.onActive(true);
  }

  #remove(member: () => void): void {
    const known = this.#members.get(member);
    if (known === undefined) return;
    this.#members.delete(member);
    known.leave();
    if (this.#sets.size === 0) {
      this.#assembly.clear();
      this.#past = undefined;
    }
    if (this.#members.size === 0) this.#ports.onActive(false);
  }
}

/** Subscribers share the event, so none may change it. */
function freeze(change: ConfigChange): void {
  for (const value of [change.oldValue, change.newValue]) if (value !== undefined) deepFreeze(value);
  Object.freeze(change);
}

function iterate<Event>(
  stream: EventStream<Event> | undefined,
  unsubscribe: () => void,
): AsyncIterator<Event, undefined> {
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
