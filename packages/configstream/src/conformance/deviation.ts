/** What a scenario found to be otherwise than the contract says. */
export class Deviation extends Error {
  readonly expected: string;
  readonly seen: string;

  constructor(expected: string, seen: string) {
    super(`Expected: ${expected}. Seen: ${seen}.`);
    this.name = new.target.name;
    this.expected = expected;
    this.seen = seen;
  }
}
