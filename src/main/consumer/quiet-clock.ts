/** The system's clock, with timers that do not keep the process alive. */
import { type Clock, systemClock } from "../../shared/clock.js";

export const quietClock: Clock = {
  ...systemClock,
  setTimer(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    timer.unref();
    return { cancel: () => clearTimeout(timer) };
  },
};
