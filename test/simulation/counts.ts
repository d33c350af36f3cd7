/** What happened in a run, by name. */
export class Counts {
  readonly all = new Map<string, number>();

  add(name: string, by = 1): void {
    if (by !== 0) this.all.set(name, (this.all.get(name) ?? 0) + by);
  }

  of(name: string): number {
    return this.all.get(name) ?? 0;
  }

  addAll(others: Iterable<readonly [string, number]>): void {
    for (const [name, by] of others) this.add(name, by);
  }
}
