/**
 * Reports to the host what happens to the consumer as a whole. One message is under way at a time, and what happens meanwhile is
 * merged into the next one: a blocked main thread piles up nothing.
 */
import type { HeldChange, HeldSetting } from "../../shared/held-setting.js";
import type { Notice } from "../../shared/messages.js";
import type { LifecycleState } from "../../shared/types.js";

export class Notices {
  readonly #post: (notice: Notice) => void;
  #isUnderWay = false;
  #state: LifecycleState | undefined;
  readonly #held = new Map<string, HeldSetting>();
  readonly #healed = new Set<string>();

  constructor(post: (notice: Notice) => void) {
    this.#post = post;
  }

  state(state: LifecycleState): void {
    this.#state = state;
    this.#send();
  }

  held({ held, healed }: HeldChange): void {
    for (const setting of held) {
      this.#healed.delete(setting.key);
      this.#held.set(setting.key, setting);
    }
    for (const key of healed) {
      this.#held.delete(key);
      this.#healed.add(key);
    }
    this.#send();
  }

  /** The host has taken the last message. */
  acknowledged(): void {
    this.#isUnderWay = false;
    this.#send();
  }

  #send(): void {
    const isNothing = this.#state === undefined && this.#held.size === 0 && this.#healed.size === 0;
    if (this.#isUnderWay || isNothing) return;
    const notice: Notice = {
      kind: "notice",
      state: this.#state,
      held: [...this.#held.values()],
      healed: [...this.#healed],
    };
    this.#isUnderWay = true;
    this.#state = undefined;
    this.#held.clear();
    this.#healed.clear();
    this.#post(notice);
  }
}
