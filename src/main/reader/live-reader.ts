/** The reader's methods: hot getters, and for all else the parts that answer. */
import { inspect } from "node:util";
import { STAMP_NEVER } from "../../memory/layout.js";
import type { Mirror } from "../../memory/reader/mirror.js";
import { topNames } from "../../memory/reader/section.js";
import { ConfigStreamError } from "../../shared/errors.js";
import type { Logger } from "../../shared/logger.js";
import { functionOption } from "../../shared/options/option-checks.js";
import type { ConfigChange, ConfigValue, SourceValue } from "../../shared/types.js";
import type { Explanation, PlainView, Proxies, Reader, SettingBuilder, UpdateSubscription } from "./api.js";
import { bind, derive } from "./bindings/bind.js";
import type { BindingPorts } from "./bindings/binding.js";
import type { Binding, BindingSpec, BindOptions, Bound } from "./bindings/binding-api.js";
import type { StandardSchema } from "./bindings/standard-schema.js";
import { checkKey } from "./check-key.js";
import * as conversions from "./conversions.js";
import { explain } from "./explain.js";
import { type ChangeSource, createSettingBuilder } from "./handle.js";
import type { Conversion, HotReader, Known } from "./hot-reader.js";
import type { NameQuestions } from "./name-questions.js";
import type { PresentView } from "./present-view.js";
import { proxiesOf } from "./proxies.js";
import type { AnySchema, Flattened, StringMap } from "./schema.js";
import type { Unreadable } from "./unreadable.js";

/** What a reader consists of. */
export interface ReaderParts {
  readonly hot: HotReader;
  readonly names: NameQuestions;
  readonly present: PresentView;
  readonly mirror: Mirror;
  readonly unreadable: Unreadable;
  readonly logger: Logger;
  readonly configFile: string;
  readonly onUpdate: ChangeSource;
}

let making: ReaderParts | undefined;

/** Makes a reader of its parts. */
export function composeReader(of: ReaderParts): Reader {
  making = of;
  const reader = new LiveReader();
  making = undefined;
  return reader;
}

function parts(): ReaderParts {
  if (making === undefined) throw new ConfigStreamError("internal", "A reader is made by createReader alone.");
  return making;
}

const emptyList: readonly never[] = Object.freeze([]);
const emptyMap: StringMap<never> = Object.freeze({});

/**
 * The first lines of each getter are the hot path: one word, one look into a map. They stand in every getter, because a function
 * that all shared would learn of all their types.
 *
 * Private fields are read as fast as ordinary ones only when their declaration gives them their first value: a field that is
 * declared first and set by a constructor has held `undefined` meanwhile, which engines remember of it. Hence {@link parts}.
 */
class LiveReader implements Reader {
  readonly #parts = parts();
  readonly #hot = parts().hot;
  /** As in the hot reader. */
  #latest = parts().hot.latest;
  #settledAt = STAMP_NEVER;
  readonly #values: Known<ConfigValue> = parts().hot.known("get");
  readonly #texts: Known<string> = parts().hot.known("getString");
  readonly #bools: Known<boolean> = parts().hot.known("getBool");
  readonly #ints: Known<number> = parts().hot.known("getInt");
  readonly #int32s: Known<number> = parts().hot.known("getInt32");
  readonly #int64s: Known<number> = parts().hot.known("getInt64");
  readonly #floats: Known<number> = parts().hot.known("getFloat64");
  readonly #durationsMs: Known<number> = parts().hot.known("getDuration");
  readonly #textLists: Known<readonly string[]> = parts().hot.known("getStringSlice");
  readonly #numberLists: Known<readonly number[]> = parts().hot.known("getFloat64Slice");
  readonly #maps: Known<StringMap<ConfigValue>> = parts().hot.known("getStringMap");
  readonly #textMaps: Known<StringMap<string>> = parts().hot.known("getStringMapString");
  readonly #listMaps: Known<StringMap<readonly string[]>> = parts().hot.known("getStringMapStringSlice");
  readonly #sizes: Known<number> = parts().hot.known("getSizeInBytes");
  readonly #set: Known<boolean> = parts().hot.known("isSet");
  readonly #configured: Known<boolean> = parts().hot.known("isConfigured");
  readonly #sources: Known<string> = parts().hot.known("getSource");

