/**
 * The clock of a region: milliseconds since the epoch, as it was known when the region was made, counted on by the monotonic clock that
 * all threads of a process share. So a step of the system's clock makes no age absurd, and threads agree.
 */
import { header } from "./layout.js";
import type { Region } from "./region.js";

/** The present moment, on the clock of the region and its status. People and files need the system's clock instead. */
export function regionNow(region: Region): number {
  return region.clock.monotonic() + region.load64(header.clockOffsetMs);
}
