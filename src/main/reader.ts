/** The reader over the present state. */

import { ConfigStreamError } from "../shared/errors.js";
import type { Region } from "../shared/region.js";
import { didYouMean, suggest } from "../shared/suggest.js";
import type { ConfigValue } from "../shared/types.js";
import { layersOf } from "./getters.js";
import { HotReader } from "./hot-reader.js";
import { Mirror } from "./mirror.js";
import { nest } from "./nested.js";
import type { Explanation, Reader, SettingBuilder, StringMap, View } from "./reader-api.js";
import { HandleBuilder } from "./setting.js";
import { StateView } from "./view.js";

/** Makes a reader for this thread. */
export function createReader(region: Region): Reader {
  return new LiveReader(region);
}

class LiveReader extends HotReader implements Reader {
  readonly #mirror: Mirror;

  constructor(region: Region) {
    super(region);
    this.#mirror = new Mirror(region);
  }

  setting(key: string): SettingBuilder {
    return new HandleBuilder(this, key);
  }

  view(): View {
    return this.#view();
  }

  explain(key: string): Explanation {
    const entry = this.entry(key);
    const { value, source, sequenceId } = entry.state;
    const layers = layersOf(entry.state);
    const reason = value === undefined ? this.#whyMissing(entry.key) : whyPresent(entry.key, source, layers.length);
    return { key: entry.key, isSet: value !== undefined, value, source, layers, sequenceId, reason };
  }

  getSequenceId(): number {
    return this.meta()?.sequenceId ?? 0;
  }

  allKeysLowercased(): readonly string[] {
    return this.#view().keys();
  }

  allSettings(): StringMap<ConfigValue> {
    return nest(
      [...this.#view().readings()].map((reading) => [reading.key, reading.decode().state.value ?? null] as const),
    );
  }

  allFlattenedSettingsWithSequenceId(): { settings: StringMap<ConfigValue>; sequenceId: number } {
    const view = this.#view();
    const settings = Object.fromEntries(view.keys().map((key) => [key, view.get(key) ?? null]));
    return { settings, sequenceId: view.sequenceId };
  }

  hasSection(prefix: string): boolean {
    return this.getSubfields(prefix).length > 0;
  }

  getSubfields(prefix: string): readonly string[] {
    const start = prefix === "" ? "" : `${prefix.toLowerCase()}.`;
    const names = new Set<string>();
    for (const key of this.#view().keys()) {
      if (key.startsWith(start)) names.add(key.slice(start.length).split(".", 1)[0] as string);
    }
    return [...names];
  }

  /** Looks at all keys, so that a slip of the keyboard is told from a setting that is not there. */
  #whyMissing(key: string): string {
    if (this.meta() === undefined) return `"${key}" is missing: no snapshot has arrived yet.`;
    const state = this.#mirror.state();
    const keys = state === undefined ? [] : new StateView(state).keys();
    if (keys.some((name) => name.startsWith(`${key}.`))) return `"${key}" is a section, not a setting.`;
    return `"${key}" is missing: no source of the core agent holds it.${didYouMean(suggest(key, keys))}`;
  }

  #view(): StateView {
    const state = this.#mirror.state();
    if (state === undefined) {
      throw new ConfigStreamError(
        "view_contended",
        "A consistent view could not be read: publishes come faster than this thread reads. Try again.",
      );
    }
    return new StateView(state);
  }
}

function whyPresent(key: string, source: string, layers: number): string {
  const others = layers > 1 ? `, above ${layers - 1} other layer${layers > 2 ? "s" : ""}` : "";
  return `"${key}" comes from source "${source}"${others}.`;
}
