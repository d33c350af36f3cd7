/** Reads and changes one layer of a fleet in the store: transactions, guarded by what was read before them. */
import {
  ConfigStreamError,
  type ConfigValue,
  equalValues,
  InvalidOptionError,
  lowerCase,
} from "configstream-consumer/internal";
import { type Connection, StoreError } from "./etcd/connection.js";
import type { Compare, RequestOp } from "./etcd/messages.js";
import { revisionOf } from "./etcd/messages.js";
import { prefixRange } from "./etcd/ranges.js";
import { type FleetEvent, type FleetRevision, revisionsOf } from "./fleet-history.js";
import { readRanges } from "./reading.js";

/** Where the note of a change stands below the prefix; by its slash it belongs to no layer. */
export const noteName = ".change/note";

/** Who made a change, and why, as was given. */
export interface ChangeNote {
  readonly by: string;
  readonly reason: string;
  readonly atMs: number;
}

/** A layer as it stood at one revision. */
export interface FleetState {
  readonly revision: number;
  /** By name; `undefined` where the value is no JSON. */
  readonly values: ReadonlyMap<string, ConfigValue | undefined>;
  /** By name: the revision that wrote it. */
  readonly writtenAt: ReadonlyMap<string, number>;
}

/** One setting that differs. `undefined`: it is not there, or is no JSON. */
export interface FleetDifference {
  readonly key: string;
  readonly before: ConfigValue | undefined;
  readonly after: ConfigValue | undefined;
}

export interface FleetWriteOptions {
  readonly note: ChangeNote;
  /** Only when nothing below the prefix was written after this revision. */
  readonly ifRevision?: number | undefined;
  /** Says what would change, and writes nothing. */
  readonly dryRun: boolean;
}

export interface FleetWritten {
  /** Of the store after the change; of what was read when nothing was written. */
  readonly revision: number;
  /** What changed; empty: everything was so already, and nothing was written. */
  readonly changes: readonly FleetDifference[];
}

export interface Fleet {
  /** `revision`: of the past. Rejects with code `unavailable` when it is not kept any more. */
  read(revision?: number): Promise<FleetState>;
  /**
   * One transaction. Rejects with code `refused_value` when something that it changes was changed by others meanwhile, or after
   * `ifRevision`; nothing is written then. `undefined`: the key is deleted.
   */
  write(wanted: ReadonlyMap<string, ConfigValue | undefined>, options: FleetWriteOptions): Promise<FleetWritten>;
  /** The revisions that are still kept, newest first. */
  history(limit: number): Promise<readonly FleetRevision[]>;
}

/** The name of a setting as it stands in the store. Throws `InvalidOptionError` for one that no layer would take. */
export function fleetKey(given: string): string {
  if (given !== "" && !given.includes("/")) return lowerCase(given);
  throw new InvalidOptionError(`${JSON.stringify(given)} is no name of a setting; give a dotted name without "/".`);
}

export function openFleet(connection: Connection, prefix: string): Fleet {
  const range = prefixRange(prefix);
  const keyOf = (name: string): Buffer => Buffer.from(prefix + name);

  const read = async (revision?: number): Promise<FleetState> => {
    const whole = await saying(readRanges(connection, [range], revision));
    const values = new Map<string, ConfigValue | undefined>();
    const writtenAt = new Map<string, number>();
    for (const { key, value, mod_revision } of whole.kvs) {
      const name = nameOf(key, prefix);
      if (name.includes("/") || name === "") continue;
      values.set(name, parseValue(value));
      writtenAt.set(name, revisionOf(mod_revision));
    }
    return { revision: whole.revision, values, writtenAt };
  };

  return {
    read,
    async write(wanted, { note, ifRevision, dryRun }) {
      const state = await read();
      const changes = differences(state, wanted);
      if (dryRun || changes.length === 0) return { revision: state.revision, changes };
      const compare: Compare[] = changes.map(({ key }) => ({
        key: keyOf(key),
        target: "MOD",
        result: "EQUAL",
        mod_revision: state.writtenAt.get(key) ?? 0,
      }));
      if (ifRevision !== undefined) {
        compare.push({ ...range, target: "MOD", result: "LESS", mod_revision: ifRevision + 1 });
      }
      const success: RequestOp[] = changes.map(({ key, after }) =>
        after === undefined
          ? { request_delete_range: { key: keyOf(key) } }
          : { request_put: { key: keyOf(key), value: Buffer.from(JSON.stringify(after)) } },
      );
      success.push({ request_put: { key: keyOf(noteName), value: Buffer.from(JSON.stringify(note)) } });
      const { succeeded, header } = await saying(connection.txn({ compare, success }));
      if (succeeded !== true) {
        throw new ConfigStreamError(
          "refused_value",
          ifRevision === undefined
            ? "Others changed the same settings meanwhile, and nothing was written; look at them and try again."
            : `Below ${prefix} something was written after revision ${ifRevision}, and nothing was written now; look at it and try again.`,
        );
      }
      return { revision: revisionOf(header?.revision), changes };
    },
    history: (limit) => saying(revisionsOf(connection, range, (event) => toEvent(event, prefix), limit)),
  };
}

/** What is wanted, as far as it is not so. */
export function differences(
  state: FleetState,
  wanted: ReadonlyMap<string, ConfigValue | undefined>,
): readonly FleetDifference[] {
  return [...wanted]
    .map(([key, after]) => ({ key, before: state.values.get(key), after }))
    .filter(({ key, before, after }) => {
      // One that is no JSON is there, and goes or is replaced.
      if (before === undefined || after === undefined)
        return before !== after || (state.values.has(key) && after === undefined);
      return !equalValues(before, after);
    })
    .sort((a, b) => (a.key < b.key ? -1 : 1));
}

function toEvent({ kv, prev_kv, type }: Parameters<Parameters<typeof revisionsOf>[2]>[0], prefix: string): FleetEvent {
  const name = nameOf(kv?.key, prefix);
  if (name === noteName) return { note: parseValue(kv?.value) as unknown as ChangeNote | undefined };
  if (name.includes("/") || name === "") return {};
  const after = type === "DELETE" ? undefined : parseValue(kv?.value);
  return { difference: { key: name, before: parseValue(prev_kv?.value), after } };
}

function nameOf(key: Uint8Array | undefined, prefix: string): string {
  return Buffer.from(key ?? [])
    .toString("utf8")
    .slice(prefix.length);
}

function parseValue(bytes: Uint8Array | undefined): ConfigValue | undefined {
  try {
    return bytes === undefined ? undefined : (JSON.parse(Buffer.from(bytes).toString("utf8")) as ConfigValue);
  } catch {
    return undefined;
  }
}

/** The store's own errors as errors of the package. */
async function saying<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    throw new ConfigStreamError(error.fault === "invalid" ? "limit_exceeded" : "unavailable", error.message, {
      cause: error,
    });
  }
}
