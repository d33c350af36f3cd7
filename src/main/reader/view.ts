/** Views: the getters over one consistent state. */
import { inspect } from "node:util";
import { layersOf, type Reading } from "../../memory/reader/entry.js";
import type { MirrorState } from "../../memory/reader/mirror.js";
import { topNames } from "../../memory/reader/section.js";
import { StateReader } from "../../memory/reader/state-reader.js";
import { ConfigStreamError } from "../../shared/errors.js";
import { lowerCase } from "../../shared/text/lower-case.js";
import type { ConfigValue, SourceValue } from "../../shared/types.js";
import { allFlattened, allSettings, allSettingsBySource, allSettingsWithoutDefault } from "./all-settings.js";
import type { Proxies, View } from "./api.js";
import { checkKey } from "./check-key.js";
import * as conversions from "./conversions.js";
import type { Conversion } from "./hot-reader.js";
import { isKnownIn, isSectionIn, isSettingIn } from "./names.js";
import { proxiesOf } from "./proxies.js";
import type { StringMap } from "./schema.js";
import type { Unreadable } from "./unreadable.js";
import { noMemory, readsBeforeMemory, spareNames, ViewMemory } from "./view-memory.js";

const emptyList: readonly never[] = Object.freeze([]);
const emptyMap: StringMap<never> = Object.freeze({});

/** Makes the view of a state. Throws `view_contended` when none could be read. */
export function createView(state: MirrorState | undefined, unreadable: Unreadable): View {
  if (state === undefined) {
    throw new ConfigStreamError(
      "view_contended",
      "A consistent view could not be read: publishes come faster than this thread reads. Try again.",
    );
  }
  return new StateView(new StateReader(state), unreadable);
}

class StateView implements View {
  readonly #state: StateReader;
  readonly #unreadable: Unreadable;
  #memory = noMemory;
  #reads = 0;

  constructor(state: StateReader, unreadable: Unreadable) {
    this.#state = state;
    this.#unreadable = unreadable;
  }

  get sequenceId(): number {
    return this.#state.state.meta?.sequenceId ?? 0;
  }

  get publishedAtMs(): number {
    return this.#state.state.meta?.atMs ?? 0;
  }

  get origin(): string {
    return this.#state.state.meta?.origin ?? "";
  }

  toJSON(): { readonly sequenceId: number; readonly publishedAtMs: number; readonly origin: string } {
    const { sequenceId, publishedAtMs, origin } = this;
    return { sequenceId, publishedAtMs, origin };
  }

  /** A log of the view shows no value. */
  [inspect.custom](): string {
    return `View { sequenceId: ${this.sequenceId} }`;
  }

  get(key: string): ConfigValue | undefined;
  get<T extends ConfigValue>(key: string, defaultValue: T): ConfigValue | T;
  get(key: string, defaultValue?: ConfigValue): ConfigValue | undefined {
    const known = this.#memory.values.get(key);
    if (known !== undefined && known !== null) return known;
    const value = this.#whole("get", key, conversions.valueIn, this.#memory.values);
    return value === undefined ? defaultValue : value;
  }

  getString(key: string, defaultValue = ""): string {
    const known = this.#memory.texts.get(key);
    if (typeof known === "string") return known;
    if (known === null) return defaultValue;
    return this.#own("getString", key, conversions.stringOf, this.#memory.texts) ?? defaultValue;
  }

  getBool(key: string, defaultValue = false): boolean {
    const known = this.#memory.bools.get(key);
    if (typeof known === "boolean") return known;
    if (known === null) return defaultValue;
    return this.#own("getBool", key, conversions.boolOf, this.#memory.bools) ?? defaultValue;
  }

  getInt(key: string, defaultValue = 0): number {
    const known = this.#memory.ints.get(key);
    if (typeof known === "number") return known;
    if (known === null) return defaultValue;
    return this.#own("getInt", key, conversions.intOf, this.#memory.ints) ?? defaultValue;
  }

  getInt32(key: string, defaultValue = 0): number {
    const known = this.#memory.int32s.get(key);
    if (typeof known === "number") return known;
    if (known === null) return defaultValue;
    return this.#own("getInt32", key, conversions.int32Of, this.#memory.int32s) ?? defaultValue;
  }

  getInt64(key: string, defaultValue = 0): number {
    const known = this.#memory.int64s.get(key);
    if (typeof known === "number") return known;
    if (known === null) return defaultValue;
    return this.#own("getInt64", key, conversions.intOf, this.#memory.int64s) ?? defaultValue;
  }

  getFloat64(key: string, defaultValue = 0): number {
    const known = this.#memory.floats.get(key);
    if (typeof known === "number") return known;
    if (known === null) return defaultValue;
    return this.#own("getFloat64", key, conversions.floatOf, this.#memory.floats) ?? defaultValue;
  }

  getDuration(key: string, defaultValueMs = 0): number {
    const known = this.#memory.durationsMs.get(key);
    if (typeof known === "number") return known;
    if (known === null) return defaultValueMs;
    return this.#own("getDuration", key, conversions.durationOf, this.#memory.durationsMs) ?? defaultValueMs;
  }

  getStringSlice(key: string, defaultValue: readonly string[] = emptyList): readonly string[] {
    const known = this.#memory.textLists.get(key);
    if (known !== undefined) return known ?? defaultValue;
    return this.#own("getStringSlice", key, conversions.stringSliceOf, this.#memory.textLists) ?? defaultValue;
  }

