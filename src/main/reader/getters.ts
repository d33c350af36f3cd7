/** The getters' conversions and defaults, over anything that can look a key up. */

import { type KeyState, layersOf, type Reading } from "../../memory/reader/entry.js";
import { isChosen, type Section } from "../../memory/reader/section.js";
import type { StoredReading } from "../../memory/reader/stored-reading.js";
import type { ConfigValue, SourceValue } from "../../shared/types.js";
import type { Proxies } from "./api.js";
import {
  toFloat64Slice,
  toInt32,
  toSizeInBytes,
  toStringMap,
  toStringMapString,
  toStringMapStringSlice,
} from "./coerce.js";
import { boolOf, durationOf, floatOf, intOf, rarely, stringOf, stringSliceOf } from "./conversions.js";
import { proxiesOf } from "./proxies.js";
import type { StringMap } from "./schema.js";

const emptyList: readonly never[] = Object.freeze([]);
const emptyMap: StringMap<never> = Object.freeze({});

/** All getters of one key or section, over one way to look them up. */
export abstract class Getters {
  /** What the key holds; a reading without a value when it is missing. */
  protected abstract reading(key: string): Reading;

  /** Loggers write objects as JSON; no value gets into a log that way. */
  toJSON(): object {
    return {};
  }

  /** The settings below a lower-case name; `undefined` when there are none. */
  protected abstract section(name: string): Section | undefined;

  /** What the key holds, or the section of its name as a map. A null above other keys is no value: YAML's `proxy:`. */
  wholeReading(key: string): Reading {
    const own = this.reading(key);
    const { value } = own.state;
    if (value !== undefined && value !== null) return own;
    return this.section(key.toLowerCase())?.reading ?? own;
  }

  get(key: string): ConfigValue | undefined;
  get<T extends ConfigValue>(key: string, defaultValue: T): ConfigValue | T;
  get(key: string, defaultValue?: ConfigValue): ConfigValue | undefined {
    const { value } = this.wholeReading(key).state;
    return value === undefined ? defaultValue : value;
  }

  getString(key: string, defaultValue = ""): string {
    return stringOf(this.reading(key)) ?? defaultValue;
  }

  getBool(key: string, defaultValue = false): boolean {
    return boolOf(this.reading(key)) ?? defaultValue;
  }

  getInt(key: string, defaultValue = 0): number {
    return intOf(this.reading(key)) ?? defaultValue;
  }

  getInt32(key: string, defaultValue = 0): number {
    return rarely(this.reading(key), "int32", toInt32) ?? defaultValue;
  }

  getInt64(key: string, defaultValue = 0): number {
    return intOf(this.reading(key)) ?? defaultValue;
  }

  getFloat64(key: string, defaultValue = 0): number {
    return floatOf(this.reading(key)) ?? defaultValue;
  }

  getDuration(key: string, defaultValueMs = 0): number {
    return durationOf(this.reading(key)) ?? defaultValueMs;
  }

  getStringSlice(key: string, defaultValue: readonly string[] = emptyList): readonly string[] {
    return stringSliceOf(this.reading(key)) ?? defaultValue;
  }

  getFloat64Slice(key: string, defaultValue: readonly number[] = emptyList): readonly number[] {
    return rarely(this.reading(key), "float64Slice", toFloat64Slice) ?? defaultValue;
  }

  getStringMap(key: string, defaultValue: StringMap<ConfigValue> = emptyMap): StringMap<ConfigValue> {
    return rarely(this.wholeReading(key), "stringMap", toStringMap) ?? defaultValue;
  }

  getStringMapString(key: string, defaultValue: StringMap<string> = emptyMap): StringMap<string> {
    return rarely(this.wholeReading(key), "stringMapString", toStringMapString) ?? defaultValue;
  }

  getStringMapStringSlice(
    key: string,
    defaultValue: StringMap<readonly string[]> = emptyMap,
  ): StringMap<readonly string[]> {
    return rarely(this.wholeReading(key), "stringMapStringSlice", toStringMapStringSlice) ?? defaultValue;
  }

  getSizeInBytes(key: string, defaultValue = 0): number {
    return rarely(this.reading(key), "sizeInBytes", toSizeInBytes) ?? defaultValue;
  }

  getProxies(): Proxies | undefined {
    return this.getBool("fips.enabled") ? undefined : proxiesOf(this.section("proxy"));
  }

  isSet(key: string): boolean {
    return hasValue(this.reading(key).state) || this.#below(key, ({ value }) => value !== null);
  }

  isConfigured(key: string): boolean {
    const { state } = this.reading(key);
    if (hasValue(state)) return isChosen(state.source);
    return this.#below(key, ({ source, value }) => isChosen(source) && value !== null);
  }

  isKnown(key: string): boolean {
    return this.reading(key).state.value !== undefined || this.section(key.toLowerCase()) !== undefined;
  }

  isSetting(key: string): boolean {
    const { value } = this.reading(key).state;
    return value === null ? this.section(key.toLowerCase()) === undefined : value !== undefined;
  }

  hasSection(key: string): boolean {
    // The key itself with a null is how a file writes an empty section.
    const isEmptySection = layersOf(this.reading(key).state).some(
      ({ source, value }) => isChosen(source) && value === null,
    );
    return isEmptySection || this.#below(key, ({ layers }) => layers.some(({ source }) => isChosen(source)));
  }

  getSubfields(key: string): readonly string[] {
    return this.section(key.toLowerCase())?.names() ?? emptyList;
  }

  getSource(key: string): string {
    return this.reading(key).state.source;
  }

  getAllSources(key: string): readonly SourceValue[] {
    return layersOf(this.reading(key).state);
  }

  #below(key: string, isWanted: (reading: StoredReading) => boolean): boolean {
    return this.section(key.toLowerCase())?.readings.some(isWanted) ?? false;
  }
}

function hasValue({ value }: KeyState): boolean {
  return value !== undefined && value !== null;
}
