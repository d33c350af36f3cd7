/** Looks at each state that a consumer prints, and remembers the first one that it should not have had. Pure. */
import { Deviation } from "../deviation.js";
import { difference, isState, readState, type State } from "./states.js";

export class Watch {
  /** What it may print now, in this order; states may be left out, and the last one is what it should come to. */
  #legal: readonly State[] = [];
  /** How far it has come in them. */
  #at = 0;
  #newest: State | undefined;
  #newestLine: string | undefined;
  #deviation: Deviation | undefined;

  /** The state of its newest line; `undefined`: it has printed none, or has no settings. */
  get newest(): State | undefined {
    return this.#newest;
  }

  get deviation(): Deviation | undefined {
    return this.#deviation;
  }

  allow(legal: readonly State[]): void {
    this.#legal = legal;
    this.#at = 0;
  }

  take(line: string): void {
    // A consumer that is asked again and again says the same again and again.
    if (line === this.#newestLine || this.#deviation !== undefined) return;
    this.#newestLine = line;
    try {
      this.#judge(readState(line));
    } catch (thrown) {
      if (!(thrown instanceof Deviation)) throw thrown;
      this.#deviation = thrown;
    }
  }

  #judge(state: State | undefined): void {
    if (state === undefined) {
      if (this.#newest !== undefined) throw new Deviation("the last good settings stay", "none any more");
      return;
    }
    this.#newest = state;
    const found = this.#legal.findIndex((legal, index) => index >= this.#at && isState(state, legal));
    if (found >= 0) {
      this.#at = found;
      return;
    }
    const wanted = this.#legal.at(-1);
    if (wanted === undefined) throw new Deviation("no settings yet", "settings");
    const between = this.#legal.length > 1 ? ", what was before, or a whole state between the two, in order" : "";
    const { expected, seen } = difference(state, wanted) ?? { expected: "the newest state", seen: "an older one" };
    throw new Deviation(`${expected}${between}`, seen);
  }
}
