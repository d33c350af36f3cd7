/** The reader over the present state. */

import { layersOf } from "../../memory/reader/entry.js";
import { Mirror, type MirrorState } from "../../memory/reader/mirror.js";
import { topNames } from "../../memory/reader/section.js";
import type { Named } from "../../memory/reader/section-reader.js";
import type { Region } from "../../memory/region.js";
import { ConfigStreamError } from "../../shared/errors.js";
import { type Logger, silentLogger } from "../../shared/logger.js";
import { functionOption } from "../../shared/option-checks.js";
import { didYouMean, suggest } from "../../shared/suggest.js";
import type { ConfigChange, ConfigValue } from "../../shared/types.js";
import { ChangeWatch } from "../subscriptions/change-watch.js";
import type { Explanation, Reader, SettingBuilder, UpdateSubscription } from "./api.js";
import { type ChangeSource, HandleBuilder } from "./handle.js";
import { HotReader } from "./hot-reader.js";
import type { AnySchema, StringMap } from "./schema.js";
import { StateView } from "./view.js";

/** What a reader may be given by whoever makes it. */
export interface ReaderPorts {
  /** Tells of changes. Default: the reader looks for them itself. */
  readonly onUpdate?: ChangeSource;
  /** Path of the configuration file, for `configFileUsed()`. Default: empty. */
  readonly configFile?: string;
  /** Is told of callbacks and parsers that throw. Silent by default. */
  readonly logger?: Logger;
}

/** Makes a reader for this thread. */
export function createReader<S extends object = AnySchema>(region: Region, ports: ReaderPorts = {}): Reader<S> {
  return new LiveReader(region, ports) as Reader as unknown as Reader<S>;
}

class LiveReader extends HotReader implements Reader {
  readonly #mirror: Mirror;
  readonly #ports: ReaderPorts;
  readonly #logger: Logger;
  readonly #watch: ChangeWatch;
  #view: StateView | undefined;
  #viewOf: MirrorState | undefined;

  constructor(region: Region, ports: ReaderPorts) {
    super(region);
    this.#mirror = new Mirror(region);
    this.#ports = ports;
    this.#logger = ports.logger ?? silentLogger;
    this.#watch = new ChangeWatch(() => this.#mirror.state(), this.#logger);
  }

  setting(key: string): SettingBuilder {
    return new HandleBuilder(this, key, { onUpdate: this.#onUpdate, logger: this.#logger });
  }

  view(): StateView {
    const state = this.#mirror.state();
    if (state === undefined) {
      throw new ConfigStreamError(
        "view_contended",
        "A consistent view could not be read: publishes come faster than this thread reads. Try again.",
      );
    }
    if (this.#view === undefined || this.#viewOf !== state) this.#view = new StateView(state);
    this.#viewOf = state;
    return this.#view;
  }

  explain(key: string): Explanation {
    const entry = this.entry(key);
    const { source } = entry.state;
    // A section has a value, and neither a source nor layers of its own.
    const { value, sequenceId } = this.wholeReading(key).state;
    const layers = layersOf(entry.state);
    const isSetting = entry.state.value !== undefined;
    const reason = isSetting ? whyPresent(entry.key, source, layers.length) : this.#whyMissing(entry.key);
    return { key: entry.key, isSet: this.isSet(key), value, source, layers, sequenceId, reason };
  }

  getSequenceId(): number {
    return this.meta()?.sequenceId ?? 0;
  }

  configFileUsed(): string {
    return this.#ports.configFile ?? "";
  }

  onUpdate(callback: (change: ConfigChange) => unknown): UpdateSubscription {
    functionOption("callback", callback ?? null);
    return this.#onUpdate(callback);
  }

  allKeysLowercased(): readonly string[] {
    return this.view().keys();
  }

  allSettings(): StringMap<ConfigValue> {
    return this.view().allSettings();
  }

  allSettingsWithoutDefault(): StringMap<ConfigValue> {
    return this.view().allSettingsWithoutDefault();
  }

  allSettingsBySource(): StringMap<StringMap<ConfigValue>> {
    return this.view().allSettingsBySource();
  }

  allFlattenedSettingsWithSequenceId(): { settings: StringMap<ConfigValue>; sequenceId: number } {
    return this.view().allFlattenedSettingsWithSequenceId();
  }

  override getSubfields(key: string): readonly string[] {
    return key === "" ? topNames(this.view().keys()) : super.getSubfields(key);
  }

  /** Reads what is below the name alone; only under a storm of publishes by way of the mirror, a copy of all settings. */
  protected override named(name: string): Named | undefined {
    const named = super.named(name);
    if (named !== undefined) return named;
    const state = this.#mirror.state();
    return state && new StateView(state).named(name);
  }

  /** Looks at all keys, so that a slip of the keyboard is told from a setting that is not there. */
  #whyMissing(key: string): string {
    if (this.meta() === undefined) return `"${key}" is missing: no snapshot has arrived yet.`;
    const section = this.section(key);
    if (section !== undefined) {
      const { length } = section.readings;
      return `"${key}" is a section with ${length} setting${length === 1 ? "" : "s"} below it.`;
    }
    const state = this.#mirror.state();
    const keys = state === undefined ? [] : new StateView(state).keys();
    return `"${key}" is missing: no source of the core agent holds it.${didYouMean(suggest(key, keys))}`;
  }

  readonly #onUpdate: ChangeSource = (callback, filter) => {
    return (this.#ports.onUpdate ?? this.#watch.add)(callback, filter);
  };
}

function whyPresent(key: string, source: string, layers: number): string {
  const others = layers > 1 ? `, above ${layers - 1} other layer${layers > 2 ? "s" : ""}` : "";
  return `"${key}" comes from source "${source}"${others}.`;
}
