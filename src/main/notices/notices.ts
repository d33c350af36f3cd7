/** Who listens to a consumer's events, and how they are given notice of one. */
import { InvalidOptionError } from "../../shared/errors.js";
import type { HeldChange } from "../../shared/held-setting.js";
import type { Logger } from "../../shared/logger.js";
import { described } from "../../shared/options/option-checks.js";
import { describeThrown } from "../../shared/thrown.js";
import type { LifecycleState } from "../../shared/types.js";
import { Callbacks } from "../subscriptions/callbacks.js";
import { publish } from "./channels.js";
import type { ConsumerEvents, RestartNotice } from "./events.js";

type EventName = keyof ConsumerEvents;
type Listener = (notice: never) => unknown;

interface Emitted {
  readonly name: EventName;
  readonly notice: object;
}

interface Addition {
  readonly name: unknown;
  readonly listener: Listener;
  readonly remove: () => void;
}

const names: readonly string[] = ["state", "held", "restart"] satisfies readonly EventName[];

export class Notices {
  readonly #clientName: string;
  readonly #callbacks: Callbacks<Emitted>;
  #additions: readonly Addition[] = [];
  #state: LifecycleState = "starting";

  /** @param logger One that never throws. */
  constructor(clientName: string, logger: Pick<Logger, "error">) {
    this.#clientName = clientName;
    this.#callbacks = new Callbacks(({ name }, thrown) =>
      logger.error(`A listener to the event "${name}" failed: ${describeThrown(thrown)}.`),
    );
  }

  /** See {@link ConsumerEmitter}. */
  add(name: unknown, listener: unknown, isOnce = false): void {
    check(name, listener);
    const stop = this.#callbacks.add(
      ({ notice }) => {
        if (isOnce) addition.remove();
        return listener(notice as never);
      },
      (emitted) => emitted.name === name,
    );
    const addition: Addition = {
      name,
      listener,
      remove: () => {
        stop();
        this.#additions = this.#additions.filter((each) => each !== addition);
      },
    };
    this.#additions = [...this.#additions, addition];
  }

  remove(name: unknown, listener: unknown): void {
    check(name, listener);
    this.#additions.findLast((each) => each.name === name && each.listener === listener)?.remove();
  }

  /** The consumer is in this state now; the same one as before is no news, and none follows on the last one. */
  state(state: LifecycleState): void {
    const previous = this.#state;
    if (state === previous || previous === "stopped") return;
    this.#state = state;
    this.#emit("state", { state, previous });
  }

  held({ held, healed }: HeldChange): void {
    if (held.length === 0 && healed.length === 0) return;
    const settings = held.map((setting) => Object.freeze({ ...setting }));
    this.#emit("held", { held: Object.freeze(settings), healed: Object.freeze([...healed]) });
  }

  restart(notice: RestartNotice): void {
    this.#emit("restart", { ...notice, error: Object.freeze({ ...notice.error }) });
  }

  #emit<Name extends EventName>(name: Name, notice: ConsumerEvents[Name][0]): void {
    // Each listener is given the same one.
    Object.freeze(notice);
    publish(name, this.#clientName, notice);
    this.#callbacks.deliver([{ name, notice }]);
  }
}

function check(name: unknown, listener: unknown): asserts listener is Listener {
  // Code that waits for an event by node:events listens to errors, too.
  if (typeof name !== "string" || !(names.includes(name) || name === "error")) {
    throw new InvalidOptionError(
      `A consumer has the events ${names.join(", ")}, but was asked for ${described(name)}.`,
    );
  }
  if (typeof listener !== "function") {
    throw new InvalidOptionError(`A listener to "${name}" must be a function, but is ${described(listener)}.`);
  }
}
