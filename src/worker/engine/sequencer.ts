/**
 * The order of one stream's events, as a pure state machine: which event is applied, which is dropped, and whether the
 * core agent owes a resync snapshot.
 *
 * | state | event | verdict | why |
 * |---|---|---|---|
 * | no snapshot yet | snapshot, any id | apply | ids mean nothing across streams; the first snapshot is authoritative |
 * | no snapshot yet | update | discontinuity | there is nothing that it could change |
 * | any later | id not newer than the last applied | stale | |
 * | in order | update, last + 1 | apply | |
 * | in order | update, newer than last + 1 | discontinuity | something between was lost |
 * | waiting for resync | newer update | discontinuity | the lost one is still missing |
 * | any later | newer snapshot | apply | it is the whole state, so nothing before it is missing |
 *
 * The core agent cuts a 64-bit count to int32, so ids are compared with wrap-around: "newer" means that the difference,
 * as an int32, is positive.
 */

/** What to do with an event. `stale` and `discontinuity` are counted and not applied. */
export type Verdict = "apply" | "stale" | "discontinuity";

/** The part of an event that decides about its order. */
export interface SequencedEvent {
  readonly kind: "snapshot" | "update";
  readonly sequenceId: number;
}

/** What the sequencer remembers of one stream. */
export interface SequenceState {
  /** Id of the last applied event; `undefined` before the first snapshot. */
  readonly lastApplied: number | undefined;
  /** The newest id that was seen and not applied; `undefined` when nothing newer than `lastApplied` was seen. */
  readonly missed: number | undefined;
  /** True after a discontinuity, until a snapshot is applied: updates cannot be applied meanwhile. */
  readonly gap: boolean;
}

/** The verdict on one event, and the state after it. */
export interface SequenceStep {
  readonly verdict: Verdict;
  readonly state: SequenceState;
  /** True when this event was applied but jumped over ids: a snapshot that closes a gap that was not noticed before. */
  readonly skippedIds: boolean;
}

/** The state at the opening of a stream. */
export const streamOpened: SequenceState = { lastApplied: undefined, missed: undefined, gap: false };

/**
 * True when the consumer is knowingly behind: run the resync timer while this holds, and reopen the stream when it fires. Also true
 * after a snapshot that is older than an update seen before it.
 */
export function awaitsResync({ gap, missed }: SequenceState): boolean {
  return gap || missed !== undefined;
}

/** The state after the event of this id, the last one that was applied, was refused after all: it is one that was missed. */
export function refused({ missed }: SequenceState, id: number): SequenceState {
  const isNewest = missed === undefined || distance(missed, id) >= 0;
  return { lastApplied: (id - 1) | 0, missed: isNewest ? id : missed, gap: true };
}

/** Judges one event. */
export function sequence(state: SequenceState, event: SequencedEvent): SequenceStep {
  const id = event.sequenceId | 0;
  const { lastApplied } = state;
  if (lastApplied === undefined) {
    return event.kind === "snapshot" ? applied(state, id, false) : missed(state, id);
  }
  if (distance(lastApplied, id) <= 0) return step("stale", state);
  const jumps = distance(lastApplied, id) > 1;
  if (event.kind === "snapshot") return applied(state, id, jumps && !state.gap);
  return jumps || state.gap ? missed(state, id) : applied(state, id, false);
}

/** How many ids lie from `from` to `to`, as an int32: positive when `to` is newer. */
function distance(from: number, to: number): number {
  return (to - from) | 0;
}

function applied(state: SequenceState, id: number, skippedIds: boolean): SequenceStep {
  // The first snapshot settles everything: an update seen before it may belong to any count.
  const behind = state.lastApplied !== undefined && state.missed !== undefined && distance(id, state.missed) > 0;
  const next: SequenceState = { lastApplied: id, missed: behind ? state.missed : undefined, gap: false };
  return { verdict: "apply", state: next, skippedIds };
}

function missed(state: SequenceState, id: number): SequenceStep {
  const newest = state.missed !== undefined && distance(state.missed, id) <= 0 ? state.missed : id;
  return step("discontinuity", { lastApplied: state.lastApplied, missed: newest, gap: true });
}

function step(verdict: Verdict, state: SequenceState): SequenceStep {
  return { verdict, state, skippedIds: false };
}
