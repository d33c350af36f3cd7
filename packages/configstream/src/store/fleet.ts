/** Reads and changes one layer of a fleet in the store: transactions, guarded by what was read before them. */
import {
  ConfigStreamError,
  type ConfigValue,
  type ErrorCode,
  InvalidOptionError,
  lowerCase,
} from "configstream-consumer/internal";
import { type Connection, StoreError, type StoreFault } from "./etcd/connection.js";
import type { Compare, RequestOp } from "./etcd/messages.js";
import { revisionOf } from "./etcd/messages.js";
import { prefixRange } from "./etcd/ranges.js";
import { differences, type FleetDifference, type FleetState, judged } from "./fleet-changes.js";
import { guardsName, type NamedGuards, storedGuards } from "./fleet-guards.js";
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

export interface FleetWriteOptions {
  readonly note: ChangeNote;
  /** Only when nothing below the prefix was written after this revision. */
  readonly ifRevision?: number | undefined;
  /** Says what would change, and writes nothing. */
  readonly dryRun: boolean;
  /** Besides the fleet's own. Default: none. */
  readonly guards?: NamedGuards | undefined;
}

export interface FleetWritten {
  /** Of the store after the change; of what was read when nothing was written. */
  readonly revision: number;
  /** What changed; empty: everything was so already, and nothing was written. */
  readonly changes: readonly FleetDifference[];
}

export interface Fleet {
  /**
   * `revision`: of the past. Rejects with code `unavailable` when it is not kept any more. This and all else rejects with code
   * `unavailable` when no member answers, and with `unauthenticated` when the user is refused or lacks a right.
   */
  read(revision?: number): Promise<FleetState>;
  /**
   * One transaction. Rejects with code `refused_value` when something that it changes was changed by others meanwhile, or after
   * `ifRevision`, or when a value breaks a guard; nothing is written then. `undefined`: the key is deleted.
   */
  write(wanted: ReadonlyMap<string, ConfigValue | undefined>, options: FleetWriteOptions): Promise<FleetWritten>;
  /**
   * Replaces the fleet's own guards, which every later `write` is judged by; `undefined`: takes them away. Resolves to the revision of
   * the store. `text` must be JSON of guards. Rejects with code `refused_value` when others replaced them meanwhile.
   */
  writeGuards(text: string | undefined, note: ChangeNote): Promise<number>;
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
    let guards: FleetState["guards"] = { text: undefined, writtenAt: 0 };
    for (const { key, value, mod_revision } of whole.kvs) {
      const name = nameOf(key, prefix);
      if (name === guardsName) guards = { text: value ?? "", writtenAt: revisionOf(mod_revision) };
      if (name.includes("/") || name === "") continue;
      values.set(name, parseValue(value));
      writtenAt.set(name, revisionOf(mod_revision));
    }
    return { revision: whole.revision, values, writtenAt, guards };
  };

  /** Holds when the key is as it was read; 0: not there. */
  const asRead = (name: string, revision = 0): Compare => ({
    key: keyOf(name),
    target: "MOD",
    result: "EQUAL",
    mod_revision: revision,
  });

  /** Resolves to the revision of the change. Each stands on what was read, so that one which arrives late replaces nothing newer. */
  const transact = async (
    compare: readonly Compare[],
    changes: readonly RequestOp[],
    note: ChangeNote,
    refusal: string,
  ): Promise<number> => {
    const noted: RequestOp = { request_put: { key: keyOf(noteName), value: Buffer.from(JSON.stringify(note)) } };
    const { succeeded, header } = await saying(
      connection.txn({ compare, success: [...changes, noted] }),
      "It is not known whether the change was made; look before you try again.",
    );
    if (succeeded !== true) throw new ConfigStreamError("refused_value", refusal);
    return revisionOf(header?.revision);
  };

  return {
    read,
    async write(wanted, { note, ifRevision, dryRun, guards }) {
      const state = await read();
      const changes = differences(state, wanted);
      const looked = judged(state, changes, [
        ...(state.guards.text === undefined ? [] : [storedGuards(state.guards.text, prefix + guardsName)]),
        ...(guards === undefined ? [] : [guards]),
      ]);
      if (dryRun || changes.length === 0) return { revision: state.revision, changes };
      const compare = [...changes.map(({ key }) => key), ...looked].map((key) => asRead(key, state.writtenAt.get(key)));
      // Guards that came meanwhile have not judged it.
      compare.push(asRead(guardsName, state.guards.writtenAt));
      if (ifRevision !== undefined) {
        compare.push({ ...range, target: "MOD", result: "LESS", mod_revision: ifRevision + 1 });
      }
      const success: RequestOp[] = changes.map(({ key, after }) =>
        after === undefined
          ? { request_delete_range: { key: keyOf(key) } }
          : { request_put: { key: keyOf(key), value: Buffer.from(JSON.stringify(after)) } },
      );
      const refusal =
        ifRevision === undefined
          ? "Others changed the same settings, or the guards, meanwhile, and nothing was written; look at them and try again."
          : `Below ${prefix} something was written after revision ${ifRevision}, and nothing was written now; look at it and try again.`;
      return { revision: await transact(compare, success, note, refusal), changes };
    },
    async writeGuards(text, note) {
      const key = keyOf(guardsName);
      const { kvs = [] } = await saying(connection.range({ key }));
      const change: RequestOp =
        text === undefined ? { request_delete_range: { key } } : { request_put: { key, value: Buffer.from(text) } };
      return transact(
        [asRead(guardsName, revisionOf(kvs[0]?.mod_revision))],
        [change],
        note,
        "Others changed the guards meanwhile, and nothing was written; look at them and try again.",
      );
    },
    history: (limit) => saying(revisionsOf(connection, range, (event) => toEvent(event, prefix), limit)),
  };
}

function toEvent({ kv, prev_kv, type }: Parameters<Parameters<typeof revisionsOf>[2]>[0], prefix: string): FleetEvent {
  const name = nameOf(kv?.key, prefix);
  if (name === noteName) return { note: parseValue(kv?.value) as unknown as ChangeNote | undefined };
  if (name.includes("/") || name === "") return {};
  const after = type === "DELETE" ? undefined : parseValue(kv?.value);
  return { difference: { key: name, before: parseValue(prev_kv?.value), after } };
}

function nameOf(key: Uint8Array | undefined, prefix: string): string {
  return textOf(key).slice(prefix.length);
}

function textOf(bytes: Uint8Array | undefined): string {
  return Buffer.from(bytes ?? []).toString("utf8");
}

function parseValue(text: string | undefined): ConfigValue | undefined {
  try {
    return text === undefined ? undefined : (JSON.parse(text) as ConfigValue);
  } catch {
    return undefined;
  }
}

const codes: Readonly<Record<StoreFault, ErrorCode>> = {
  unavailable: "unavailable",
  refused: "unauthenticated",
  compacted: "unavailable",
  too_large: "limit_exceeded",
  invalid: "limit_exceeded",
};

/** The store's own errors as errors of the package. `unanswered`: what to say besides when no answer came. */
async function saying<T>(work: Promise<T>, unanswered?: string): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    const added = unanswered === undefined || error.fault !== "unavailable" ? "" : ` ${unanswered}`;
    throw new ConfigStreamError(codes[error.fault], error.message + added, { cause: error });
  }
}
