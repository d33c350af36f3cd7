/** Messages from one thread to another: copied, in order, soon, and to be had at once by asking. */
import type { Clock } from "../../../src/shared/clock.js";
import type { Chance } from "../chance.js";

export class Mailbox<Message> {
  readonly #clock: Clock;
  readonly #chance: Chance;
  readonly #receive: (message: Message) => void;
  #messages: Message[] = [];
  #closed = false;
  #isHeld = false;
  #due = 0;

  /** `receive` is called in the other thread. */
  constructor(clock: Clock, chance: Chance, receive: (message: Message) => void) {
    this.#clock = clock;
    this.#chance = chance;
    this.#receive = receive;
  }

  post(message: Message): void {
    if (this.#closed) return;
    this.#messages.push(structuredClone(message));
    this.#due++;
    this.#clock.setTimer(this.#chance.next() * 2, () => {
      this.#due--;
      this.takeOne();
    });
  }

  /** Arrivals that are still to come, also of messages that were asked for by then. */
  get due(): number {
    return this.#due;
  }

  /** The other thread does not listen yet. */
  hold(): void {
    this.#isHeld = true;
  }

  listen(): void {
    this.#isHeld = false;
    this.takeAll();
  }

  takeOne(): void {
    if (this.#isHeld) return;
    const message = this.#messages.shift();
    if (message !== undefined) this.#receive(message);
  }

  /** Everything that is there, now. */
  takeAll(): void {
    while (!this.#isHeld && this.#messages.length > 0) this.takeOne();
  }

  close(): void {
    this.#closed = true;
    this.#messages = [];
  }
}
