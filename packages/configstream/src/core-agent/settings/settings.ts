/** The core agent's settings: layers, and what fills them. No I/O. */

import {
  type ConfigValue,
  type Defaults,
  type Environment,
  type KnownKeys,
  readDefaults,
} from "configstream-consumer/internal";
import type { AgentLog } from "../options.js";
import type { LayerWrite, RecordedWrite } from "./change-set.js";
import {
  createLayerStore,
  diffLayer,
  type EffectiveSetting,
  type LayerChange,
  type LayerStore,
} from "./layer-store.js";
import { createOnce } from "./once.js";
import { checkSetting, judgeSetting } from "./setting-checks.js";
import { createEnvironment, environmentSource } from "./sources/environment.js";
import type { ChangeCause, Layer, LayerSink } from "./sources/source.js";
import { type Trial, tryWrites } from "./trial.js";
import { createTyping, type Typing } from "./typing.js";

export interface SettingsParams {
  readonly defaults: Defaults;
  readonly env: Environment;
  readonly sourcePriority: readonly string[];
  readonly log: AgentLog;
  /**
   * Called after the changes of one cause have been made: at least one, all of them real. What it throws takes them back, all of
   * them, and reaches the cause.
   */
  readonly onChange: (changes: readonly LayerChange[], cause: ChangeCause, writes: readonly RecordedWrite[]) => void;
}

export interface Settings extends LayerSink {
  readonly store: LayerStore;
  readonly known: KnownKeys;
  /**
   * Replaces what files set, and looks again for variables of keys that a file made known, as one change set. Returns the
   * number of changes.
   */
  applyFiles(leaves: Layer, cause?: ChangeCause): number;
  /** Makes one change set of what was asked for at run time, as a `WriteSet` has it. Returns the number of real changes. */
  apply(writes: Iterable<LayerWrite>, cause?: ChangeCause): number;
  /** Makes one change set of writes whose values are as they were stored before: nothing is converted. */
  restore(writes: Iterable<LayerWrite>, cause: ChangeCause): number;
  /** What {@link Settings.apply} would lead to. Changes nothing, and logs nothing. */
  trial(writes: readonly LayerWrite[]): Trial;
}

/** Defaults and environment are applied at once. */
export function createSettings(params: SettingsParams): Settings {
  const { onChange } = params;
  const warn = createOnce((message) => params.log("warn", message));
  const { known, values: defaults } = readDefaults(params.defaults);
  const typing = createTyping(known, warn);
  const environment = createEnvironment(params.env, known, warn);
  const store = createLayerStore(params.sourcePriority);
  /** What each source gave last; values that were set by hand in its layer are none of its business. */
  const held = new Map<string, Map<string, ConfigValue>>();

  const commit = (writes: Iterable<LayerWrite>, cause: ChangeCause): number => {
    const changes: LayerChange[] = [];
    const recorded: RecordedWrite[] = [];
    const before = new Map<string, EffectiveSetting | undefined>();
    for (const { key, source, value } of writes) {
      const current = store.settings.get(key);
      const change = value === undefined ? store.unset(key, source) : store.set(key, value, source);
      if (change === undefined) continue;
      if (!before.has(key)) before.set(key, current);
      changes.push(change);
      const layer = current?.layers.find((each) => each.source === source);
      recorded.push({ key, source, value, before: layer?.value });
    }
    if (changes.length === 0) return 0;
    try {
      onChange(changes, cause, recorded);
    } catch (error) {
      for (const [key, setting] of before) store.restore(key, setting);
      throw error;
    }
    return changes.length;
  };

  const sendable = (layer: Layer): Map<string, ConfigValue> => {
    const kept = new Map<string, ConfigValue>();
    for (const [key, value] of layer) {
      const judged = judgeSetting(key, value);
      if (judged.reason === undefined) kept.set(judged.key, judged.value);
      else warn(`${judged.reason} It is skipped.`);
    }
    return kept;
  };

  const replace = (layers: Readonly<Record<string, Layer>>, cause: ChangeCause): number => {
    const writes: LayerWrite[] = [];
    const next = Object.entries(layers).map(([source, layer]) => [source, sendable(layer)] as const);
    for (const [source, layer] of next) {
      const { removed, changed } = diffLayer(held.get(source) ?? new Map(), layer);
      for (const key of removed) writes.push({ key, source, value: undefined });
      for (const [key, value] of changed) writes.push({ key, source, value });
    }
    const count = commit(writes, cause);
    for (const [source, layer] of next) held.set(source, layer);
    return count;
  };

  replace({ default: defaults, [environmentSource]: environment() }, { kind: "start" });
  return {
    store,
    known,
    applyFiles(leaves, cause = { kind: "file" }) {
      for (const [key, value] of leaves) known.learn(key, value);
      return replace({ file: leaves, [environmentSource]: environment() }, cause);
    },
    replace,
    change: (writes, cause) => commit(typed(writes, typing), cause),
    apply: (writes, cause = { kind: "runtime" }) => commit(typed(writes, typing), cause),
    restore: commit,
    trial(writes) {
      const warnings: string[] = [];
      // Typing of its own, because a warning that a trial has used up would be missing from the log later.
      const taken = typed(
        writes,
        createTyping(known, (message) => warnings.push(message)),
      );
      const keys = writes.map(({ key }) => key);
      return { settings: tryWrites(store, keys, taken, params.sourcePriority), warnings };
    },
  };
}

/** The writes as they are stored: without those that are ignored. What a conversion made is judged, because it is another value. */
function typed(writes: Iterable<LayerWrite>, typing: Typing): LayerWrite[] {
  const taken: LayerWrite[] = [];
  for (const write of writes) {
    const { key, source, value } = write;
    if (value === undefined) {
      taken.push(write);
    } else if (typing.takes(key)) {
      const converted = typing.convert(key, value);
      taken.push(converted === value ? write : { ...checkSetting(key, converted), source });
    }
  }
  return taken;
}
