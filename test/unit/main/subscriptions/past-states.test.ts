import { describe, expect, it } from "vitest";
import { Unreadable } from "../../../../src/main/reader/unreadable.js";
import { createView } from "../../../../src/main/reader/view.js";
import { Subscriptions } from "../../../../src/main/subscriptions/subscriptions.js";
import { newestPublish } from "../../../../src/memory/arena-reader.js";
import { markWritersGone } from "../../../../src/memory/facts.js";
import { header } from "../../../../src/memory/layout.js";
import { Mirror } from "../../../../src/memory/reader/mirror.js";
import { createRegionMemory, Region } from "../../../../src/memory/region.js";
import { RegionWriter } from "../../../../src/memory/writer/region-writer.js";
import { silentLogger } from "../../../../src/shared/logger.js";
import type { ChangeBatch } from "../../../../src/shared/messages.js";
import type { ConfigValue, EffectiveChange } from "../../../../src/shared/types.js";
import { Notifier } from "../../../../src/worker/telling/notifier.js";

const limits = { maxKeys: 10_000, maxValueBytes: 1_000_000, maxRegionBytes: 64 * 1024 * 1024 };

/** Numbers from 0 to 1, the same for the same seed. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

type State = { readonly [key: string]: ConfigValue };

/** A writer and subscribers, with the port between them: batches wait until `arrive`. */
class Line {
  readonly region = new Region(createRegionMemory(limits.maxRegionBytes));
  readonly #mirror = new Mirror(this.region);
  readonly #publishesPerArena: number;
  #writer: RegionWriter;
  #batches: ChangeBatch[] = [];
  #state: { [key: string]: ConfigValue } = {};
  #sequenceId = 0;
  /** Happens once, just when a state has been read. */
  whenStateIsRead = (): void => {};
  readonly subscriptions = new Subscriptions({
    bufferSize: 1_000,
    logger: silentLogger,
    onActive: (active) => this.notifier.setActive(active),
    onOverflow: () => {},
    publishNumber: () => newestPublish(this.region),
    state: () => {
      const state = this.#mirror.state();
      const then = this.whenStateIsRead;
      this.whenStateIsRead = () => {};
      then();
      return state;
    },
    view: (state) => createView(state, new Unreadable(this.region)),
  });
  readonly notifier = new Notifier({
    send: (batch) => this.#batches.push(batch),
    poll: () => {},
    publishNumber: () => newestPublish(this.region),
    maxBatch: 8,
    maxWaiting: 10_000,
  });

  constructor(publishesPerArena = 1_000) {
    this.#publishesPerArena = publishesPerArena;
    this.#writer = this.#newWriter();
  }