  get(key: string): ConfigValue | undefined;
  get<T extends ConfigValue>(key: string, defaultValue: T): ConfigValue | T;
  get(key: string, defaultValue?: ConfigValue): ConfigValue | undefined {
    if (this.#latest[0] === this.#settledAt) {
      const known = this.#values.get(key);
      if (known !== undefined && known !== null) return known;
    }
    const value = this.#look(key, this.#values, conversions.valueIn, true);
    return value === undefined ? defaultValue : value;
  }

  getString(key: string, defaultValue = ""): string {
    if (this.#latest[0] === this.#settledAt) {
      const known = this.#texts.get(key);
      if (typeof known === "string") return known;
      if (known === null) return defaultValue;
    }
    return this.#look(key, this.#texts, conversions.stringOf) ?? defaultValue;
  }

  getBool(key: string, defaultValue = false): boolean {
    if (this.#latest[0] === this.#settledAt) {
      const known = this.#bools.get(key);
      if (typeof known === "boolean") return known;
      if (known === null) return defaultValue;
    }
    return this.#look(key, this.#bools, conversions.boolOf) ?? defaultValue;
  }

  getInt(key: string, defaultValue = 0): number {
    if (this.#latest[0] === this.#settledAt) {
      const known = this.#ints.get(key);
      if (typeof known === "number") return known;
      if (known === null) return defaultValue;
    }
    return this.#look(key, this.#ints, conversions.intOf) ?? defaultValue;
  }

  getInt32(key: string, defaultValue = 0): number {
    if (this.#latest[0] === this.#settledAt) {
      const known = this.#int32s.get(key);
      if (typeof known === "number") return known;
      if (known === null) return defaultValue;
    }
    return this.#look(key, this.#int32s, conversions.int32Of) ?? defaultValue;
  }

  getInt64(key: string, defaultValue = 0): number {
    if (this.#latest[0] === this.#settledAt) {
      const known = this.#int64s.get(key);
      if (typeof known === "number") return known;
      if (known === null) return defaultValue;
    }
    return this.#look(key, this.#int64s, conversions.intOf) ?? defaultValue;
  }

  getFloat64(key: string, defaultValue = 0): number {
    if (this.#latest[0] === this.#settledAt) {
      const known = this.#floats.get(key);
      if (typeof known === "number") return known;
      if (known === null) return defaultValue;
    }
    return this.#look(key, this.#floats, conversions.floatOf) ?? defaultValue;
  }

  getDuration(key: string, defaultValueMs = 0): number {
    if (this.#latest[0] === this.#settledAt) {
      const known = this.#durationsMs.get(key);
      if (typeof known === "number") return known;
      if (known === null) return defaultValueMs;
    }
    return this.#look(key, this.#durationsMs, conversions.durationOf) ?? defaultValueMs;
  }

  getStringSlice(key: string, defaultValue: readonly string[] = emptyList): readonly string[] {
    if (this.#latest[0] === this.#settledAt) {
      const known = this.#textLists.get(key);
      if (known !== undefined) return known ?? defaultValue;
    }
    return this.#look(key, this.#textLists, conversions.stringSliceOf) ?? defaultValue;
  }

  getFloat64Slice(key: string, defaultValue: readonly number[] = emptyList): readonly number[] {
    if (this.#latest[0] === this.#settledAt) {
      const known = this.#numberLists.get(key);
      if (known !== undefined) return known ?? defaultValue;
    }
    return this.#look(key, this.#numberLists, conversions.float64SliceOf) ?? defaultValue;
  }

  getStringMap(key: string, defaultValue: StringMap<ConfigValue> = emptyMap): StringMap<ConfigValue> {
    if (this.#latest[0] === this.#settledAt) {
      const known = this.#maps.get(key);
      if (known !== undefined) return known ?? defaultValue;
    }
    return this.#look(key, this.#maps, conversions.stringMapOf, true) ?? defaultValue;
  }

  getStringMapString(key: string, defaultValue: StringMap<string> = emptyMap): StringMap<string> {
    if (this.#latest[0] === this.#settledAt) {
      const known = this.#textMaps.get(key);
      if (known !== undefined) return known ?? defaultValue;
    }
    return this.#look(key, this.#textMaps, conversions.stringMapStringOf, true) ?? defaultValue;
  }

  getStringMapStringSlice(
    key: string,
    defaultValue: StringMap<readonly string[]> = emptyMap,
  ): StringMap<readonly string[]> {
    if (this.#latest[0] === this.#settledAt) {
      const known = this.#listMaps.get(key);
      if (known !== undefined) return known ?? defaultValue;
    }
    return this.#look(key, this.#listMaps, conversions.stringMapStringSliceOf, true) ?? defaultValue;
  }

