/**
 * The application's own values. They stand below every layer, whatever the order of sources, under the name of the source that ranks
 * lowest: what a program's own schema says. A core agent that sends that source itself knows better.
 */
import type { ConfigValue, EffectiveChange, ResolvedSetting } from "../../shared/types.js";
import { equalValues } from "../../shared/values/equality.js";
import { layersOf } from "./priority.js";

export const defaultsSource = "schema";

/** By key in lower case; deeply frozen. */
export type Values = { readonly [key: string]: ConfigValue };

export class Defaults {
  readonly #values: ReadonlyMap<string, ConfigValue>;

  constructor(values: Values = {}) {
    this.#values = new Map(Object.entries(values));
  }

  /** What a key resolves to with the application's value below `setting`. */
  below(key: string, setting: ResolvedSetting | undefined): ResolvedSetting | undefined {
    const value = this.#values.get(key);
    if (value === undefined) return setting;
    if (setting === undefined) return { value, source: defaultsSource };
    const layers = layersOf(setting);
    if (layers.some(({ source }) => source === defaultsSource)) return setting;
    return { ...setting, layers: [{ source: defaultsSource, value }, ...layers] };
  }

  /** Changes of what the core agent claims as changes of what readers see. `first`: nothing is there yet. */
  under(changes: readonly EffectiveChange[], first: boolean): readonly EffectiveChange[] {
    if (this.#values.size === 0) return changes;
    const under = changes.map((change) => this.#changed(change, first));
    if (!first) return under;
    const changed = new Set(changes.map(({ key }) => key));
    for (const key of this.#values.keys()) {
      const setting = changed.has(key) ? undefined : this.below(key, undefined);
      if (setting !== undefined) under.push({ key, setting, oldValue: undefined, valueChanged: true });
    }
    return under;
  }

  #changed(change: EffectiveChange, first: boolean): EffectiveChange {
    const { key } = change;
    const value = this.#values.get(key);
    if (value === undefined) return change;
    const setting = this.below(key, change.setting);
    const before = change.oldValue === undefined ? value : change.oldValue;
    const oldValue = first ? undefined : before;
    const same = oldValue !== undefined && setting !== undefined && equalValues(oldValue, setting.value);
    return { key, setting, oldValue, valueChanged: !same };
  }
}
