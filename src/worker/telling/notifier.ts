/**
 * Passes changes on to the application's thread, at its pace: one batch is under way at a time, and what happens meanwhile
 * waits here, in a queue whose size has a bound. While there is no subscriber, nothing is kept and nothing is sent.
 */

import type { Untold } from "../../memory/untold.js";
import type { Publication } from "../../memory/writer/publication.js";
import { ChangeQueue } from "../../shared/change-queue.js";
import type { ChangeBatch } from "../../shared/messages.js";
import type { ConfigChange, EffectiveChange } from "../../shared/types.js";

/**
 * Most changes in a batch. Half of a subscription's default buffer: a subscriber that keeps up is never overrun by a snapshot,
 * because it runs between two batches.
 */
const defaultMaxBatch = 500;
/** Rough bytes of a batch, so that large values do not pile up in the port. */
const maxBatchBytes = 1024 * 1024;
/** Changes that wait before only the newest value per key is kept, and the bytes that their values may take. */
const defaultMaxWaiting = 10_000;
const maxWaitingBytes = 32 * 1024 * 1024;

export interface NotifierOptions {
  readonly send: (batch: ChangeBatch) => void;
  /** Takes in what the host has sent until now, by calling the methods of this object. */
  readonly poll: () => void;
  /** Number of the newest publish. */
  readonly publishNumber: () => number | undefined;
  /** Where to write down what was not sent yet, for the worker that comes after this one. */
  readonly untold?: Untold | undefined;
  readonly maxBatch?: number;
  readonly maxWaiting?: number;
}

export class Notifier {
  readonly #options: NotifierOptions;
  readonly #queue: ChangeQueue;
  #active = false;
  #underWay = false;
  /** Events are missing, which the next batch must report. */
  #missing = false;

  constructor(options: NotifierOptions) {
    this.#options = options;
    this.#queue = new ChangeQueue(options.maxWaiting ?? defaultMaxWaiting, maxWaitingBytes);
  }

  /** Whether there is a subscriber at this moment. */
  get active(): boolean {
    // Asked, not remembered: a subscription must see every change that is published after it was made, and the event loop of this
    // thread may not have turned after that.
    if (!this.#active || this.#underWay) this.#options.poll();
    return this.#active;
  }

  /** The first subscriber came, or the last one went. */
  setActive(active: boolean): void {
    const wasActive = this.#active;
    this.#active = active;
    if (active) return;
    // Another one may have come at once, before something that waits here was published: it is to be told of that.
    if (wasActive) this.#options.poll();
    if (this.#active) return;
    this.#queue.clear();
    this.#missing = false;
    this.#options.untold?.clear();
  }

  /** To be called before the changes can be read, so that they are reported even if this worker dies in between. */
  willPublish(changes: readonly EffectiveChange[]): void {
    this.#options.untold?.add(changes.filter(({ valueChanged }) => valueChanged));
  }

  /** Events were lost before this worker came. */
  markMissing(): void {
    this.#missing = true;
  }

  /** The host has taken the batch that was under way. */
  acknowledged(): void {
    this.#underWay = false;
    this.#sendNext();
  }

  notify({ sequenceId, changes }: Publication): void {
    // Where it can be, without looking for an acknowledgement: what is not in the queue by then would count as reported.
    if (this.#active || this.active) {
      const last = changes.findLastIndex(({ valueChanged }) => valueChanged);
      const publish = this.#options.publishNumber();
      for (const [index, change] of changes.entries()) {
        if (change.valueChanged) this.#queue.push(toEvent(change, sequenceId), index === last, publish);
      }
    }
    if (this.active) this.#sendNext();
  }

  #sendNext(): void {
    const queue = this.#queue;
    const { untold } = this.#options;
    if (queue.size === 0) untold?.clear();
    if (this.#underWay || queue.size === 0) return;
    const lagged = queue.takeLost() || this.#missing;
    const { changes, setEnds, publishes } = queue.take(this.#options.maxBatch ?? defaultMaxBatch, maxBatchBytes);
    this.#underWay = true;
    this.#missing = false;
    this.#options.send({ kind: "changes", changes, setEnds, publishes, lagged });
    // What is on its way arrives even if this worker ends now.
    if (queue.size === 0) untold?.clear();
    else untold?.told(changes);
  }
}

/** A change as subscribers receive it. */
export function toEvent({ key, setting, oldValue }: EffectiveChange, sequenceId: number): ConfigChange {
  return { key, oldValue, newValue: setting?.value, source: setting?.source ?? "", sequenceId };
}