  /** The state that the last publish made. */
  get state(): State {
    return { ...this.#state };
  }

  publish(next: State, source = "file"): void {
    const changes: EffectiveChange[] = [];
    for (const key of new Set([...Object.keys(this.#state), ...Object.keys(next)])) {
      const [oldValue, value] = [this.#state[key], next[key]];
      if (oldValue === value) continue;
      const setting = value === undefined ? undefined : { value, source, layers: undefined };
      changes.push({ key, oldValue, setting, valueChanged: true } as EffectiveChange);
    }
    this.#state = { ...next };
    const publication = { sequenceId: ++this.#sequenceId, origin: "line", changes };
    this.#writer.prepare(publication);
    this.#writer.publish(publication);
    this.notifier.notify(publication);
  }

  /** A worker dies, and the next one publishes the whole state in an arena of its own. */
  die(): void {
    this.arrive();
    markWritersGone(this.region);
    this.subscriptions.allTold();
    this.#writer = this.#newWriter();
    const changes = Object.entries(this.#state).map(
      ([key, value]) =>
        ({
          key,
          oldValue: value,
          setting: { value, source: "file", layers: undefined },
          valueChanged: false,
        }) as EffectiveChange,
    );
    const publication = { sequenceId: ++this.#sequenceId, origin: "line", changes };
    this.#writer.prepare(publication);
    this.#writer.publish(publication);
    this.notifier.notify(publication);
  }

  /** All that was sent arrives, with what is sent then. */
  arrive(): void {
    for (let batch = this.#batches.shift(); batch !== undefined; batch = this.#batches.shift()) {
      this.subscriptions.deliver(batch);
      this.notifier.acknowledged();
    }
  }

  #newWriter(): RegionWriter {
    return new RegionWriter(this.region, limits, () => 1, { publishesPerArena: this.#publishesPerArena });
  }
}

describe("the view of a change set", () => {
  it("is of exactly the set's publish, though others have come before the set arrived", () => {
    const line = new Line();
    line.publish({ a: 0, b: 0, gone: 0 });
    const seen: unknown[] = [];
    line.subscriptions.changeSets({
      onChange: ({ view }) => seen.push([view.sequenceId, view.allSettings(), view.getSource("a")]),
    });
    line.publish({ a: 1, b: 1, gone: 0 });
    line.publish({ a: 2, b: 2, added: 2 }, "cli");
    line.publish({ a: 3, b: 2 });
    line.arrive();
    expect(seen).toEqual([
      [2, { a: 1, b: 1, gone: 0 }, "file"],
      [3, { a: 2, b: 2, added: 2 }, "cli"],
      [4, { a: 3, b: 2 }, "file"],
    ]);
  });

  it("has what was published while the first subscriber was being made", () => {
    const line = new Line();
    line.publish({ a: 0, b: 0 });
    line.whenStateIsRead = () => line.publish({ a: 1, b: 0 });
    const seen: unknown[] = [];
    line.subscriptions.changeSets({ onChange: ({ view }) => seen.push(view.allSettings()) });
    line.publish({ a: 1, b: 2 });
    line.publish({ a: 1, b: 3 });
    line.arrive();
    expect(seen).toEqual([
      { a: 1, b: 2 },
      { a: 1, b: 3 },
    ]);
  });

  it("is the same whether it is asked for at once or much later", () => {
    const line = new Line();
    line.publish({ a: 0 });
    const sets: { readonly view: { getInt(key: string): number } }[] = [];
    line.subscriptions.changeSets({ onChange: (set) => sets.push(set) });
    for (let a = 1; a <= 50; a++) {
      line.publish({ a });
      if (a % 7 === 0) line.arrive();
    }
    line.arrive();
    expect(sets.map(({ view }) => view.getInt("a"))).toEqual(Array.from({ length: 50 }, (_, at) => at + 1));
  });

  it.each([1, 2, 3])("equals what was published, in random histories with dead workers and new arenas (%i)", (seed) => {
    const chance = random(seed);
    const line = new Line(5);
    const states = new Map<number, State>();
    let checked = 0;
    const check = ({
      sequenceId,
      view,
    }: {
      sequenceId: number;
      view: { allFlattenedSettingsWithSequenceId(): object };
    }) => {
      const settings = states.get(sequenceId);
      expect(view.allFlattenedSettingsWithSequenceId()).toEqual({ settings, sequenceId });
      checked++;
    };
    line.subscriptions.changeSets({ onChange: check });
    let sequenceId = 0;
    for (let step = 0; step < 400; step++) {
      const dice = chance();
      if (dice < 0.2) line.arrive();
      else if (dice < 0.23 && sequenceId > 0) {
        line.die();
        sequenceId++;
      } else {
        const next: { [key: string]: ConfigValue } = line.state;
        const keys = 1 + Math.floor(chance() * 12);
        for (let at = 0; at < keys; at++) {
          const key = `k${Math.floor(chance() * (20 + step * 4))}`;
          if (chance() < 0.3) delete next[key];
          else next[key] = step;
        }
        line.publish(next);
        states.set(++sequenceId, line.state);
      }
    }
    line.arrive();
    expect(checked).toBeGreaterThan(100);
  });

  it("begins with the first subscriber, and is never older than its set when that came while others were there", () => {
    const line = new Line();
    using _events = line.subscriptions.subscribe();
    line.publish({ a: 1 });
    const seen: unknown[] = [];
    line.publish({ a: 2 });
    line.subscriptions.changeSets({ onChange: ({ view }) => seen.push(view.getInt("a")) });
    line.publish({ a: 3 });
    line.publish({ a: 4 });
    line.arrive();
    expect(seen).toEqual([3, 4]);
  });
});

describe("a subscription that lasts longer than half of all publish numbers", () => {
  it.each([130, 200])("is told of the changes of its keys that come after others have filled %i arenas", (arenas) => {
    const line = new Line(3);
    line.publish({ a: 0, rare: 0 });
    const told: unknown[] = [];
    const sets: unknown[] = [];
    line.subscriptions.subscribe({ key: "rare", onChange: ({ newValue }) => told.push(newValue) });
    line.subscriptions.changeSets({ key: "rare", onChange: ({ view }) => sets.push(view.allSettings()) });
    const first = line.region.load(header.arena);
    for (let a = 1; line.region.load(header.arena) < first + arenas; a++) {
      line.publish({ a, rare: 0 });
      line.arrive();
    }
    for (const rare of [1, 2, 3]) line.publish({ a: 0, rare });
    line.arrive();
    expect(told).toEqual([1, 2, 3]);
    expect(sets).toEqual([1, 2, 3].map((rare) => ({ a: 0, rare })));
  });

  it.each([130, 200, 300])("is told of the first change after %i workers that have died without one", (deaths) => {
    const line = new Line();
    line.publish({ a: 0 });
    const told: unknown[] = [];
    const sets: unknown[] = [];
    line.subscriptions.subscribe({ onChange: ({ newValue }) => told.push(newValue) });
    line.subscriptions.changeSets({ onChange: ({ view }) => sets.push(view.getInt("a")) });
    for (let i = 0; i < deaths; i++) line.die();
    for (const a of [1, 2, 3]) line.publish({ a });
    line.arrive();
    expect([told, sets]).toEqual([
      [1, 2, 3],
      [1, 2, 3],
    ]);
  });
});
