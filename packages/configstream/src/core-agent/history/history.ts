/** The past of a core agent: the ring, its file, and the way back. */
import { createHmac } from "node:crypto";
import {
  type ConfigValue,
  described,
  equalValues,
  holdsCredential,
  InvalidOptionError,
  readFault,
} from "configstream-consumer/internal";
import type { LayerWrite, RecordedWrite } from "../settings/change-set.js";
import type { EffectiveSetting } from "../settings/layer-store.js";
import type { ChangeCause } from "../settings/sources/source.js";
import {
  type HistoryEntry,
  type PastChange,
  type PastSetting,
  type PastState,
  type PastValue,
  placeOf,
} from "./entry.js";
import { type LogFile, openLog } from "./log-file.js";
import { entryLine, entryText, lifeLine } from "./log-text.js";
import { createRing } from "./ring.js";

export interface HistoryParams {
  readonly now: () => number;
  /** All settings as they are now. */
  readonly settings: ReadonlyMap<string, EffectiveSetting>;
  readonly warn: (message: string) => void;
}

export interface History {
  /** Begins with what is there. `path`: of the file; left out: the past is kept in memory alone. `secret`: makes hashes useless elsewhere. */
  open(path: string | undefined, secret: string): Promise<void>;
  /** Makes a change set ready to be kept, and gives what keeps it. Throws `InvalidOptionError` when it is too large; nothing is kept then. */
  prepare(writes: readonly RecordedWrite[], cause: ChangeCause): () => void;
  /** Change sets that are kept, oldest first. Values that may be credentials are hashes. */
  entries(): readonly HistoryEntry[];
  /** Of the newest state. */
  readonly lastId: number;
  /** How the states after two change sets differ. Throws `InvalidOptionError` for an id that is not kept. */
  diff(from: number, to: number): readonly PastChange[];
  /**
   * What brings every layer back to what it held after a change set. Throws `InvalidOptionError` for an id that is not kept, and when a value
   * that may be a credential is known by its hash alone, because it is of a former life.
   */
  wayBack(id: number): readonly LayerWrite[];
  close(): Promise<void>;
}

const limits = { maxEntries: 1_000, maxBytes: 16 * 1024 * 1024 };
/** The file is rewritten when so much was appended to it, in bytes. */
const rewriteAfterBytes = 2 * limits.maxBytes;

export function createHistory({ now, settings, warn }: HistoryParams): History {
  const ring = createRing(limits);
  let file: LogFile | undefined;
  let key = "";
  /** What the hashes of this life stand for. */
  const known = new Map<string, ConfigValue>();
  /** Hashes that are known before those are looked for that nothing needs. */
  let mostKnown = 2 * limits.maxEntries;

  const past = (name: string, value: ConfigValue | undefined): PastValue | undefined => {
    if (value === undefined) return undefined;
    if (!holdsCredential(name, value)) return { value };
    const hash = createHmac("sha256", key)
      .update(`${name}\n${JSON.stringify(sorted(value))}`)
      .digest("hex");
    known.set(hash, value);
    return { hash };
  };

  /** Hashes that no kept change set has stand for nothing any more; those of what is there now are made when they are needed. */
  const forget = (): void => {
    const used = new Set<string>();
    for (const { changes } of ring.entries()) {
      for (const { before, after } of changes) {
        for (const each of [before, after]) if (each !== undefined && "hash" in each) used.add(each.hash);
      }
    }
    for (const hash of known.keys()) if (!used.has(hash)) known.delete(hash);
    mostKnown = Math.max(2 * limits.maxEntries, 2 * known.size);
  };

  const current = (): PastState => {
    const state = new Map<string, PastSetting>();
    for (const [name, { layers }] of settings) {
      for (const { source, value } of layers) {
        state.set(placeOf(source, name), { source, key: name, value: past(name, value) as PastValue });
      }
    }
    return state;
  };

  const kept = (id: number): PastState => {
    const state = ring.stateAt(id, current);
    if (state !== undefined) return state;
    throw new InvalidOptionError(
      `No state ${described(id)} is kept; give an id from ${ring.firstId} to ${ring.lastId}.`,
    );
  };

  const wayFrom = (from: PastState, to: PastState): readonly PastChange[] => {
    const changes: PastChange[] = [];
    for (const [place, { source, key: name, value }] of from) {
      if (!to.has(place)) changes.push({ source, key: name, before: value, after: undefined });
    }
    for (const [place, { source, key: name, value }] of to) {
      const before = from.get(place)?.value;
      if (before === undefined || !samePast(before, value)) changes.push({ source, key: name, before, after: value });
    }
    return changes;
  };

  return {
    async open(path, secret) {
      key = secret;
      if (path !== undefined) {
        try {
          const opened = await openLog(path, (reason) =>
            warn(`The history cannot be written to ${path} any more: ${reason}.`),
          );
          file = opened.file;
          for (const life of opened.lives) ring.remember(life);
          if (opened.cut)
            warn(
              `The end of the history in ${path} was damaged and is cut off. Two core agents must not share a directory.`,
            );
        } catch (error) {
          warn(`The history in ${path} ${readFault(error)}; it is kept in memory alone.`);
        }
      }
      const timeMs = now();
      ring.begin(timeMs);
      if (file !== undefined) file.append(lifeLine({ id: ring.lastId, timeMs, base: current(), entries: [] }));
    },
    prepare(writes, cause) {
      const changes = writes.map(({ source, key: name, before, value }) => ({
        source,
        key: name,
        before: past(name, before),
        after: past(name, value),
      }));
      const entry: HistoryEntry = { id: ring.lastId + 1, timeMs: now(), cause, changes };
      const text = textOf(entry);
      return () => {
        ring.add(entry, text.length);
        file?.append(entryLine(text));
        if (file !== undefined && file.appended > rewriteAfterBytes) file.rewrite(ring.lives(current));
        if (known.size > mostKnown) forget();
      };
    },
    entries: () => ring.entries(),
    get lastId() {
      return ring.lastId;
    },
    diff: (from, to) => wayFrom(kept(from), kept(to)).toSorted(byPlace),
    wayBack(id) {
      const changes = wayFrom(current(), kept(id));
      const lost = changes.filter(({ after }) => after !== undefined && "hash" in after && !known.has(after.hash));
      if (lost.length > 0) {
        const names = lost.map(({ key: name }) => JSON.stringify(name)).join(", ");
        throw new InvalidOptionError(
          `State ${id} cannot be brought back: of ${names} only hashes are kept from before the last start; set them by hand.`,
        );
      }
      return changes.map(({ source, key: name, after }) => {
        if (after === undefined) return { source, key: name, value: undefined };
        return { source, key: name, value: "value" in after ? after.value : known.get(after.hash) };
      });
    },
    async close() {
      await file?.close();
    },
  };
}

function textOf(entry: HistoryEntry): string {
  try {
    return entryText(entry);
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown;
    throw new InvalidOptionError(
      `The change of ${entry.changes.length} settings is too large for the history; change fewer at a time.`,
      { cause: thrown },
    );
  }
}

function byPlace(a: PastChange, b: PastChange): number {
  const [one, other] = [`${a.key}\n${a.source}`, `${b.key}\n${b.source}`];
  return Number(one > other) - Number(one < other);
}

function samePast(a: PastValue, b: PastValue): boolean {
  if ("hash" in a || "hash" in b) return "hash" in a && "hash" in b && a.hash === b.hash;
  return equalValues(a.value, b.value);
}

/** Maps in the order of their names, so that equal values have equal hashes. */
function sorted(value: ConfigValue): ConfigValue {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, item]) => [name, sorted(item as ConfigValue)]));
}
