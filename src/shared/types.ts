/** The vocabulary that every part of the library shares. Types only, no behaviour. */

/** A decoded setting value. Objects and arrays that the library hands out are deeply frozen. */
export type ConfigValue =
  | null
  | boolean
  | number
  | string
  | readonly ConfigValue[]
  | { readonly [key: string]: ConfigValue };

/** The value that one source gives to a key. */
export interface SourceValue {
  /** Name of the source, such as `file` or `cli`. */
  readonly source: string;
  readonly value: ConfigValue;
}

/**
 * A setting as the wire carries it, after the protobuf value has been converted. While no other source claims its key, it also
 * is what the key resolves to, a {@link ResolvedSetting}, without a copy.
 */
export interface WireSetting {
  readonly source: string;
  readonly key: string;
  /** Deeply frozen. */
  readonly value: ConfigValue;
  /** The layer that a removal cleared; empty for a plain set. */
  readonly unsetSource: string;
}

/** One event of the stream. */
export type WireEvent =
  | {
      readonly kind: "snapshot";
      readonly origin: string;
      readonly sequenceId: number;
      readonly settings: readonly WireSetting[];
      /** Each key has an entry for each of its layers, lowest priority first. Without it, the dialect says what entries mean. */
      readonly allLayers?: boolean;
    }
  | {
      readonly kind: "update";
      readonly origin: string;
      readonly sequenceId: number;
      readonly setting: WireSetting;
    };

/**
 * What a key resolves to: the winning value, where it came from, and every layer that claims the key. Nearly all keys have a
 * single layer, and with many keys a list for each would be much of a process's memory, so those go without.
 */
export interface ResolvedSetting {
  readonly value: ConfigValue;
  /** Source of the winning value. */
  readonly source: string;
  /** All layers that hold the key, lowest priority first, the last one wins; `undefined` when only `source` holds it. */
  readonly layers?: readonly SourceValue[] | undefined;
}

/** One real difference between two states of the configuration. */
export interface EffectiveChange {
  /** Lower-case dotted key. */
  readonly key: string;
  /** What the key resolves to now; `undefined` when no layer holds it any more. */
  readonly setting: ResolvedSetting | undefined;
  /** The value before; `undefined` when the key did not exist. */
  readonly oldValue: ConfigValue | undefined;
  /** False when only layers or the winning source changed: worth publishing, but no change event. */
  readonly valueChanged: boolean;
  /** The core agent's number of the state that brought it, where that is an earlier one than the one that is published. */
  readonly sequenceId?: number;
}

/** A change of one setting, as subscribers receive it. */
export interface ConfigChange {
  /** Lower-case dotted key. */
  readonly key: string;
  /** The value before; `undefined` when the key did not exist. */
  readonly oldValue: ConfigValue | undefined;
  /** The value now; `undefined` when the key was removed. */
  readonly newValue: ConfigValue | undefined;
  /** Source of the new value; empty when the key was removed. */
  readonly source: string;
  /** The core agent's number of the state in which the change became visible. */
  readonly sequenceId: number;
}

/**
 * Where the consumer stands.
 *
 * | state | meaning |
 * |---|---|
 * | `starting` | the worker is being started, or waits for its credentials |
 * | `registering` | a session is being obtained from the core agent |
 * | `connecting` | a stream is being opened, its first snapshot has not arrived |
 * | `live` | the stream is open and its first snapshot has been applied |
 * | `stale` | settings are readable, but the stream is down; a new attempt is scheduled |
 * | `failed` | the last attempt failed and no settings have ever arrived, or a fixed session id was rejected; retried with back-off |
 * | `stopped` | `stop()` was called; the last settings stay readable |
 */
export type LifecycleState = "starting" | "registering" | "connecting" | "live" | "stale" | "failed" | "stopped";

/** The step of start-up that a consumer is at, named in the error of a wait that timed out. */
export type StartupStep = "credentials" | "registration" | "connection" | "first snapshot" | "done";

/** A failure in a form that crosses threads. Never contains a token or a setting value. */
export interface ErrorSummary {
  readonly code: string;
  readonly message: string;
  /** The failure alone, where the message also says how long was waited because of it. */
  readonly reason?: string;
  /** Milliseconds since the Unix epoch. */
  readonly atMs: number;
}

/** Where the engine stands. Everything that `status()` reports about it, in one value that is replaced whole. */
export interface EngineStatus {
  readonly state: LifecycleState;
  /** What the engine is waiting for on its way to `live`. */
  readonly step: StartupStep;
  /** Consecutive failed attempts since the stream was last live. */
  readonly attempt: number;
  /** When the next attempt starts, in ms since the epoch; `undefined` when none is scheduled. */
  readonly nextAttemptAtMs: number | undefined;
  /** When the present session was obtained, in ms since the epoch. */
  readonly sessionSinceMs: number | undefined;
  readonly lastError: ErrorSummary | undefined;
  /** Since when new settings cannot reach the readers, in ms since the epoch; `undefined` when they can. */
  readonly interruptedSinceMs?: number | undefined;
  /** Until when the core agent stood behind the settings of a cache file that are read now; `undefined`: none are. */
  readonly cachedAtMs?: number | undefined;
  /** Where the core agent was found by its own configuration file. */
  readonly coreAgentAddress?: string | undefined;
  /** Nothing is tried any more, and nothing will arrive: no worker could be started. */
  readonly hopeless?: boolean;
  /** False: settings are told without a worker, so there is no heartbeat to look at. */
  readonly hasWorker?: boolean;
}

/** The part of `WebAssembly.Memory` that a region uses; the ES library typings have no WebAssembly. Can be posted. */
export interface SharedMemory {
  readonly buffer: SharedArrayBuffer;
  /** Adds pages and gives the former number of pages; throws a `RangeError` at the maximum. */
  grow(pages: number): number;
}

/** Where a configuration file stands. */
export interface FileStatus {
  readonly path: string;
  /** `read`: its newest content is in force. `missing`: it sets nothing. `refused`: its last good content is in force. */
  readonly state: "read" | "missing" | "refused";
  /** Why it is missing or refused, as a sentence that names the path. */
  readonly reason?: string;
}
