/**
 * Runs long-lived work outside the asynchronous context of the caller: a consumer that was made in a request must not keep that
 * request's store alive, nor show it to callbacks that were added elsewhere.
 */
import { AsyncResource } from "node:async_hooks";

// Of the time when this module was loaded: there is no public way to an empty one.
const outside = new AsyncResource("ConfigStream");

/** Gives what `run` gives. */
export function detached<T>(run: () => T): T {
  return outside.runInAsyncScope(run);
}
