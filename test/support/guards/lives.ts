/** A region and the lives of workers that write to it: the store, the gate and the publishing of each, without network or thread. */
import { readHeld, writeHeld } from "../../../src/memory/held.js";
import { KeyReader } from "../../../src/memory/reader/key-reader.js";
import { createRegionMemory, Region } from "../../../src/memory/region.js";
import { RegionWriter } from "../../../src/memory/writer/region-writer.js";
import { ConfigStreamError } from "../../../src/shared/errors.js";
import type { Guards } from "../../../src/shared/guards/guard-rule.js";
import type { HeldChange } from "../../../src/shared/held-setting.js";
import type { ConfigValue, WireEvent, WireSetting } from "../../../src/shared/types.js";
import type { SavedSetting } from "../../../src/worker/cache/saved-settings.js";
import { Applier } from "../../../src/worker/engine/applier.js";
import { createGuarding, type Guarding } from "../../../src/worker/guards/guarding.js";
import { LayerStore } from "../../../src/worker/settings/layers.js";
import { Notifier } from "../../../src/worker/telling/notifier.js";
import { publishing } from "../../../src/worker/telling/publishing.js";
import { testParams } from "../engine/engine-bench.js";
import { VirtualClock } from "../engine/virtual-clock.js";
import { type Mistake, mistakenGate } from "./mistaken-gate.js";

export interface LivesParams {
  readonly guards?: Guards;
  readonly required?: readonly string[];
  readonly defaults?: Readonly<Record<string, ConfigValue>>;
  readonly clientName?: string;
  /** What a comparison must find. */
  readonly mistake?: Mistake;
}

export class Lives {
  readonly clock = new VirtualClock();
  readonly lines: string[] = [];
  readonly told: HeldChange[] = [];
  readonly events: string[] = [];
  /** Whether publishing is refused, as where the region is full. */
  isFull = false;
  region = newRegion();
  #params: LivesParams;
  #applier!: Applier;
  #guarding: Guarding | undefined;
  #mistaken: ReturnType<typeof mistakenGate> | undefined;
  #reader = new KeyReader(this.region);

  constructor(params: LivesParams) {
    this.#params = params;
    this.nextLife();
  }

  get guarding(): Guarding | undefined {
    return this.#guarding;
  }

  get applier(): Applier {
    return this.#applier;
  }

  /** The worker is gone without a word, and another one takes its place. */
  nextLife(): void {
    const { region, clock } = this;
    const params = {
      ...testParams,
      ...this.#params,
      guards: this.#params.guards && { rules: this.#params.guards },
      dialect: "newest" as const,
    };
    const log = (level: string, message: string) => this.lines.push(`${level} ${message}`);
    const make = () => createGuarding(params, { region, clock, log, onHeld: (change) => this.told.push(change) });
    this.#guarding = make();
    this.#mistaken =
      this.#params.mistake &&
      mistakenGate(this.#params.mistake, () => {
        writeHeld(region, []);
        return (make() as Guarding).gate;
      });
    const notifier = new Notifier({
      poll: () => {},
      publishNumber: () => 1,
      send: ({ changes }) => {
        for (const { key, newValue } of changes) this.events.push(`${key}=${JSON.stringify(newValue)}`);
        queueMicrotask(() => notifier.acknowledged());
      },
    });
    notifier.setActive(true);
    const writer = new RegionWriter(region, testParams.limits, () => clock.now());
    const states = publishing({ region, writer, notifier, untold: undefined, onPublished() {} });
    this.#applier = new Applier(new LayerStore(params), {
      status: { count() {} },
      states: {
        show: (publication, commit) => {
          if (this.isFull) throw new ConfigStreamError("limit_exceeded", "The region is full.");
          states.show(publication, commit);
        },
      },
      gate: this.#mistaken ?? this.#guarding?.gate,
      defaults: this.#params.defaults,
      log,
    });
  }

  /** Another process begins on what this one has kept. */
  nextProcess(): void {
    const saved = this.saved;
    this.region = newRegion();
    this.#reader = new KeyReader(this.region);
    this.nextLife();
    if (saved !== undefined) {
      this.#applier.restore({ settings: saved, sequenceId: 1, origin: "cache", publishedAtMs: 1, confirmedAtMs: 1 });
    }
  }

  get saved(): readonly SavedSetting[] | undefined {
    return this.#applier.published();
  }

  snapshot(sequenceId: number, settings: Readonly<Record<string, ConfigValue>>): void {
    this.#mistaken?.onSnapshot();
    this.apply({ kind: "snapshot", origin: "agent", sequenceId, settings: Object.entries(settings).map(toWire) });
  }

  set(sequenceId: number, key: string, value: ConfigValue): void {
    this.apply({ kind: "update", origin: "agent", sequenceId, setting: toWire([key, value]) });
  }

  unset(sequenceId: number, key: string): void {
    const setting = { key, value: null, source: "", unsetSource: "file" };
    this.apply({ kind: "update", origin: "agent", sequenceId, setting });
  }

  apply(...events: WireEvent[]): void {
    const applied = this.#applier.apply(events);
    if (!applied.ok) throw applied.error;
  }

  read(key: string): ConfigValue | undefined {
    return this.#reader.entry(key).state.value;
  }

  state(key: string) {
    return this.#reader.entry(key).state;
  }

  get heldKeys(): readonly string[] {
    return readHeld(this.region)
      .map(({ key }) => key)
      .sort();
  }
}

function newRegion(): Region {
  return new Region(createRegionMemory(2 ** 26));
}

function toWire([key, value]: [string, ConfigValue]): WireSetting {
  return { key, value, source: "file", unsetSource: "" };
}
