/** The dialects as the core agent of this package speaks them, understood by the consumer's layer store. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { wholeState } from "../../../../packages/configstream/src/core-agent/dialects/dialect.js";
import { createSpokenDialect } from "../../../../packages/configstream/src/core-agent/dialects/spoken.js";
import {
  createLayerStore,
  createSourceOrder,
} from "../../../../packages/configstream/src/core-agent/settings/layer-store.js";
import { type Dialect, defaultSourcePriority } from "../../../../src/shared/params.js";
import type { ConfigValue, ResolvedSetting } from "../../../../src/shared/types.js";
import { LayerStore, type Staged } from "../../../../src/worker/settings/layers.js";
import { layersOf } from "../../../../src/worker/settings/priority.js";
import { toldSnapshot } from "../../../support/agents/told-snapshot.js";
import { type LayerStep, layerStep } from "../../../support/suites/random-settings.js";

class Pair {
  readonly agent = createLayerStore(defaultSourcePriority);
  readonly visible = new Map<string, ResolvedSetting>();
  ambiguous = 0;
  /** Keys whose winner changed without a word, because its value did not. */
  readonly #untold = new Set<string>();
  readonly #dialect;
  readonly #store;

  constructor(spoken: Dialect, expected: Dialect | "auto") {
    this.#dialect = createSpokenDialect(spoken, this.agent.settings, createSourceOrder(defaultSourcePriority));
    this.#store = new LayerStore({
      clientName: "c",
      overrides: [],
      sourcePriority: defaultSourcePriority,
      dialect: expected,
      limits: { maxKeys: 100, maxValueBytes: 1_000, maxRegionBytes: 1_000 },
    });
  }

  /** What the core agent holds; a winner of an equal value, which is not told, with the source that the consumer knows. */
  get told(): Map<string, ResolvedSetting> {
    const told = new Map<string, ResolvedSetting>(this.agent.settings);
    for (const key of this.#untold) {
      const setting = told.get(key);
      if (setting !== undefined) told.set(key, { ...setting, source: this.visible.get(key)?.source ?? setting.source });
    }
    return told;
  }

  snapshot(): void {
    this.#untold.clear();
    const { settings, allLayers } = toldSnapshot(this.#dialect, this.agent.settings);
    this.#follow(this.#store.applySnapshot(settings, allLayers));
  }

  step({ key, source, value }: LayerStep): void {
    const change = value === undefined ? this.agent.unset(key, source) : this.agent.set(key, value, source);
    const update = change === undefined ? undefined : this.#dialect.update(change);
    const isUntold = update === undefined && change?.before?.source !== change?.after?.source;
    if (change !== undefined && isUntold) this.#untold.add(change.key);
    else if (change !== undefined && update !== undefined) this.#untold.delete(change.key);
    if (update === wholeState) this.snapshot();
    if (update === undefined || update === wholeState) return;
    const staged = this.#store.applyUpdate(update);
    this.#follow(staged);
    // As the consumer does, by opening the stream anew.
    if (staged.ambiguous) this.ambiguous++;
    if (staged.ambiguous) this.snapshot();
  }

  #follow(staged: Staged): void {
    staged.commit();
    for (const { key, setting } of staged.changes) {
      if (setting === undefined) this.visible.delete(key);
      else this.visible.set(key, setting);
    }
  }
}

type Aspect = (settings: ReadonlyMap<string, ResolvedSetting>) => Map<string, unknown>;
const values: Aspect = (settings) => new Map([...settings].map(([key, { value }]) => [key, value]));
const winners: Aspect = (settings) =>
  new Map([...settings].map(([key, { value, source }]) => [key, { value, source }]));
const layers: Aspect = (settings) => new Map([...settings].map(([key, setting]) => [key, layersOf(setting)]));

/** As in real core agents, some setting has two layers at any time, by which the dialect is known. */
const marker: readonly LayerStep[] = [
  { key: "version", source: "default", value: 1 },
  { key: "version", source: "file", value: 2 },
];
/** Of a setting outside of sections, senders of merged sections and of one source's sections say the same. */
const oneLayerAtTheTop = (key: string) => (key.includes(".") ? ["default", "file", "cli"] : ["file"]);

