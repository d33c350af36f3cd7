/** What an application reads with. Types and their documentation; no behaviour. */
import type { HeldSetting } from "../../shared/held-setting.js";
import type { ConfigChange, ConfigValue, SourceValue } from "../../shared/types.js";
import type { Binding, BindingSpec, BindOptions, Bound } from "./bindings/binding-api.js";
import type { StandardSchema } from "./bindings/standard-schema.js";
import type {
  AnySchema,
  Bytes,
  Duration,
  Flattened,
  IsOpen,
  KeyFor,
  MapNameFor,
  NameIn,
  StringMap,
  ValueAt,
} from "./schema.js";
import type { Setting, UpdateSubscription } from "./setting-api.js";

export type { StringMap } from "./schema.js";
export type { Setting, UpdateSubscription } from "./setting-api.js";

/**
 * Synchronous, lock-free getters. Legal at any time: before the first snapshot every key is missing.
 *
 * Keys are compared without regard to case. A key that is missing, or whose value cannot be converted, gives
 * `defaultValue`, or the zero value of the getter's type when none is given; {@link ReaderOf.explain} says why. No getter
 * waits, and none throws, except `InvalidOptionError` for a key that is no string. Objects and arrays that a getter returns are
 * deeply frozen. The conversions are those of the Go agent's reader; docs/reader.md lists them.
 *
 * A *section* is a name that has no value of its own, but keys below it: `proxy` above `proxy.http`. `get` and the map
 * getters read it as the nested object of its settings, all of one publish, and give the same object until one of
 * them changes. To the other getters a section is a missing key.
 *
 * With a schema, each getter takes the keys whose values fit it; see {@link AnySchema} and docs/reader.md.
 */
export interface SettingGetters<S extends object = AnySchema> {
  /** The value as the core agent sent it, or a section; `undefined` when there is neither. */
  get<Name extends NameIn<S>>(key: Name): ValueAt<S, Name> | undefined;
  /** As `get`, with a default for a missing key. */
  get<Name extends NameIn<S>, T extends ConfigValue>(key: Name, defaultValue: T): ValueAt<S, Name> | T;
  /** Text; numbers and booleans are written out. Zero value `""`. */
  getString(key: KeyFor<S, string>, defaultValue?: string): string;
  /** Boolean; also 0 and 1, and the texts that Go's `strconv.ParseBool` reads. Zero value `false`. */
  getBool(key: KeyFor<S, boolean>, defaultValue?: boolean): boolean;
  /** Integer, cut towards zero; also numeric text. Safe integers only. Zero value 0. */
  getInt(key: KeyFor<S, number>, defaultValue?: number): number;
  /** As `getInt`, within 32 bits. */
  getInt32(key: KeyFor<S, number>, defaultValue?: number): number;
  /** As `getInt`: JavaScript numbers hold integers exactly up to 2⁵³. */
  getInt64(key: KeyFor<S, number>, defaultValue?: number): number;
  /** Number; also numeric text. Zero value 0. */
  getFloat64(key: KeyFor<S, number>, defaultValue?: number): number;
  /** Duration in **milliseconds**; numbers on the wire are nanoseconds, text is Go's (`1h30m`). Zero value 0. */
  getDuration(key: KeyFor<S, Duration>, defaultValueMs?: number): number;
  /** List of texts; also text that is split at white space. Zero value: an empty list. */
  getStringSlice(key: KeyFor<S, readonly string[]>, defaultValue?: readonly string[]): readonly string[];
  /** List of numbers. Zero value: an empty list. */
  getFloat64Slice(key: KeyFor<S, readonly number[]>, defaultValue?: readonly number[]): readonly number[];
  /** Map with values as sent, or a section. Zero value: an empty map. */
  getStringMap(key: MapNameFor<S, ConfigValue>, defaultValue?: StringMap<ConfigValue>): StringMap<ConfigValue>;
  /** Map of texts, or a section as one. Zero value: an empty map. */
  getStringMapString(key: MapNameFor<S, string>, defaultValue?: StringMap<string>): StringMap<string>;
  /** Map of lists of texts, or a section as one. Zero value: an empty map. */
  getStringMapStringSlice(
    key: MapNameFor<S, readonly string[]>,
    defaultValue?: StringMap<readonly string[]>,
  ): StringMap<readonly string[]>;
  /** Size in bytes: a number, or text such as `10mb` or `2 GiB` (powers of 1,024). Zero value 0. */
  getSizeInBytes(key: KeyFor<S, Bytes>, defaultValue?: number): number;
  /**
   * The proxies of the settings `proxy.http`, `proxy.https` and `proxy.no_proxy`, all of one publish; `undefined` when
   * none of them says anything, and when `fips.enabled` is true: FIPS traffic goes through a proxy of its own.
   */
  getProxies(): Proxies | undefined;
  /** True when the key, or a key below it, has a value other than null; defaults count. */
  isSet(key: NameIn<S>): boolean;
  /** True when the value was chosen: as `isSet`, but values that win from `default`, `schema` or `unknown` do not count. */
  isConfigured(key: NameIn<S>): boolean;
  /** True when the core agent knows the name: a setting, whatever its value and source, or a section. */
  isKnown(key: NameIn<S> | (string & {})): boolean;
  /** True for a setting, false for a section and for a missing key. */
  isSetting(key: NameIn<S> | (string & {})): boolean;
  /**
   * True when a section of this name was configured: a key below it has a layer other than `default`, `schema` and `unknown`, or the
   * name itself is null in such a layer.
   */
  hasSection(key: NameIn<S> | (string & {})): boolean;
  /** Names directly below a section, sorted; `""` stands for the top. Empty for a setting and for a missing key. */
  getSubfields(key: NameIn<S> | (string & {})): readonly string[];
  /** Source of the winning value; empty when the key is missing, and for a section, whose keys have one each. */
  getSource(key: NameIn<S>): string;
  /**
   * Every layer that is known to hold the key, lowest priority first; the last one wins. Those below it can be missing or old:
   * `explain` says so in `lowerLayers`.
   */
  getAllSources(key: NameIn<S>): readonly SourceValue[];
  /** All keys that exist, sorted. */
  allKeysLowercased(): readonly string[];
  /**
   * All settings as one nested object. Where a name is a setting and a section, the section shows.
   */
  allSettings(): StringMap<ConfigValue>;
  /** As `allSettings`, without the settings whose value comes from `default`, `schema` or `unknown`. */
  allSettingsWithoutDefault(): StringMap<ConfigValue>;
  /**
   * What each source says, nested, by the source's name; and under `provided` what would win without `secret`, unless it comes
   * from `default`, `schema` or `unknown`.
   * The source `secret` itself is left out, so that a dump holds no secret that the core agent resolved. What does not win can be
   * missing or old, as in `getAllSources`.
   */
  allSettingsBySource(): StringMap<StringMap<ConfigValue>>;
  /** All settings by dotted key, with the state that they belong to. */
  allFlattenedSettingsWithSequenceId(): { readonly settings: Flattened<S>; readonly sequenceId: number };
}

