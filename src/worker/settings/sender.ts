/**
 * What the updates have shown of their sender. An old one reports a set though it loses, and does not report a set of an equal
 * value: told `file`, a reader cannot know that `cli` holds the same value by now, and takes the next set of `agent-runtime`
 * for the winner, though it lost. Nothing in the stream shows this, so once a sender is known to report sets that lose, none
 * of its updates is sure without a snapshot.
 */

/** Ranks the sources; higher wins. */
type Rank = (source: string) => number;

export class Sender {
  readonly #rank: Rank;
  /** The sources of ambiguous updates that no snapshot has judged yet, by key. */
  readonly #ambiguous = new Map<string, string>();
  #reportsLosers = false;

  constructor(rank: Rank) {
    this.#rank = rank;
  }

  /** Whether a plain update may be a set that lost, even where it seems to win. */
  get reportsLosers(): boolean {
    return this.#reportsLosers;
  }

  /** An update named a source ranked below the one told before. */
  ambiguous(key: string, source: string): void {
    this.#ambiguous.set(key, source);
  }

  /** An update was taken. A cleared source is named only by senders that report winners alone. */
  taken(key: string, unsetSource: string): void {
    if (unsetSource !== "") this.#reportsLosers = false;
    if (this.#ambiguous.size > 0) this.#ambiguous.delete(key);
  }

  /** Another sender may have come in its place, of which nothing is known. */
  replaced(): void {
    this.#reportsLosers = false;
    this.#ambiguous.clear();
  }

  /** A snapshot says what wins: where that ranks above what an ambiguous update named, the update was a set that lost. */
  judge(winnerOf: (key: string) => string | undefined): void {
    for (const [key, source] of this.#ambiguous) {
      const winner = winnerOf(key);
      if (winner !== undefined && this.#rank(winner) > this.#rank(source)) this.#reportsLosers = true;
    }
    this.#ambiguous.clear();
  }
}
