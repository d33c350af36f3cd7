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
import type { AgentLog } from "../options.js";
import type { LayerWrite } from "./change-set.js";
import {
  createLayerStore,
  diffLayer,
  type EffectiveSetting,
  type LayerChange,
  type LayerStore,
} from "./layer-store.js";
import { createOnce } from "./once.js";
import { reasonNotSent } from "./setting-checks.js";
import { createTyping } from "./typing.js";

export interface SettingsParams {
  readonly defaults: Defaults;
  readonly env: Environment;
  readonly sourcePriority: readonly string[];
  readonly log: AgentLog;
  /**
   * Called after the changes of one cause have been made: at least one, all of them real. What it throws takes them back, all of
   * them, and reaches the cause.
   */
  readonly onChange: (changes: readonly LayerChange[]) => void;
}

export interface Settings {
  readonly store: LayerStore;
  readonly known: KnownKeys;
  /** Makes one change set of what was asked for at run time. Returns the number of real changes. */
  apply(writes: Iterable<LayerWrite>): number;
  /**
   * Replaces what files set, and looks again for variables of keys that a file made known, as one change set. Returns the
   * number of changes.
   */
  applyFiles(leaves: ReadonlyMap<string, ConfigValue>): number;
}

type Layer = ReadonlyMap<string, ConfigValue>;

/** Defaults and environment are applied at once. */
export function createSettings(params: SettingsParams): Settings {
  const { onChange } = params;
  const warn = createOnce((message) => params.log("warn", message));
  const { known, values: defaults } = readDefaults(params.defaults);
  const typing = createTyping(known, warn);
  const env = pickVariables(params.env);
  const store = createLayerStore(params.sourcePriority);
  /** What each feed held last; values that were set by hand in its layer are none of its business. */
  const held = new Map<string, Layer>();

  const commit = (writes: Iterable<LayerWrite>): number => {
    const changes: LayerChange[] = [];
    const before = new Map<string, EffectiveSetting | undefined>();
    for (const { key, source, value } of writes) {
      const current = store.get(key);
      const change = value === undefined ? store.unset(key, source) : store.set(key, value, source);
      if (change === undefined) continue;
      if (!before.has(key)) before.set(key, current);
      changes.push(change);
    }
    if (changes.length === 0) return 0;
    try {
      onChange(changes);
    } catch (error) {
      for (const [key, setting] of before) store.restore(key, setting);
      throw error;
    }
    return changes.length;
  };

  /** Brings layers from what their feeds held last to what they hold now. */
  const feed = (layers: Readonly<Record<string, Layer>>): number => {
    const writes: LayerWrite[] = [];
    for (const [source, next] of Object.entries(layers)) {
      const { removed, changed } = diffLayer(held.get(source) ?? new Map(), next);
      for (const key of removed) writes.push({ key, source, value: undefined });
      for (const [key, value] of changed) writes.push({ key, source, value });
    }
    const count = commit(writes);
    for (const [source, next] of Object.entries(layers)) held.set(source, next);
    return count;
  };

  const sendable = (layer: Layer): Layer => {
    const kept = new Map<string, ConfigValue>();
    for (const [key, value] of layer) {
      const reason = reasonNotSent(key, value);
      if (reason === undefined) kept.set(key, value);
      else warn(`${reason} It is skipped.`);
    }
    return kept;
  };

  const environment = (): Layer => {
    const { values, misfits } = mapEnvironment(env, known);
    for (const { variable, type } of misfits) {
      warn(`The environment variable ${variable} does not read as ${type}; it is kept as text.`);
    }
    return sendable(values);
  };

  feed({ default: sendable(defaults), "environment-variable": environment() });
  return {
    store,
    known,
    apply(writes) {
      const typed: LayerWrite[] = [];
      for (const write of writes) {
        if (write.value === undefined) typed.push(write);
        else if (typing.takes(write.key)) typed.push({ ...write, value: typing.convert(write.key, write.value) });
      }
      return commit(typed);
    },
    applyFiles(leaves) {
      for (const [key, value] of leaves) known.learn(key, value);
      return feed({ file: sendable(leaves), "environment-variable": environment() });
    },
  };
}
