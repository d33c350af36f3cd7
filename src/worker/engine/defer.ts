import type { Timer } from "../../shared/clock.js";

/** Calls back once, soon: after what has already arrived was handed over, and well within a millisecond when idle. */
export type Defer = (callback: () => void) => Timer;

/** Defers to the end of the present turn of the event loop, when everything that the turn has read is delivered. */
export const deferToTurnEnd: Defer = (callback) => {
  const immediate = setImmediate(callback);
  return { cancel: () => clearImmediate(immediate) };
};
