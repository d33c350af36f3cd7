import fc from "fast-check";
import { describe, it } from "vitest";
import type { Setting } from "../../src/main/reader/api.js";
import { createReader } from "../../src/main/reader/reader.js";
import { markWritersGone, readCounter } from "../../src/memory/facts.js";
import { Region } from "../../src/memory/region.js";
import { RegionWriter } from "../../src/memory/writer/region-writer.js";
import type { ConfigValue, EffectiveChange, ResolvedSetting } from "../../src/shared/types.js";
import { newRegion, testLimits } from "../support/memory/region.js";

const keys = ["a", "b", "c.d", "c.e", "long.key.".repeat(20), "ключ", "f", "g"];
const sources = ["default", "file", "cli", "remote-config"];

const value: fc.Arbitrary<ConfigValue> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.oneof(
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.boolean(),
      fc.constant(null),
    ),
  },
  { weight: 4, arbitrary: fc.string({ maxLength: 200 }) },
  { weight: 2, arbitrary: fc.nat(100_000).map((length) => "x".repeat(length)) },
  {
    weight: 2,
    arbitrary: fc.letrec<{ tree: ConfigValue }>((tie) => ({
      tree: fc.oneof(
        { depthSize: "small" },
        fc.string({ maxLength: 10 }),
        fc.array(tie("tree"), { maxLength: 4 }),
        // msgpackr renames this one key, so that no prototype can be polluted.
        fc.dictionary(
          fc.string({ maxLength: 8 }).filter((name) => name !== "__proto__"),
          tie("tree"),
          { maxKeys: 4, noNullPrototype: true },
        ),
      ),
    })).tree,
  },
);

const setting: fc.Arbitrary<ResolvedSetting> = fc
  .tuple(fc.array(value, { minLength: 1, maxLength: 3 }), fc.nat(sources.length - 3))
  .map(([values, from]) => {
    const layers = values.map((layer, i) => ({
      source: sources[Math.min(from + i, sources.length - 1)] as string,
      value: layer,
    }));
    const top = layers.at(-1) as (typeof layers)[number];
    return { value: top.value, source: top.source, layers };
  });

const changes = fc.dictionary(fc.constantFrom(...keys), fc.option(setting, { nil: undefined, freq: 4 }), {
  noNullPrototype: true,
});

type Command =
  | { readonly do: "publish"; readonly changes: { readonly [key: string]: ResolvedSetting | undefined } }
  | { readonly do: "fill"; readonly count: number }
  | { readonly do: "succeed"; readonly gone: boolean }
  | { readonly do: "read"; readonly reader: number; readonly key: string }
  | { readonly do: "handle"; readonly reader: number; readonly key: string }
  | { readonly do: "view"; readonly reader: number };

const reader = fc.nat(2);
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 6, arbitrary: changes.map((c): Command => ({ do: "publish", changes: c })) },
  { weight: 1, arbitrary: fc.nat(1_500).map((count): Command => ({ do: "fill", count })) },
  { weight: 1, arbitrary: fc.boolean().map((gone): Command => ({ do: "succeed", gone })) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("read" as const), reader, key: fc.constantFrom(...keys) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("handle" as const), reader, key: fc.constantFrom(...keys) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("view" as const), reader }) },
);

/** One region, its writers, and a plain map that says what readers must see. */
class World {
  readonly #region = newRegion(64 * 2 ** 20);
  readonly #readers = [0, 1, 2].map(() => createReader(new Region(this.#region.memory)));
  readonly #handles = new Map<string, Setting<ConfigValue | undefined>>();
  #state = new Map<string, ResolvedSetting>();
  #writer = this.#newWriter();
  #isNew = true;
  #sequenceId = 0;
  #pending = 0;

