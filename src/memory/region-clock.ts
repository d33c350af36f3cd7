/**
 * The clock of a region: milliseconds since the epoch, as it was known when the region was made, counted on by the monotonic clock that
 * all threads of a process share. So a step of the system's clock makes no age absurd, and threads agree.
 */
import { systemClock } from "../shared/clock.js";
import { header } from "./layout.js";
import type { Region } from "./region.js";

/** The present moment, as it stands in the region and its status. Not for people and files; those want the system's clock. */
export function regionNow(region: Region): number {
  return systemClock.monotonic() + region.load64(header.clockOffsetMs);
}
