/** The core agent's settings: layers, and the feeds that fill them from defaults, files and environment. No I/O. */

import {
  type ConfigValue,
  type Defaults,
  type Environment,
  type KnownKeys,
  mapEnvironment,
  pickVariables,
  readDefaults,
} from "configstream-consumer/internal";
import { createLayerStore, diffLayer, type LayerChange, type LayerStore } from "./layer-store.js";
import type { AgentLog } from "./options.js";

export interface SettingsParams {
  readonly defaults: Defaults;
  readonly env: Environment;
  readonly sourcePriority: readonly string[];
  readonly log: AgentLog;
  /** Called for every real change of a layer, after it has been made. */
  readonly onChange: (change: LayerChange) => void;
}

export interface Settings {
  readonly store: LayerStore;
  readonly known: KnownKeys;
  set(key: string, value: ConfigValue, source: string): void;
  unset(key: string, source: string): void;
  /** Replaces what files set, and looks again for variables of keys that a file made known. Returns the number of changes. */
  applyFiles(leaves: ReadonlyMap<string, ConfigValue>): number;
}

/** Defaults and environment are applied at once. */
export function createSettings(params: SettingsParams): Settings {
  const { log, onChange } = params;
  const { known, values: defaults } = readDefaults(params.defaults);
  const env = pickVariables(params.env);
  const store = createLayerStore(params.sourcePriority);
  const reportedMisfits = new Set<string>();

  const set = (key: string, value: ConfigValue, source: string): void => {
    const change = store.set(key, value, source);
    if (change !== undefined) onChange(change);
  };
  const unset = (key: string, source: string): void => {
    const change = store.unset(key, source);
    if (change !== undefined) onChange(change);
  };

  /** Brings a layer from what the feed held last to what it holds now; values set by hand in it stay. */
  const createFeed = (source: string) => {
    let held: ReadonlyMap<string, ConfigValue> = new Map();
    return (next: ReadonlyMap<string, ConfigValue>): number => {
      const { removed, changed } = diffLayer(held, next);
      held = next;
      for (const key of removed) unset(key, source);
      for (const [key, value] of changed) set(key, value, source);
      return removed.length + changed.size;
    };
  };
  const feedFile = createFeed("file");
  const feedEnvironment = createFeed("environment-variable");

  const applyEnvironment = (): number => {
    const { values, misfits } = mapEnvironment(env, known);
    for (const { variable, type } of misfits) {
      if (reportedMisfits.has(variable)) continue;
      reportedMisfits.add(variable);
      log("warn", `The environment variable ${variable} does not read as ${type}; it is kept as text.`);
    }
    return feedEnvironment(values);
  };

  for (const [key, value] of defaults) set(key, value, "default");
  applyEnvironment();
  return {
    store,
    known,
    set,
    unset,
    applyFiles(leaves) {
      for (const [key, value] of leaves) known.learn(key, value);
      return feedFile(leaves) + applyEnvironment();
    },
  };
}