  run(command: Command): void {
    switch (command.do) {
      case "publish":
        this.#publish(command.changes);
        return;
      case "fill": {
        const filler = {
          value: this.#sequenceId,
          source: "file",
          layers: undefined,
        };
        this.#publish(Object.fromEntries(Array.from({ length: command.count }, (_, i) => [`fill.${i}`, filler])));
        return;
      }
      case "succeed":
        // Without its end being known, only so many arenas can be left behind.
        if (command.gone || ++this.#pending > 10) {
          markWritersGone(this.#region);
          this.#pending = 0;
        }
        this.#writer = this.#newWriter();
        this.#isNew = true;
        return;
      case "read":
        this.#checkKey(command.reader, command.key);
        return;
      case "handle":
        this.#checkHandle(command.reader, command.key);
        return;
      case "view":
        this.#checkView(command.reader);
        return;
    }
  }

  checkAll(): void {
    for (const index of this.#readers.keys()) {
      for (const key of keys) {
        this.#checkKey(index, key);
        this.#checkHandle(index, key);
      }
      this.#checkView(index);
    }
    same(readCounter(this.#region, "checksumMismatches"), 0, "checksum mismatches");
    same(readCounter(this.#region, "contendedReads"), 0, "contended reads");
  }

  #newWriter(): RegionWriter {
    return new RegionWriter(this.#region, testLimits, () => 1, { publishesPerArena: 12 });
  }

  #publish(values: { readonly [key: string]: ResolvedSetting | undefined }): void {
    // A new writer begins with a whole state, as the engine does: here with the old one and the changes.
    const all = this.#isNew ? { ...Object.fromEntries(this.#state), ...values } : values;
    const changes = Object.entries(all).map(([key, setting]): EffectiveChange => {
      return { key, setting, oldValue: this.#isNew ? undefined : this.#state.get(key)?.value, valueChanged: true };
    });
    this.#writer.publish({ sequenceId: ++this.#sequenceId, origin: `origin ${this.#sequenceId % 3}`, changes });
    this.#isNew = false;
    for (const [key, setting] of Object.entries(values)) {
      if (setting === undefined) this.#state.delete(key);
      else this.#state.set(key, setting);
    }
  }

  #checkKey(index: number, key: string): void {
    const expected = this.#state.get(key);
    const from = this.#readers[index] as ReturnType<typeof createReader>;
    same(from.get(key), expected?.value, `get ${key}`);
    same(from.getSource(key), expected?.source ?? "", `source of ${key}`);
    same(from.getAllSources(key), expected?.layers ?? [], `layers of ${key}`);
  }

  #checkHandle(index: number, key: string): void {
    const name = `${index} ${key}`;
    const made = this.#handles.get(name) ?? this.#readers[index]?.setting(key).as((held) => held);
    if (made === undefined) throw new Error("no reader");
    this.#handles.set(name, made);
    same(made.value, this.#state.get(key)?.value, `handle ${key}`);
  }

  #checkView(index: number): void {
    const view = (this.#readers[index] as ReturnType<typeof createReader>).view();
    same(view.sequenceId, this.#sequenceId, "sequence id of a view");
    if (this.#sequenceId > 0) same(view.origin, `origin ${this.#sequenceId % 3}`, "origin of a view");
    same(view.keys(), [...this.#state.keys()].sort(), "keys of a view");
    for (const [key, { value, source }] of this.#state) {
      same(view.get(key), value, `view of ${key}`);
      same(view.getSource(key), source, `source of ${key} in a view`);
    }
  }
}

function same(actual: unknown, expected: unknown, what: string): void {
  if (Object.is(actual, expected)) return;
  const [is, should] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (is !== should) throw new Error(`${what}: ${is?.slice(0, 200)} instead of ${should?.slice(0, 200)}`);
}

describe("random publishes, successions and reads", () => {
  it("give what a plain map gives", { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(fc.array(command, { minLength: 1, maxLength: 80, size: "max" }), (commands) => {
        const world = new World();
        for (const each of commands) world.run(each);
        world.checkAll();
      }),
      { numRuns: Number(process.env.MEMORY_RANDOM_RUNS ?? 100), interruptAfterTimeLimit: 8_000 },
    );
  });
});