  getSizeInBytes(key: string, defaultValue = 0): number {
    if (this.#latest[0] === this.#settledAt) {
      const known = this.#sizes.get(key);
      if (typeof known === "number") return known;
      if (known === null) return defaultValue;
    }
    return this.#look(key, this.#sizes, conversions.sizeOf) ?? defaultValue;
  }

  isSet(key: string): boolean {
    if (this.#latest[0] === this.#settledAt) {
      const known = this.#set.get(key);
      if (typeof known === "boolean") return known;
    }
    return this.#look(key, this.#set, conversions.isSetIn, true) ?? false;
  }

  isConfigured(key: string): boolean {
    if (this.#latest[0] === this.#settledAt) {
      const known = this.#configured.get(key);
      if (typeof known === "boolean") return known;
    }
    return this.#look(key, this.#configured, conversions.isConfiguredIn, true) ?? false;
  }

  getSource(key: string): string {
    if (this.#latest[0] === this.#settledAt) {
      const known = this.#sources.get(key);
      if (typeof known === "string") return known;
    }
    return this.#look(key, this.#sources, conversions.sourceOf) ?? "";
  }

  getProxies(): Proxies | undefined {
    return this.getBool("fips.enabled") ? undefined : proxiesOf(this.#hot.keys.section("proxy"));
  }

  isKnown(key: string): boolean {
    return this.#parts.names.isKnown(key);
  }

  isSetting(key: string): boolean {
    return this.#parts.names.isSetting(key);
  }

  hasSection(key: string): boolean {
    return this.#parts.names.hasSection(key);
  }

  getSubfields(key: string): readonly string[] {
    checkKey("getSubfields", key);
    return key === "" ? topNames(this.view().keys()) : (this.#parts.names.subfields(key) ?? emptyList);
  }

  getAllSources(key: string): readonly SourceValue[] {
    return this.#parts.names.allSources(key);
  }

  setting(key: string): SettingBuilder {
    checkKey("setting", key);
    const { hot, onUpdate, logger, unreadable } = this.#parts;
    return createSettingBuilder(hot.keys, key, { onUpdate, logger, unreadable });
  }

  bind<Spec extends BindingSpec>(spec: Spec, options?: BindOptions<keyof Spec & string>): Binding<Bound<Spec>>;
  bind<T>(section: string, schema: StandardSchema<T>): Binding<T>;
  bind(what: BindingSpec | string, by?: BindOptions | StandardSchema): Binding<unknown> {
    return bind(this.#bindings, this.#hot.keys, what, by);
  }

  derive<Spec extends BindingSpec, T>(inputs: Spec, fn: (values: Bound<Spec>) => T): Binding<T> {
    return derive(this.#bindings, this.#hot.keys, inputs, fn);
  }

  view(): PlainView {
    return this.#parts.present.read();
  }

  explain(key: string): Explanation {
    checkKey("explain", key);
    return explain(this.#hot.keys, this.#parts.mirror, key);
  }

  getSequenceId(): number {
    return this.#hot.keys.meta()?.sequenceId ?? 0;
  }

  configFileUsed(): string {
    return this.#parts.configFile;
  }

  onUpdate(callback: (change: ConfigChange) => unknown): UpdateSubscription {
    functionOption("callback", callback ?? null);
    return this.#parts.onUpdate(callback);
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

  allFlattenedSettingsWithSequenceId(): { readonly settings: Flattened<AnySchema>; readonly sequenceId: number } {
    return this.view().allFlattenedSettingsWithSequenceId();
  }

  toJSON(): object {
    return {};
  }

  /** A log of the reader shows no value. */
  [inspect.custom](): string {
    return `Reader { sequenceId: ${this.getSequenceId()} }`;
  }

  get #bindings(): BindingPorts {
    const { hot, mirror, onUpdate, logger } = this.#parts;
    return { region: hot.region, mirror, onUpdate, logger };
  }

  #look<T>(key: string, map: Known<T>, conversion: Conversion<T>, ofSections = false): T | undefined {
    const hot = this.#hot;
    const converted = hot.look(key, map, conversion, ofSections);
    if (this.#latest !== hot.latest) this.#latest = hot.latest;
    this.#settledAt = hot.settledAt;
    return converted;
  }
}
