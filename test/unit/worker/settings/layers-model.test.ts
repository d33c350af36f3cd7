/** Random histories of a core agent, sent in each dialect, against what the core agent holds. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Dialect, defaultSourcePriority } from "../../../../src/shared/params.js";
import type { ConfigValue, ResolvedSetting, SourceValue, WireSetting } from "../../../../src/shared/types.js";
import { equalValues } from "../../../../src/shared/values/equality.js";
import { LayerStore, type Staged } from "../../../../src/worker/settings/layers.js";
import { layersOf } from "../../../../src/worker/settings/priority.js";

const sources = ["default", "file", "agent-runtime", "cli"] as const;
const keys = ["log_level", "tags", "s.a", "s.b", "s.t.c", "s.t.d", "s.labels", "o.x"] as const;
/** Settings that hold maps, as opposed to sections. */
const mapKeys: readonly string[] = ["tags", "s.labels"];

type Step = { source: string; key: string; value: ConfigValue | undefined } | "snapshot" | "lost commit";

const scalar = fc.constantFrom<ConfigValue>(0, 1, "1", true, "", "text", []);
const map = fc.constantFrom<ConfigValue>({}, { "a.b": 1 }, { "a.b": 1, c: "x" }, { "c/d": { e: 1 } }, { Capital: 1 });
const stepsOf = (values: fc.Arbitrary<ConfigValue>): fc.Arbitrary<Step[]> =>
  fc.array(
    fc.oneof(
      {
        weight: 10,
        arbitrary: fc
          .record({ source: fc.constantFrom(...sources), key: fc.constantFrom(...keys), unset: fc.nat(2) })
          .chain(({ source, key, unset }) =>
            (mapKeys.includes(key) ? map : values).map((value) => ({
              source,
              key,
              value: unset === 0 ? undefined : value,
            })),
          ),
      },
      { weight: 1, arbitrary: fc.constant<Step>("snapshot") },
      { weight: 1, arbitrary: fc.constant<Step>("lost commit") },
    ),
    { maxLength: 40 },
  );
const steps = stepsOf(scalar);
/** Null is a value of leaves; where whole sections are sent, it cannot be expressed. */
const stepsWithNull = stepsOf(fc.oneof({ weight: 6, arbitrary: scalar }, fc.constant<ConfigValue>(null)));

/** What a core agent holds: sources, lowest first, each with its settings. */
class Model {
  readonly layers = new Map<string, Map<string, ConfigValue>>(sources.map((source) => [source, new Map()]));

  winner(key: string): SourceValue | undefined {
    for (const source of sources.toReversed()) {
      const value = this.layers.get(source)?.get(key);
      if (value !== undefined) return { source, value };
    }
    return undefined;
  }

  get values(): Map<string, ConfigValue> {
    const winners = keys.map((key) => [key, this.winner(key)?.value] as const);
    return new Map(winners.filter((entry): entry is [(typeof keys)[number], ConfigValue] => entry[1] !== undefined));
  }

  /** The settings of one top-level section as a nested value; `undefined` when there are none. */
  section(name: string, read: (key: string) => ConfigValue | undefined): ConfigValue | undefined {
    const root: { [key: string]: ConfigValue } = {};
    for (const key of keys) {
      const value = read(key);
      const path = key.split(".");
      if (value === undefined || path[0] !== name) continue;
      let node = root;
      for (const part of path.slice(0, -1)) {
        node[part] ??= {};
        node = node[part] as { [key: string]: ConfigValue };
      }
      node[path.at(-1) ?? ""] = value;
    }
    return root[name];
  }
}

interface Speaker {
  snapshot(model: Model): WireSetting[];
  /** The update after one layer of a key changed, or none. */
  update(model: Model, key: string, source: string, before: SourceValue | undefined, removed: boolean): WireSetting[];
}

const plain = (source: string, key: string, value: ConfigValue): WireSetting => ({
  source,
  key,
  value,
  unsetSource: "",
});
const sectionNames = [...new Set(keys.map((key) => key.split(".")[0] ?? ""))];

