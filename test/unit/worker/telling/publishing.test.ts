import { describe, expect, test } from "vitest";
import { newestPublish } from "../../../../src/memory/arena-reader.js";
import { markWritersGone } from "../../../../src/memory/facts.js";
import type { Region } from "../../../../src/memory/region.js";
import { createUntoldMemory, Untold } from "../../../../src/memory/untold.js";
import type { ChangeBatch } from "../../../../src/shared/messages.js";
import type { ConfigValue, EffectiveChange } from "../../../../src/shared/types.js";
import { Notifier } from "../../../../src/worker/telling/notifier.js";
import { publishing } from "../../../../src/worker/telling/publishing.js";
import { publishedSettings } from "../../../../src/worker/telling/takeover.js";
import { change, newRegion, TestWriter } from "../../../support/memory/region.js";

class Death extends Error {}

/** A small reproducible source of chance. */
function newRandom(seed: number) {
  let state = seed;
  return (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** One consumer over several lives of its worker, with everything but threads. `steps` until the worker dies. */
function newWorld(options: { maxUntoldBytes?: number; maxBatch?: number } = {}) {
  const region = newRegion();
  const untoldMemory = createUntoldMemory(options.maxUntoldBytes);
  /** What the worker has sent and the application's thread has not taken. */
  const port: ChangeBatch[] = [];
  const told = new Map<string, ConfigValue>();
  const broken: string[] = [];
  const events: unknown[] = [];
  let lastBatch: ChangeBatch | undefined;
  let lagged = 0;
  /** Acknowledgements that the worker has not looked at. */
  let acknowledged = 0;
  /** Those that it sees only after its next publish. */
  let onTheWay = 0;

  /** The core agent's state, and what the worker that lives makes of it. */
  const state = new Map<string, ConfigValue>();
  let steps = Number.POSITIVE_INFINITY;
  const step = () => {
    if (steps-- <= 0) throw new Death();
  };
  let life: { publish(changes: readonly EffectiveChange[]): void; acknowledged(): void; poll(): void } | undefined;

  const begin = () => {
    const untold = new Untold(untoldMemory);
    const stepwise = {
      add: (changes: Iterable<EffectiveChange>) => {
        step();
        for (const one of changes) {
          untold.add([one]);
          step();
        }
      },
      told: (changes: ChangeBatch["changes"]) => {
        for (const one of changes) {
          untold.told([one]);
          step();
        }
      },
      clear: () => {
        untold.clear();
        step();
      },
      read: () => untold.read(),
    } as unknown as Untold;
    const notifier = new Notifier({
      poll: () => {
        for (; acknowledged > 0; acknowledged--) notifier.acknowledged();
      },
      untold: stepwise,
      maxBatch: options.maxBatch ?? 3,
      maxWaiting: 10,
      publishNumber: () => newestPublish(region),
      send: (batch) => {
        step();
        port.push(batch);
        step();
      },
    });
    notifier.setActive(true);
    const { writer } = new TestWriter(region);
    const states = publishing({
      region,
      notifier,
      untold: stepwise,
      writer: {
        prepare: (publication) => writer.prepare(publication),
        publish(publication) {
          step();
          writer.publish(publication);
          acknowledged += onTheWay;
          onTheWay = 0;
          step();
        },
      },
      onPublished: () => {},
    });
    let sequenceId = 0;
    life = {
      publish(changes) {
        const publication = { sequenceId: ++sequenceId, origin: "test", changes };
        states.show(publication, step);
      },
      acknowledged: () => notifier.acknowledged(),
      poll() {
        acknowledged += onTheWay;
        onTheWay = 0;
        void notifier.active;
      },
    };
  };

  const guarded = (action: () => void) => {
    try {
      action();
    } catch (thrown) {
      if (!(thrown instanceof Death)) throw thrown;
      die();
    }
  };

  const take = () => {
    const batch = port.shift();
    if (batch === undefined) return false;
    lastBatch = batch;
    if (batch.lagged) lagged++;
    for (const { key, oldValue, newValue } of batch.changes) {
      events.push([key, oldValue, newValue]);
      if (told.get(key) !== oldValue) broken.push(`${key}: told ${told.get(key)}, but the old value is ${oldValue}`);
      if (newValue === undefined) told.delete(key);
      else told.set(key, newValue);
    }
    return true;
  };

  /** As the consumer does it. */
  const die = () => {
    life = undefined;
    acknowledged = 0;
    onTheWay = 0;
    steps = Number.POSITIVE_INFINITY;
    while (take());
    markWritersGone(region);
    if (lastBatch !== undefined) new Untold(untoldMemory).told(lastBatch.changes);
  };

  return {
    state,
    told,
    broken,
    events,
    die,
    lagged: () => lagged,
    poll: () => life?.poll(),
    readers: () => publishedSettings(region),
    dieAfter: (count: number) => {
      steps = count;
    },
    /** Changes the core agent's state, which a living worker publishes. */
    set(key: string, value: ConfigValue | undefined) {
      const oldValue = state.get(key);
      if (value === undefined) state.delete(key);
      else state.set(key, value);
      if (life !== undefined) guarded(() => life?.publish([change(key, value, oldValue)]));
    },
    /** Starts a worker, whose first publication is the whole state. */
    revive() {
      if (life !== undefined) return;
      begin();
      guarded(() => life?.publish([...state].map(([key, value]) => change(key, value))));
    },
    /** The application's thread takes a batch, and acknowledges it, which the worker's event loop sees or its next poll. */
    turn(seen: "at once" | "later" = "at once") {
      if (!take()) return;
      if (seen === "later") onTheWay++;
      else guarded(() => life?.acknowledged());
    },
  };
}

function settle(world: ReturnType<typeof newWorld>) {
  world.dieAfter(Number.POSITIVE_INFINITY);
  world.revive();
  for (let i = 0; i < 1_000; i++) {
    world.turn();
    world.poll();
  }
}

describe("a worker that dies", () => {
  test("between publishing and telling leaves the change to the next one, with the value that was told last", () => {
    const world = newWorld();
    world.set("a", 1);
    world.set("d", 1);
    world.revive();
    world.turn();
    // Under way and not acknowledged: what follows waits in the worker.
    world.set("a", 2);
    world.set("d", 2);
    world.set("d", 3);
    world.set("a", 3);
    world.set("a", 4);
    world.set("b", 1);
    world.set("b", undefined);
    world.die();
    world.set("c", 1);
    settle(world);
    expect(world.events).toEqual([
      ["a", undefined, 1],
      ["d", undefined, 1],
      ["a", 1, 2],
      ["a", 2, 4],
      ["d", 1, 3],
      ["c", undefined, 1],
    ]);
    expect(world.lagged()).toBe(0);
  });

  test("at any step of any publish tells each subscriber an unbroken chain that ends at the newest state", () => {
    let deaths = 0;
    for (let seed = 1; seed <= 400; seed++) {
      const random = newRandom(seed);
      const world = newWorld();
      for (let i = 0; i < 40; i++) {
        const dice = random(10);
        if (dice < 6) world.set(`k${random(5)}`, random(4) === 0 ? undefined : random(1_000));
        else if (dice < 8) world.turn(random(2) === 0 ? "at once" : "later");
        else if (random(2) === 0) {
          deaths++;
          world.dieAfter(random(12));
        } else world.revive();
      }
      settle(world);
      expect(world.broken, `seed ${seed}`).toEqual([]);
      expect(new Map([...world.told].sort()), `seed ${seed}`).toEqual(new Map([...world.state].sort()));
      expect(new Map([...world.readers()].sort()), `seed ${seed}`).toEqual(new Map([...world.state].sort()));
    }
    expect(deaths).toBeGreaterThan(500);
  });

  test("with more untold than can be kept makes the next one tell everything anew, marked as lagged", () => {
    const world = newWorld({ maxUntoldBytes: 256, maxBatch: 100 });
    world.set("a", 1);
    world.revive();
    world.turn();
    world.set("a", 2);
    for (let i = 0; i < 50; i++) world.set(`k${i}`, i);
    world.die();
    settle(world);
    expect(world.lagged()).toBe(1);
    expect(world.told).toEqual(world.state);
  });
});

describe("a subscriber that comes while a worker's first state is being published", () => {
  /** What is sent when the subscriber comes in the midst of a worker's publish, and what is left to the next worker. */
  function sentDuring(
    region: Region,
    publication: readonly EffectiveChange[],
    former: readonly EffectiveChange[] = [],
  ) {
    const inbox: (() => void)[] = [];
    const sent: ChangeBatch[] = [];
    const untold = new Untold(createUntoldMemory());
    const notifier = new Notifier({
      poll: () => inbox.shift()?.(),
      publishNumber: () => newestPublish(region),
      send: (batch) => void sent.push(batch),
      maxBatch: 1,
      untold,
    });
    const { writer } = new TestWriter(region);
    let comes = former.length === 0;
    const states = publishing({
      region,
      notifier,
      untold,
      writer: {
        prepare: (wanted) => writer.prepare(wanted),
        publish(wanted) {
          if (comes) inbox.push(() => notifier.setActive(true));
          comes = true;
          writer.publish(wanted);
        },
      },
      onPublished: () => {},
    });
    if (former.length > 0) states.show({ sequenceId: 8, origin: "test", changes: former }, () => {});
    states.show({ sequenceId: 9, origin: "test", changes: publication }, () => {});
    const events = sent.flatMap(({ changes }) =>
      changes.map(({ key, oldValue, newValue }) => [key, oldValue, newValue]),
    );
    return { events, untold: untold.read() };
  }

  test("is told of all settings by the first worker of all, and the next one knows what was not sent yet", () => {
    const { events, untold } = sentDuring(newRegion(), [change("a", 1), change("b", 2)]);
    expect(events).toEqual([["a", undefined, 1]]);
    expect([...(untold ?? [])]).toEqual([
      ["a", 1],
      ["b", undefined],
    ]);
  });

  test("is told of the net difference by a worker that replaces another", () => {
    const region = newRegion();
    new TestWriter(region).publish({ same: 1, changed: 1 });
    markWritersGone(region);
    expect(sentDuring(region, [change("same", 1), change("changed", 2)]).events).toEqual([["changed", 1, 2]]);
  });

  test("in the midst of a later publish is told as well, and the next worker knows what was not sent yet", () => {
    const later = [change("a", 2, 1), change("b", 3, 2)];
    const { events, untold } = sentDuring(newRegion(), later, [change("a", 1), change("b", 2)]);
    expect(events).toEqual([["a", 1, 2]]);
    expect([...(untold ?? [])]).toEqual([
      ["a", 2],
      ["b", 2],
    ]);
  });
});