/** Where requests go through. */
export interface Proxies {
  /** Proxy for http; empty: none. */
  readonly http: string;
  /** Proxy for https; empty: none. */
  readonly https: string;
  /** Hosts that are reached directly. */
  readonly noProxy: readonly string[];
}

/** Why a key reads as it does. */
export interface Explanation {
  /** Lower-case key. */
  readonly key: string;
  /** As `Reader.isSet`: true for a section in which something is set. */
  readonly isSet: boolean;
  /** The winning value; the nested object for a section; `undefined` when the key is missing. */
  readonly value: ConfigValue | undefined;
  /** Empty for a section. */
  readonly source: string;
  /** Every layer, lowest priority first. */
  readonly layers: readonly SourceValue[];
  /**
   * What is known of the layers below the winning one. A core agent that sends winners alone does not report sets below them,
   * so that layers can be missing or have changed since. `known`: all are listed, as they are now. `possibly old`: what is
   * listed was sent once, with the embedded core agent's last snapshot or when it won, and may have changed since. `unknown`: none was
   * ever sent, and there may be some. `getAllSources` and `allSettingsBySource` hold the same layers.
   */
  readonly lowerLayers: "known" | "possibly old" | "unknown";
  /** The core agent's number of the state in which the present value arrived; 0 when the key is missing. */
  readonly sequenceId: number;
  /**
   * Getters that give their default although the key has a value, because it cannot be converted into what they promise. Empty for a missing key, a section, and null.
   */
  readonly unreadableBy: readonly string[];
  /** What is kept from readers because it breaks its guard; `undefined`: nothing is. */
  readonly held: HeldSetting | undefined;
  /**
   * A sentence for people; for a value that was asked for in this thread as something it cannot be converted into, with the
   * source and the kind of the value; for a missing key with the names that are close to it. Holds no value.
   */
  readonly reason: string;
}

/**
 * A reader over the present state: each call gives the newest publish. One per thread; not to be shared by posting.
 *
 * One with a schema may stand for one without: the compiler compares them by their members, because {@link PlainReader} is a type
 * of its own.
 */
export type Reader<S extends object = AnySchema> = IsOpen<S> extends true ? PlainReader : ReaderOf<S>;

/** A reader without a schema: every key is a text. */
export interface PlainReader extends ReaderOf<AnySchema> {
  view(): PlainView;
}