function leaves(model: Model): WireSetting[] {
  return keys.flatMap((key) => {
    const winner = model.winner(key);
    return winner === undefined ? [] : [plain(winner.source, key, winner.value)];
  });
}

const newest: Speaker = {
  snapshot: leaves,
  update(model, key, source, before, removed) {
    const now = model.winner(key);
    if (removed) return [{ source: now?.source ?? "", key, value: now?.value ?? null, unsetSource: source }];
    return now === undefined || (before !== undefined && equalValues(now.value, before.value))
      ? []
      : [plain(now.source, key, now.value)];
  },
};

/** As real core agents: some key has a dot at any time, which shows that no whole sections are sent. */
const newestAlways: Speaker = {
  snapshot: (model) => [...leaves(model), plain("default", "agent.version", 1)],
  update: newest.update,
};

/** As v0.84: an unset is a plain update with the layer that wins then. */
const leaf: Speaker = {
  snapshot: leaves,
  update(model, key, source, before) {
    const now = model.winner(key);
    const gone: WireSetting = { source: "", key, value: null, unsetSource: source };
    if (now === undefined) return before === undefined ? [] : [gone];
    return before !== undefined && equalValues(now.value, before.value) ? [] : [plain(now.source, key, now.value)];
  },
};

/** As up to v0.83.3: the source and value of each set, also when it loses; the cleared source with the value that is left. */
const old: Speaker = {
  snapshot: leaves,
  update(model, key, source, before, removed) {
    if (!removed) return [plain(source, key, model.layers.get(source)?.get(key) ?? null)];
    const now = model.winner(key);
    if (now === undefined) return before === undefined ? [] : [{ source: "", key, value: null, unsetSource: source }];
    return [plain(source, key, now.value)];
  },
};

const merged: Speaker = {
  snapshot: (model) =>
    sectionNames.flatMap((name) => {
      const value = model.section(name, (key) => model.winner(key)?.value);
      const source = keys.some((key) => key === name) ? (model.winner(name)?.source ?? "unknown") : "unknown";
      return value === undefined ? [] : [plain(source, name, value)];
    }),
  update: leaf.update,
};

const perSource: Speaker = {
  snapshot: (model) =>
    sources.flatMap((source) =>
      sectionNames.flatMap((name) => {
        const value = model.section(name, (key) => model.layers.get(source)?.get(key));
        return value === undefined ? [] : [plain(source, name, value)];
      }),
    ),
  update(model, key, source) {
    const name = key.split(".")[0] ?? "";
    const value = model.section(name, (inner) => model.layers.get(source)?.get(inner));
    return [plain(source, name, value ?? null)];
  },
};

/** As real core agents: some key comes from two sources at any time, which shows the dialect. */
const perSourceAlways: Speaker = {
  snapshot: (model) => [...perSource.snapshot(model), plain("default", "version", 1), plain("file", "version", 2)],
  update: perSource.update,
};

/** Follows a store through its changes alone, and checks that each is a real one. */
class Follower {
  readonly store: LayerStore;
  readonly settings = new Map<string, ResolvedSetting>();

  constructor(dialect: Dialect | "auto") {
    const limits = { maxKeys: 100, maxValueBytes: 1_000, maxRegionBytes: 1_000 };
    this.store = new LayerStore({
      clientName: "c",
      overrides: [],
      sourcePriority: defaultSourcePriority,
      dialect,
      limits,
    });
  }

  follow(staged: Staged): void {
    staged.commit();
    expect(new Set(staged.changes.map(({ key }) => key)).size).toBe(staged.changes.length);
    for (const { key, setting, oldValue, valueChanged } of staged.changes) {
      const before = this.settings.get(key);
      expect(oldValue).toEqual(before?.value);
      expect(setting).not.toEqual(before);
      expect(valueChanged).toBe(
        before === undefined || setting === undefined || JSON.stringify(before.value) !== JSON.stringify(setting.value),
      );
      if (setting === undefined) this.settings.delete(key);
      else this.settings.set(key, setting);
    }
  }

