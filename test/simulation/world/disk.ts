/** The cache file of one remote agent, on a disk that can be slow, full, or gone. */
import type { Clock } from "../../../src/shared/clock.js";
import type { CacheFiles } from "../../../src/worker/cache/file.js";
import type { Chance } from "../chance.js";
import type { Counts } from "../counts.js";

export class Disk {
  slowestMs = 0;
  failing = false;
  /** Whole files only: what is written counts once it is complete. */
  content: Uint8Array | undefined;
  /** A process that was still writing when the next one began has ended after a write of that one: the file is the older one's. */
  isOvertaken = false;
  #begun = 0;
  #newestWritten = 0;
  readonly #chance: Chance;
  readonly #counts: Counts;

  constructor(chance: Chance, counts: Counts) {
    this.#chance = chance;
    this.#counts = counts;
  }

  /** The disk as one thread has it: what it waits for is lost with it. */
  files(clock: Clock): CacheFiles {
    return {
      read: async () => {
        await this.#work(clock, "disk: read");
        return this.content;
      },
      write: async (_path, pieces) => {
        // What is written is taken before the disk is waited for, as a stream of pieces would be.
        const text = [...pieces].join("");
        const turn = ++this.#begun;
        await this.#work(clock, "disk: written");
        this.isOvertaken = turn < this.#newestWritten;
        this.#newestWritten = Math.max(turn, this.#newestWritten);
        this.content = Buffer.from(text);
      },
      removeLeftovers: async () => {},
    };
  }

  async #work(clock: Clock, done: string): Promise<void> {
    const delayMs = this.#chance.next() * this.slowestMs;
    if (delayMs > 0) await new Promise<void>((resolve) => void clock.setTimer(delayMs, resolve));
    if (this.failing) {
      this.#counts.add("disk: failed");
      throw Object.assign(new Error("no space left"), { code: "ENOSPC" });
    }
    this.#counts.add(done);
  }
}
