import type { ConfigChange } from "configstream-consumer";
import { describe, expect, it } from "vitest";
import { newConsumer, readyConsumer, sample, startAgent, type Tidy, until } from "./support.js";
import { commands, probe } from "./words.mjs";

/** Writes are counted, and no worker dies at one. */
const unarmed = -1;

/** A consumer whose workers can be made to die at a certain write to shared memory, and a subscriber that checks. */
async function mortalConsumer(tidy: Tidy) {
  const defaults = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`filler.${i}`, i]));
  // In turn, so that the last batch of a dead worker never has the key that its last publish changed.
  const keys = ["a.0", "a.1", "a.2"];
  const start = Object.fromEntries(keys.map((key, index) => [key, index - keys.length]));
  const agent = await startAgent(tidy, { defaults: { ...defaults, ...start } });
  const { consumer, words } = newConsumer(tidy, agent);
  Atomics.store(words, probe.writesLeft, unarmed);
  await consumer.start();
  await consumer.waitReady();
  const handles = keys.map((key) => consumer.reader().setting(key).asInt());
  const changes: ConfigChange[] = [];
  consumer.subscribe({ onChange: (change) => changes.push(change) });
  /**
   * Sets the next key to the next number, and waits until it has been reported; nothing but old and new may be read meanwhile.
   */
  const follow = async (value: number): Promise<void> => {
    const turn = value % keys.length;
    const key = keys[turn] as string;
    const oldValue = value - keys.length;
    agent.set(key, value);
    await until(() => {
      expect([oldValue, value]).toContain(handles[turn]?.value);
      return changes.length > value && handles[turn]?.value === value;
    });
    expect(changes.at(-1)).toMatchObject({ key, oldValue, newValue: value });
    expect(changes).toHaveLength(value + 1);
  };
  return { agent, consumer, words, follow };
}

describe("a worker that dies", () => {
  it("at each write to shared memory that an update makes: readers go on, and each change is told once", {
    timeout: 180_000,
  }, async ({ onTestFinished: tidy }) => {
    const { consumer, words, follow } = await mortalConsumer(tidy);
    let value = 0;
    for (let write = 1; ; write++) {
      const before = Atomics.load(words, probe.strikes);
      Atomics.store(words, probe.writesLeft, write);
      await follow(value++);
      // It may have died after the change was reported, and the write at which it dies may be that of the heartbeat, a second
      // later.
      const survived = Atomics.exchange(words, probe.writesLeft, unarmed) > 0 && write > 5;
      if (survived && Atomics.load(words, probe.strikes) === before) break;
      await until(() => consumer.status().workerRestarts === Atomics.load(words, probe.strikes));
      await until(() => consumer.status().state === "live");
    }
    const deaths = Atomics.load(words, probe.strikes);
    expect(deaths).toBeGreaterThan(15);
    expect(await sample(consumer, "worker_restarts")).toBe(deaths);
  });

  it("while it takes over from one that died, at any write: the next one takes over, and each change is told once", {
    timeout: 180_000,
  }, async ({ onTestFinished: tidy }) => {
    const { consumer, words, follow } = await mortalConsumer(tidy);
    const many = 1_000_000;
    let value = 0;
    /** Lets the worker die, and the next one at a certain write; gives how many it made. */
    const takeOver = async (write: number): Promise<number> => {
      const lives = Atomics.load(words, probe.lives);
      Atomics.store(words, probe.writesLeft, write);
      Atomics.store(words, probe.command, commands.exit);
      await until(() => Atomics.load(words, probe.lives) > lives);
      await follow(value++);
      const left = Atomics.load(words, probe.writesLeft);
      Atomics.store(words, probe.writesLeft, unarmed);
      return write - left;
    };
    const writes = await takeOver(many);
    expect(writes).toBeGreaterThan(1_000);
    const restarts = consumer.status().workerRestarts;
    const steps = 18;
    // More of them at both ends, where the steps differ from each other.
    const at = Array.from({ length: steps }, (_, i) => {
      const third = Math.floor(steps / 3);
      if (i < third) return 3 + i * 9;
      if (i < 2 * third) return writes - 2 - (i - third) * 4;
      return Math.floor((writes * (i - 2 * third + 1)) / (third + 1));
    });
    for (const write of at) await takeOver(write);
    // Each time the one that was made to exit, and mostly the one that took over from it.
    expect(consumer.status().workerRestarts - restarts).toBeGreaterThan(steps * 1.5);
  });

  it("by an uncaught error, an unhandled rejection, an exit, or for want of memory, is replaced; the status says why", {
    timeout: 60_000,
  }, async ({ onTestFinished: tidy }) => {
    const agent = await startAgent(tidy);
    const { consumer, words } = await readyConsumer(tidy, agent, {
      resourceLimits: { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 8 },
    });
    const ways: [number, RegExp][] = [
      [commands.throw, /uncaught Error at .*probe-entry\.mjs/],
      [commands.reject, /uncaught Error at .*probe-entry\.mjs/],
      [commands.exit, /terminated or exited \(exit code 3\)/],
      [commands.fillMemory, /ran out of memory\. Raise the option resourceLimits/],
    ];
    let value = 1;
    for (const [index, [command, reason]] of ways.entries()) {
      Atomics.store(words, probe.command, command);
      await until(() => consumer.status().workerRestarts === index + 1);
      expect(consumer.status().lastError).toMatchObject({
        code: "worker_died",
        message: expect.stringMatching(reason),
      });
      agent.set("a.b", ++value);
      await until(() => consumer.reader().getInt("a.b") === value);
      await until(() => consumer.status().state === "live");
    }
  });
});
