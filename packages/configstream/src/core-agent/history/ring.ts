/**
 * The last change sets, bounded in number and size, the oldest given up first. The present life has no state of its own here: it is found
 * from what is there now, backwards. Pure.
 */
import { changeBack, changeOn, type HistoryEntry, type Life, type PastSetting, type PastState } from "./entry.js";
import { entryText } from "./log-text.js";

export interface RingLimits {
  readonly maxEntries: number;
  /** Of all change sets, and of the states that former lives began with, as JSON. */
  readonly maxBytes: number;
}

export interface Ring {
  /** Adds a life of the past. */
  remember(life: Life): void;
  /** The present life begins, or nothing is kept of what it was. */
  begin(timeMs: number): void;
  /** `bytes`: what it counts as, of what is kept. */
  add(entry: HistoryEntry, bytes: number): void;
  /** All change sets, oldest first. */
  entries(): readonly HistoryEntry[];
  /** Of the oldest state that can be found, and of the present one. */
  readonly firstId: number;
  readonly lastId: number;
  /** The state after a change set, or at the begin of a life; `undefined` when it is not kept. */
  stateAt(id: number, present: () => PastState): PastState | undefined;
  /** Everything, as it is written to a file. */
  lives(present: () => PastState): readonly Life[];
}

interface Sized {
  readonly entry: HistoryEntry;
  readonly bytes: number;
}

interface OpenLife {
  id: number;
  timeMs: number;
  readonly base: Map<string, PastSetting> | undefined;
  readonly baseBytes: number;
  readonly entries: Sized[];
}

export function createRing({ maxEntries, maxBytes }: RingLimits): Ring {
  /** The last one is the present one, which has no base. */
  const lives: OpenLife[] = [];
  let count = 0;
  let bytes = 0;

  const giveUpOldest = (oldest: OpenLife): void => {
    const first = oldest.entries.shift();
    if (first === undefined) {
      bytes -= oldest.baseBytes;
      lives.shift();
      return;
    }
    count -= 1;
    bytes -= first.bytes;
    if (oldest.base !== undefined) changeOn(oldest.base, first.entry);
    oldest.id = first.entry.id;
    oldest.timeMs = first.entry.timeMs;
  };

  const trim = (): void => {
    while (count > maxEntries || bytes > maxBytes) {
      const [oldest] = lives;
      if (oldest === undefined || (lives.length === 1 && oldest.entries.length === 0)) return;
      giveUpOldest(oldest);
    }
  };

  const open = (life: Omit<OpenLife, "entries" | "baseBytes">, entries: readonly HistoryEntry[]): void => {
    const sized = entries.map((entry) => ({ entry, bytes: entryText(entry).length }));
    const baseBytes = life.base === undefined ? 0 : sizeOf([...life.base.values()]);
    lives.push({ ...life, baseBytes, entries: sized });
    count += sized.length;
    bytes += sized.reduce((sum, each) => sum + each.bytes, baseBytes);
    trim();
  };

  const lastId = (): number => {
    const last = lives.at(-1);
    return last?.entries.at(-1)?.entry.id ?? last?.id ?? 0;
  };

  const stateOf = (life: OpenLife, id: number, present: () => PastState): PastState | undefined => {
    const entries = life.entries.map(({ entry }) => entry);
    if (life === lives.at(-1)) return backTo(id, present(), entries);
    if (life.base === undefined) return undefined;
    const state = new Map(life.base);
    for (const entry of entries) if (entry.id <= id) changeOn(state, entry);
    return state;
  };

  return {
    remember({ id, timeMs, base, entries }) {
      open({ id, timeMs, base: base === undefined ? undefined : new Map(base) }, entries);
    },
    begin: (timeMs) => open({ id: lastId() + 1, timeMs, base: undefined }, []),
    add(entry, size) {
      lives.at(-1)?.entries.push({ entry, bytes: size });
      count += 1;
      bytes += size;
      trim();
    },
    entries: () => lives.flatMap(({ entries }) => entries.map(({ entry }) => entry)),
    get firstId() {
      return lives[0]?.id ?? 0;
    },
    get lastId() {
      return lastId();
    },
    stateAt(id, present) {
      if (!Number.isInteger(id) || id > lastId()) return undefined;
      const life = lives.findLast((each) => each.id <= id);
      return life === undefined ? undefined : stateOf(life, id, present);
    },
    lives: (present) =>
      lives.map((life) => ({
        id: life.id,
        timeMs: life.timeMs,
        base: stateOf(life, life.id, present),
        entries: life.entries.map(({ entry }) => entry),
      })),
  };
}

function backTo(id: number, present: PastState, entries: readonly HistoryEntry[]): PastState {
  const state = new Map(present);
  for (const entry of entries.toReversed()) if (entry.id > id) changeBack(state, entry);
  return state;
}

function sizeOf(what: unknown): number {
  return JSON.stringify(what).length;
}
