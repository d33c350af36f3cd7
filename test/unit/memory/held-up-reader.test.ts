import { expect, it } from "vitest";
import { blockOf, header } from "../../../src/memory/layout.js";
import { KeyReader } from "../../../src/memory/reader/key-reader.js";
import { Region } from "../../../src/memory/region.js";
import { newRegion, TestWriter, testLimits } from "../../support/memory/region.js";

/** Of a reader that is held up once, after it has looked which arena is the present one. */
class HoldingRegion extends Region {
  meanwhile: (() => void) | undefined;

  override load(word: number): number {
    const value = super.load(word);
    if (word !== header.arena) return value;
    const { meanwhile } = this;
    this.meanwhile = undefined;
    meanwhile?.();
    return value;
  }
}

/** Of a writer that dies before it sends readers to an arena in this block. */
class FatalRegion extends Region {
  fatalBlock = -1;
  #isDead = false;

  override compareExchange(word: number, expected: number, value: number): number {
    this.#isDead ||= word === header.arena && blockOf(value) === this.fatalBlock;
    this.#live();
    return super.compareExchange(word, expected, value);
  }

  override store(word: number, value: number): void {
    this.#live();
    super.store(word, value);
  }

  override exchange(word: number, value: number): number {
    this.#live();
    return super.exchange(word, value);
  }

  #live(): void {
    if (this.#isDead) throw new Error("The writer is dead.");
  }
}

it("a reader that was held up while its arena's block came to serve an arena that no reader was sent to reads the present arena", () => {
  const { memory } = newRegion();
  const own = new FatalRegion(memory);
  const writer = new TestWriter(own, testLimits, 2);
  writer.publish({ a: 0 });
  const region = new HoldingRegion(memory);
  const reader = new KeyReader(region);
  let present = 0;
  region.meanwhile = () => {
    own.fatalBlock = blockOf(region.load(header.arena));
    expect(() => {
      for (;;) {
        writer.publish({ a: present + 1 });
        present += 1;
      }
    }).toThrow("dead");
  };
  expect(reader.entry("a").state.value).toBe(present);
  expect(present).toBeGreaterThan(2);
});
