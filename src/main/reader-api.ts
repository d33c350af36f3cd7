/** What an application reads with. Types and their documentation; no behaviour. */
import type { ConfigValue, SourceValue } from "../shared/types.js";

/** A map whose keys are text. */
export type StringMap<T> = { readonly [key: string]: T };

/**
 * Synchronous, lock-free getters. Legal at any time: before the first snapshot every key is missing.
 *
 * Keys are compared without regard to case. A key that is missing, or whose value cannot be converted, gives
 * `defaultValue`, or the zero value of the getter's type when none is given; {@link Reader.explain} tells why. No getter
 * throws or waits. Objects and arrays that a getter returns are deeply frozen. The conversions are those of the Go
 * agent's reader; see coerce.ts.
 */
export interface SettingGetters {
  /** The value as the core agent sent it; `undefined` when the key is missing. */
  get(key: string): ConfigValue | undefined;
  /** As `get`, with a default for a missing key. */
  get<T extends ConfigValue>(key: string, defaultValue: T): ConfigValue | T;
  /** Text; numbers and booleans are written out. Zero value `""`. */
  getString(key: string, defaultValue?: string): string;
  /** Boolean; also 0 and 1, and the texts that Go's `strconv.ParseBool` reads. Zero value `false`. */
  getBool(key: string, defaultValue?: boolean): boolean;
  /** Integer, cut towards zero; also numeric text. Safe integers only. Zero value 0. */
  getInt(key: string, defaultValue?: number): number;
  /** As `getInt`, within 32 bits. */
  getInt32(key: string, defaultValue?: number): number;
  /** As `getInt`: JavaScript numbers hold integers exactly up to 2⁵³. */
  getInt64(key: string, defaultValue?: number): number;
  /** Number; also numeric text. Zero value 0. */
  getFloat64(key: string, defaultValue?: number): number;
  /** Duration in **milliseconds**; numbers on the wire are nanoseconds, text is Go's (`1h30m`). Zero value 0. */
  getDuration(key: string, defaultValueMs?: number): number;
  /** List of texts; also text that is split at white space. Zero value: an empty list. */
  getStringSlice(key: string, defaultValue?: readonly string[]): readonly string[];
  /** List of numbers. Zero value: an empty list. */
  getFloat64Slice(key: string, defaultValue?: readonly number[]): readonly number[];
  /** Map with values as sent. Zero value: an empty map. */
  getStringMap(key: string, defaultValue?: StringMap<ConfigValue>): StringMap<ConfigValue>;
  /** Map of texts. Zero value: an empty map. */
  getStringMapString(key: string, defaultValue?: StringMap<string>): StringMap<string>;
  /** Map of lists of texts. Zero value: an empty map. */
  getStringMapStringSlice(key: string, defaultValue?: StringMap<readonly string[]>): StringMap<readonly string[]>;
  /** Size in bytes: a number, or text such as `10mb` or `2 GiB` (powers of 1,024). Zero value 0. */
  getSizeInBytes(key: string, defaultValue?: number): number;
  /** True when some layer holds the key. */
  isSet(key: string): boolean;
  /** Source of the winning value; empty when the key is missing. */
  getSource(key: string): string;
  /** Every layer that holds the key, lowest priority first; the last one wins. */
  getAllSources(key: string): readonly SourceValue[];
}

/** Why a key reads as it does. */
export interface Explanation {
  /** Lower-case key. */
  readonly key: string;
  readonly isSet: boolean;
  /** The winning value; `undefined` when the key is missing. */
  readonly value: ConfigValue | undefined;
  readonly source: string;
  /** Every layer, lowest priority first. */
  readonly layers: readonly SourceValue[];
  /** The core agent's number of the state in which the present value arrived; 0 when the key is missing. */
  readonly sequenceId: number;
  /** A sentence for people; for a missing key with the names that are close to it. Holds no value. */
  readonly reason: string;
}

/** A reader over the present state: each call gives the newest publish. One per thread; not to be shared by posting. */
export interface Reader extends SettingGetters {
  /** A handle for hot loops: resolves the key once, converts once per change. */
  setting(key: string): SettingBuilder;
  /**
   * A consistent, immutable state of all keys. Use it when several settings must belong together.
   *
   * Throws `view_contended` only when publishes come faster than this thread can read them and it has no earlier view.
   */
  view(): View;
  /** Why a key reads as it does. Of a missing key it looks at all keys that exist, for those that were meant. */
  explain(key: string): Explanation;
  /** The core agent's number of the newest published state; 0 before the first one. */
  getSequenceId(): number;
  /** All keys that exist, sorted. */
  allKeysLowercased(): readonly string[];
  /** All settings as one nested object. */
  allSettings(): StringMap<ConfigValue>;
  /** All settings by dotted key, with the state that they belong to. */
  allFlattenedSettingsWithSequenceId(): { readonly settings: StringMap<ConfigValue>; readonly sequenceId: number };
  /** True when keys exist below `prefix`. */
  hasSection(prefix: string): boolean;
  /** Names directly below `prefix`, sorted. */
  getSubfields(prefix: string): readonly string[];
}

/** All keys at one publish. Never changes; keeps its memory as long as it is held. */
export interface View extends SettingGetters {
  /** The core agent's number of the state. */
  readonly sequenceId: number;
  /** Milliseconds since the epoch at which the state was published; 0 for the empty view before the first publish. */
  readonly publishedAtMs: number;
  /** Name of the core agent that sent it. */
  readonly origin: string;
  /** All keys that exist, sorted. */
  keys(): readonly string[];
}

/** Chooses the type of a handle. Each call makes a new handle. */
export interface SettingBuilder {
  /** As `getString`. */
  asString(defaultValue?: string): Setting<string>;
  /** As `getBool`. */
  asBool(defaultValue?: boolean): Setting<boolean>;
  /** As `getInt`. */
  asInt(defaultValue?: number): Setting<number>;
  /** As `getFloat64`. */
  asFloat(defaultValue?: number): Setting<number>;
  /** As `getDuration`, in **milliseconds**. */
  asDuration(defaultValueMs?: number): Setting<number>;
  /** As `getStringSlice`. */
  asStringSlice(defaultValue?: readonly string[]): Setting<readonly string[]>;
  /**
   * With a conversion of your own, called once per change; it is given `undefined` when the key is missing. When it
   * throws, the handle keeps its last value; the first time, the error reaches you.
   */
  as<T>(parse: (value: ConfigValue | undefined) => T): Setting<T>;
}

/** A reader bound to one key and one type. `value` costs about as much as a field. For one thread. */
export interface Setting<T> {
  /** Lower-case key. */
  readonly key: string;
  /** The newest value, converted once per change. */
  readonly value: T;
}
