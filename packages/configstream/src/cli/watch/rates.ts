/** How many changes arrive, over the last minute. Pure: time comes in. */

const buckets = 60;
const bars = "▁▂▃▄▅▆▇█";

export class Rates {
  /** Changes by second, the newest last. */
  #counts: number[] = new Array<number>(buckets).fill(0);
  /** The second that the newest bucket stands for. */
  #second: number;
  #total = 0;

  /** All times are in ms on one monotonic clock. */
  constructor(nowMs: number) {
    this.#second = Math.floor(nowMs / 1_000);
  }

  /** All changes so far. */
  get total(): number {
    return this.#total;
  }

  add(nowMs: number): void {
    this.#move(nowMs);
    this.#counts[buckets - 1] = (this.#counts[buckets - 1] ?? 0) + 1;
    this.#total += 1;
  }

  /** Changes of the last minute. */
  lastMinute(nowMs: number): number {
    this.#move(nowMs);
    return this.#counts.reduce((sum, count) => sum + count, 0);
  }

  /** Changes a second, over the last five whole seconds. */
  perSecond(nowMs: number): number {
    this.#move(nowMs);
    return this.#counts.slice(-6, -1).reduce((sum, count) => sum + count, 0) / 5;
  }

  /** The last `columns` seconds as bars of different heights. */
  sparkline(columns: number, nowMs: number): string {
    this.#move(nowMs);
    const shown = this.#counts.slice(-Math.max(1, Math.min(columns, buckets)));
    const most = Math.max(...shown);
    return shown.map((count) => bars[count === 0 ? 0 : Math.max(1, Math.round((count / most) * 7))]).join("");
  }

  #move(nowMs: number): void {
    const second = Math.floor(nowMs / 1_000);
    const passed = Math.min(buckets, second - this.#second);
    if (passed <= 0) return;
    this.#counts = [...this.#counts.slice(passed), ...new Array<number>(passed).fill(0)];
    this.#second = second;
  }
}