  get values(): Map<string, ConfigValue> {
    const known = [...this.settings].filter(([key]) => key !== "version" && key !== "agent.version");
    return new Map(known.map(([key, setting]) => [key, setting.value]));
  }
}

function play(speaker: Speaker, dialect: Dialect | "auto", script: readonly Step[]): number {
  let ambiguous = 0;
  const model = new Model();
  const follower = new Follower(dialect);
  follower.follow(follower.store.applySnapshot(speaker.snapshot(model)));
  for (const step of script) {
    if (step === "snapshot") {
      const staged = follower.store.applySnapshot(speaker.snapshot(model));
      expect(staged.changes.filter((change) => change.valueChanged)).toEqual([]);
      follower.follow(staged);
    } else if (step === "lost commit") {
      follower.store.applySnapshot([plain("cli", "zzz.z", 1)]);
      follower.store.applyUpdate(plain("cli", "s.a", "lost"));
    } else {
      const { source, key, value } = step;
      const before = model.winner(key);
      const layer = model.layers.get(source);
      const removed = value === undefined;
      const differs = removed ? layer?.delete(key) === true : layer?.set(key, value) !== undefined;
      const updates = differs ? speaker.update(model, key, source, before, removed) : [];
      for (const update of updates) {
        const staged = follower.store.applyUpdate(update);
        follower.follow(staged);
        if (!staged.ambiguous) continue;
        // As the consumer does, by reopening the stream.
        ambiguous++;
        follower.follow(follower.store.applySnapshot(speaker.snapshot(model)));
      }
    }
    expect(follower.values).toEqual(model.values);
  }
  return ambiguous;
}

describe("the layer store, told any history of a core agent", () => {
  it.each<[string, Speaker, Dialect | "auto"]>([
    ["newest", newestAlways, "auto"],
    // A null of a key without a dot may then take a section away: it is looked up by another snapshot.
    ["newest, told nothing of sections", newest, "auto"],
    ["newest, by name", newest, "newest"],
    ["leaf", leaf, "auto"],
    ["leaf, by name", leaf, "leaf"],
    ["old", old, "auto"],
    ["old, by name", old, "leaf"],
    ["old, taken for newest", old, "newest"],
    ["section, merged", merged, "auto"],
    ["section, merged, by name", merged, "section-merged"],
    ["section, per source", perSourceAlways, "auto"],
    ["section, per source, by name", perSource, "section-per-source"],
  ])("holds the values that the core agent holds: %s", (_, speaker, dialect) => {
    fc.assert(
      fc.property(speaker === perSource || speaker === perSourceAlways ? steps : stepsWithNull, (script) => {
        const ambiguous = play(speaker, dialect, script);
        const isClear = speaker !== newest || dialect !== "auto";
        if (isClear && [newest, newestAlways, perSource, perSourceAlways].includes(speaker)) expect(ambiguous).toBe(0);
      }),
      { numRuns: 200 },
    );
  });

  it("holds all layers that the core agent holds, when each source is sent", () => {
    fc.assert(
      fc.property(steps, (script) => {
        const model = new Model();
        const follower = new Follower("section-per-source");
        for (const step of script) {
          if (typeof step === "string") continue;
          const layer = model.layers.get(step.source);
          if (step.value === undefined) layer?.delete(step.key);
          else layer?.set(step.key, step.value);
          for (const update of perSource.update(model, step.key, step.source, undefined, false)) {
            follower.follow(follower.store.applyUpdate(update));
          }
        }
        const again = new Follower("section-per-source");
        again.follow(again.store.applySnapshot(perSource.snapshot(model)));
        expect(follower.settings).toEqual(again.settings);
        for (const key of keys) {
          const layers = sources.flatMap((source) => {
            const value = model.layers.get(source)?.get(key);
            return value === undefined ? [] : [{ source, value }];
          });
          expect(layersOf(follower.settings.get(key))).toEqual(layers);
        }
      }),
    );
  });
});