describe("the consumer holds what the core agent holds, after every change", () => {
  it.each<[Dialect, Dialect | "auto", Aspect, ((key: string) => readonly string[]) | undefined]>([
    ["newest", "auto", winners, undefined],
    ["newest", "newest", winners, undefined],
    ["leaf", "auto", winners, undefined],
    ["leaf", "leaf", winners, undefined],
    ["section-merged", "auto", values, oneLayerAtTheTop],
    ["section-merged", "section-merged", values, undefined],
    ["section-per-source", "auto", layers, undefined],
    ["section-per-source", "section-per-source", layers, undefined],
  ])("spoken %s, understood as %s", (spoken, expected, aspect, sourcesOf) => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            { weight: 12, arbitrary: layerStep(sourcesOf, spoken === "section-per-source" ? [] : [null]) },
            fc.constant<"resync">("resync"),
          ),
          {
            maxLength: 60,
          },
        ),
        (script) => {
          const pair = new Pair(spoken, expected);
          for (const step of marker) pair.agent.set(step.key, step.value as ConfigValue, step.source);
          pair.agent.set("always.there", 1, "default");
          pair.snapshot();
          if (spoken === "newest") expect(layers(pair.visible)).toEqual(layers(pair.agent.settings));
          for (const step of script) {
            if (step === "resync") pair.snapshot();
            else pair.step(step);
            expect(aspect(pair.visible)).toEqual(aspect(pair.told));
            if (step === "resync" && spoken === "newest")
              expect(layers(pair.visible)).toEqual(layers(pair.agent.settings));
          }
          if (spoken === "newest" || spoken === "section-per-source") expect(pair.ambiguous).toBe(0);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe("a consumer that starts late", () => {
  it.each<[Dialect | "auto", boolean]>([
    ["auto", true],
    ["auto", false],
    ["newest", true],
    ["leaf", true],
  ])(
    "knows all layers from one snapshot, whichever keys there are (understood as %s, dotted %s)",
    (expected, dotted) => {
      fc.assert(
        fc.property(
          fc.array(layerStep(undefined, [null, [], {}, { a: 1 }, { "a.b": [{}] }]), { maxLength: 60 }),
          (script) => {
            const pair = new Pair("newest", expected);
            for (const { key, source, value } of script) {
              const name = dotted ? key : key.replaceAll(".", "_");
              if (value === undefined) pair.agent.unset(name, source);
              else pair.agent.set(name, value, source);
            }
            pair.snapshot();
            expect(layers(pair.visible)).toEqual(layers(pair.agent.settings));
            for (const [key, { source }] of [...pair.agent.settings]) pair.step({ key, source, value: undefined });
            expect(winners(pair.visible)).toEqual(winners(pair.agent.settings));
            expect(pair.ambiguous).toBe(0);
          },
        ),
        { numRuns: 300 },
      );
    },
  );

  it("is told less by senders of winners, and more by those that say nothing of layers", () => {
    const pair = new Pair("leaf", "auto");
    pair.agent.set("a.b", 1, "default");
    pair.agent.set("a.b", 2, "cli");
    pair.snapshot();
    expect(layers(pair.visible).get("a.b")).toEqual([{ source: "cli", value: 2 }]);
  });
});

describe("the removal of the last layer", () => {
  it.each(["leaf", "section-merged"] as const)("leaves nothing of a top-level setting in the %s dialect", (dialect) => {
    const pair = new Pair(dialect, dialect);
    pair.snapshot();
    pair.step({ key: "log_level", source: "file", value: "info" });
    pair.step({ key: "log_level", source: "cli", value: "debug" });
    // Hidden, so it is not told: the consumer still holds this layer.
    pair.step({ key: "log_level", source: "file", value: undefined });
    pair.step({ key: "log_level", source: "cli", value: undefined });
    expect([...pair.visible.keys()]).toEqual([]);
  });
});
