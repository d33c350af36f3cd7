/** The subscribers of one process, each with the chain of what it was told. */
import type { Consumer } from "../../../src/main/consumer/consumer.js";
import type { Clock } from "../../../src/shared/clock.js";
import { SubscriberOverflowError } from "../../../src/shared/errors.js";
import type { Chance } from "../chance.js";
import type { Counts } from "../counts.js";
import { Chain } from "./chain.js";
import type { Eyes } from "./eyes.js";
import { type History, textOf } from "./history.js";

export interface SubscribersParts {
  readonly name: string;
  readonly consumer: Consumer;
  readonly eyes: Eyes;
  readonly history: History;
  readonly apart: ReadonlySet<string>;
  readonly isStrict: () => boolean;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly counts: Counts;
  readonly fail: (what: string) => void;
}

export class Subscribers {
  readonly #parts: SubscribersParts;
  readonly #chains: Chain[] = [];
  #made = 0;

  constructor(parts: SubscribersParts) {
    this.#parts = parts;
  }

  /** One of each kind, from now on. */
  addAll(): void {
    this.addCallback();
    this.addSets();
    void this.#loop("coalesce", 3);
    void this.#loop("disconnect", 40);
  }

  /** Is told of each change; a getter in it must not be older. */
  addCallback(): void {
    const { consumer, eyes } = this.#parts;
    const chain = this.#chain("callback");
    consumer.subscribe({
      onChange: (change) => {
        chain.add(change);
        eyes.look(`in a callback for "${change.key}"`);
        this.#parts.counts.add("changes told");
      },
    });
  }

  /** Is told of each publish: its view is the state that the set made. */
  addSets(): void {
    const { consumer, eyes, history, apart, isStrict, counts, fail } = this.#parts;
    const chain = this.#chain("change sets");
    let at = 0;
    consumer.changeSets({
      onChange: (set) => {
        for (const change of set.changes) chain.add(change);
        counts.add("change sets told");
        const { view } = set;
        chain.mustEqual(
          new Map(view.keys().map((key) => [key, view.get(key)])) as Chain["told"],
          "by the view of its set",
        );
        if (isStrict()) {
          const state = textOf(chain.told, apart);
          const found = history.find(state, at);
          if (found < 0)
            fail(`${chain.name}: after a set, a state that the core agent was never in, or an old one: ${state}`);
          else at = found;
        }
        eyes.look("in a callback for a change set", at);
      },
    });
  }

  /** All of them were told everything by now. */
  mustBeUpToDate(): void {
    const seen = this.#parts.eyes.look("after a calm");
    for (const chain of this.#chains) chain.mustEqual(seen, "after a calm");
  }

  /** A loop that does not always keep up. */
  async #loop(overflow: "coalesce" | "disconnect", bufferSize: number): Promise<void> {
    const { consumer, clock, chance, counts, fail } = this.#parts;
    const chain = this.#chain(`loop (${overflow})`);
    const subscription = consumer.subscribe({ overflow, bufferSize });
    try {
      for await (const change of subscription) {
        chain.add(change);
        if (chance.is(0.3)) await new Promise<void>((resolve) => void clock.setTimer(chance.int(1, 900), resolve));
      }
    } catch (thrown) {
      this.#chains.splice(this.#chains.indexOf(chain), 1);
      if (!(thrown instanceof SubscriberOverflowError) || overflow === "coalesce")
        return fail(`${chain.name}: ${thrown}`);
      counts.add("subscribers overflowed");
      void this.#loop(overflow, bufferSize);
    }
  }

  #chain(kind: string): Chain {
    const { name, eyes, fail } = this.#parts;
    const chain = new Chain(`${name}, subscriber ${++this.#made} (${kind})`, eyes.look("at a subscription"), fail);
    this.#chains.push(chain);
    return chain;
  }
}
