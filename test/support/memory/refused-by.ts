import type { ConfigStreamError } from "../../../src/shared/errors.js";

/** The error that a call throws; fails when it throws none. */
export function refusedBy(make: () => unknown): ConfigStreamError {
  try {
    make();
  } catch (thrown) {
    return thrown as ConfigStreamError;
  }
  throw new Error("nothing was refused");
}