/** What a reader has; see {@link Reader}. */
export interface ReaderOf<S extends object> extends SettingGetters<S> {
  /** A handle for hot loops: resolves the key once, converts once per change. */
  setting<Name extends NameIn<S>>(key: Name): SettingBuilder<ValueAt<S, Name>>;
  /**
   * Settings that belong together, typed, of one publish, and followed from then on:
   *
   * ```js
   * const db = cfg.bind({ host: cfg.setting("db.host").asString("localhost"), port: cfg.setting("db.port").asInt(5432) });
   * connect(db.value.host, db.value.port);
   * ```
   *
   * Members are handles of this reader, with their defaults, and other bindings. When a member of `required` is missing or
   * cannot be read, or a parser throws, a change is refused whole: the binding keeps its last value, and says so in `lastError`.
   *
   * Throws `refused_value` when that is so now, as before the first snapshot; `InvalidOptionError`; and `view_contended` as `view` does.
   */
  bind<Spec extends BindingSpec>(spec: Spec, options?: BindOptions<keyof Spec & string>): Binding<Bound<Spec>>;
  /**
   * A section, or a setting that is a map, as a schema of zod, valibot, arktype or any other library of
   * [Standard Schema](https://standardschema.dev) makes it, of one publish. The schema is given the nested object that `get`
   * gives, and an empty one for a section without keys; keys that appear later are seen. It must be synchronous.
   *
   * What the schema refuses is counted (`unreadable_values`); otherwise as above.
   */
  bind<T>(section: NameIn<S>, schema: StandardSchema<T>): Binding<T>;
  /**
   * A value that is computed from handles and bindings, all of one publish: now, and then once for each change of them, when the value is
   * asked for or a listener waits for it. When `fn` throws, the last value stays. What `fn` gives is not frozen, and not
   * closed when another takes its place: `onChange` gives the one before. Throws as `bind` does.
   */
  derive<Spec extends BindingSpec, T>(inputs: Spec, fn: (values: Bound<Spec>) => T): Binding<T>;
  /**
   * A consistent, immutable state of all keys. Use it when several settings must belong together:
   *
   * ```js
   * // Wrong: the host of one state and the port of the next, when both change between the two calls.
   * connect(cfg.getString("proxy.host"), cfg.getInt("proxy.port"));
   *
   * // Right: both from one publish.
   * const view = cfg.view();
   * connect(view.getString("proxy.host"), view.getInt("proxy.port"));
   * ```
   *
   * Take it when it is needed and let it go: it does not follow later changes. As long as nothing changes, the same view
   * is given again.
   *
   * Throws `view_contended` only when publishes come faster than this thread can read them and it has no earlier view.
   */
  view(): View<S>;
  /** Why a key reads as it does. Of a missing key it looks at all keys that exist, for those that were meant. */
  explain(key: NameIn<S> | (string & {})): Explanation;
  /** The core agent's number of the newest published state; 0 before the first one. */
  getSequenceId(): number;
  /** Path of the first local file that settings are read from; empty for those of a core agent, which come from none here. */
  configFileUsed(): string;
  /**
   * Calls back after each change of a setting's value, in order, until `unsubscribe()`. What the callback
   * throws, or a promise of it that rejects, goes to the logger and has no other effect.
   *
   * The consumer's own reader reports every change; see `Consumer.subscribe` for filters and loops. A reader that was
   * attached in another thread gets no messages: it looks every 100 ms for what has changed meanwhile, and reports the
   * newest value of each such key, with the first old value. Neither keeps the process alive.
   */
  onUpdate(callback: (change: ConfigChange) => unknown): UpdateSubscription;
  /** What a log that writes objects as JSON shows: nothing. */
  toJSON(): object;
}

/** All keys at one publish. Never changes; keeps its memory as long as it is held. For one thread. */
export type View<S extends object = AnySchema> = IsOpen<S> extends true ? PlainView : ViewOf<S>;

/** A view without a schema: every key is a text. */
export interface PlainView extends ViewOf<AnySchema> {
  get<T extends ConfigValue>(key: string, defaultValue: T): ConfigValue | T;
  get(key: string): ConfigValue | undefined;
}

/** What a view has; see {@link View}. */
export interface ViewOf<S extends object> extends SettingGetters<S> {
  /** The core agent's number of the state. */
  readonly sequenceId: number;
  /** Milliseconds since the epoch at which the state was published; 0 for the empty view before the first publish. */
  readonly publishedAtMs: number;
  /** Name of the core agent that sent it. */
  readonly origin: string;
  /** All keys that exist, sorted. */
  keys(): readonly string[];
  /** What a log that writes objects as JSON shows: sequence id, time and origin, and no setting. */
  toJSON(): object;
}

/** The kinds of handles; see {@link SettingBuilder}. */
export interface SettingConversions<V> {
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
   * With a conversion of your own, called once per change, on the value as `get` gives it: `undefined` when the key is
   * missing, an object for a section. When it throws while the handle is made, the error reaches you. When it throws
   * later, the handle keeps its last value and says so in {@link Setting.lastError} and, once per change, to the logger.
   */
  as<T>(parse: (value: V | undefined) => T): Setting<T>;
}

type ConversionFor<V> =
  | "as"
  | { [C in keyof Wanted]: "key" extends KeyFor<{ key: V }, Wanted[C]> ? C : never }[keyof Wanted];

/** What each conversion is for. */
interface Wanted {
  asString: string;
  asBool: boolean;
  asInt: number;
  asFloat: number;
  asDuration: Duration;
  asStringSlice: readonly string[];
}

/** Chooses the type of a handle. Each call makes a new handle. */
export type SettingBuilder<V = ConfigValue> = Pick<SettingConversions<V>, ConversionFor<V>>;