  getFloat64Slice(key: string, defaultValue: readonly number[] = emptyList): readonly number[] {
    const known = this.#memory.numberLists.get(key);
    if (known !== undefined) return known ?? defaultValue;
    return this.#own("getFloat64Slice", key, conversions.float64SliceOf, this.#memory.numberLists) ?? defaultValue;
  }

  getStringMap(key: string, defaultValue: StringMap<ConfigValue> = emptyMap): StringMap<ConfigValue> {
    const known = this.#memory.maps.get(key);
    if (known !== undefined) return known ?? defaultValue;
    return this.#whole("getStringMap", key, conversions.stringMapOf, this.#memory.maps) ?? defaultValue;
  }

  getStringMapString(key: string, defaultValue: StringMap<string> = emptyMap): StringMap<string> {
    const known = this.#memory.textMaps.get(key);
    if (known !== undefined) return known ?? defaultValue;
    return this.#whole("getStringMapString", key, conversions.stringMapStringOf, this.#memory.textMaps) ?? defaultValue;
  }

  getStringMapStringSlice(
    key: string,
    defaultValue: StringMap<readonly string[]> = emptyMap,
  ): StringMap<readonly string[]> {
    const known = this.#memory.listMaps.get(key);
    if (known !== undefined) return known ?? defaultValue;
    return (
      this.#whole("getStringMapStringSlice", key, conversions.stringMapStringSliceOf, this.#memory.listMaps) ??
      defaultValue
    );
  }

  getSizeInBytes(key: string, defaultValue = 0): number {
    const known = this.#memory.sizes.get(key);
    if (typeof known === "number") return known;
    if (known === null) return defaultValue;
    return this.#own("getSizeInBytes", key, conversions.sizeOf, this.#memory.sizes) ?? defaultValue;
  }

  getProxies(): Proxies | undefined {
    return this.getBool("fips.enabled") ? undefined : proxiesOf(this.#state.section("proxy"));
  }

  isSet(key: string): boolean {
    const known = this.#memory.set.get(key);
    if (typeof known === "boolean") return known;
    return this.#whole("isSet", key, conversions.isSetIn, this.#memory.set) as boolean;
  }

  isConfigured(key: string): boolean {
    const known = this.#memory.configured.get(key);
    if (typeof known === "boolean") return known;
    return this.#whole("isConfigured", key, conversions.isConfiguredIn, this.#memory.configured) as boolean;
  }

  isKnown(key: string): boolean {
    return this.#whole("isKnown", key, isKnownIn) as boolean;
  }

  isSetting(key: string): boolean {
    return this.#whole("isSetting", key, isSettingIn) as boolean;
  }

  hasSection(key: string): boolean {
    checkKey("hasSection", key);
    return isSectionIn(this.#state.reading(key), this.#state.section(lowerCase(key)));
  }

  getSubfields(key: string): readonly string[] {
    checkKey("getSubfields", key);
    return key === "" ? topNames(this.keys()) : (this.#state.section(lowerCase(key))?.names() ?? emptyList);
  }

  getSource(key: string): string {
    const known = this.#memory.sources.get(key);
    if (typeof known === "string") return known;
    return this.#own("getSource", key, conversions.sourceOf, this.#memory.sources) as string;
  }

  getAllSources(key: string): readonly SourceValue[] {
    checkKey("getAllSources", key);
    return layersOf(this.#state.reading(key).state);
  }

  keys(): readonly string[] {
    return this.#state.keys();
  }

  allKeysLowercased(): readonly string[] {
    return this.#state.keys();
  }

  allSettings(): StringMap<ConfigValue> {
    return allSettings(this.#state.readings());
  }

  allSettingsWithoutDefault(): StringMap<ConfigValue> {
    return allSettingsWithoutDefault(this.#state.readings());
  }

  allSettingsBySource(): StringMap<StringMap<ConfigValue>> {
    return allSettingsBySource(this.#state.readings());
  }

  allFlattenedSettingsWithSequenceId(): { settings: StringMap<ConfigValue>; sequenceId: number } {
    return { settings: allFlattened(this.#state.readings()), sequenceId: this.sequenceId };
  }

  #own<T>(
    call: string,
    key: string,
    conversion: (reading: Reading) => T | undefined,
    known: Map<string, T | null>,
  ): T | undefined {
    if (typeof key !== "string") checkKey(call, key);
    const reading = this.#state.reading(key);
    const converted = conversion(reading);
    if (reading.unreadableAs !== undefined) this.#unreadable.note(lowerCase(key), reading);
    this.#remember(key, converted, known);
    return converted;
  }

  #whole<T>(call: string, key: string, conversion: Conversion<T>, known?: Map<string, T | null>): T | undefined {
    if (typeof key !== "string") checkKey(call, key);
    const reading = this.#state.reading(key);
    const section = conversions.hasValue(reading.state) ? undefined : this.#state.section(lowerCase(key));
    const converted = conversion(reading, section);
    if (reading.unreadableAs !== undefined) this.#unreadable.note(lowerCase(key), reading);
    if (known !== undefined) this.#remember(key, converted, known);
    return converted;
  }

  #remember<T>(key: string, converted: T | undefined, known: Map<string, T | null>): void {
    if (this.#memory === noMemory) {
      if (++this.#reads > readsBeforeMemory) this.#memory = new ViewMemory();
    } else if (known.size < this.#state.state.slots.size + spareNames) known.set(key, converted ?? null);
  }
}
