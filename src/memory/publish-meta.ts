/** What the newest publish says about itself. */
import { currentPosition, type PublishMeta, publishMeta, stillHolds } from "./arena-reader.js";
import { count } from "./facts.js";
import type { Region } from "./region.js";

/** Tries of one read; each fails only when two publishes begin while a few hundred nanoseconds pass. */
const MAX_TRIES = 8;

/** `undefined` before the first publish, and when no clean copy can be had now. */
export function newestPublish(region: Region): PublishMeta | undefined {
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const position = currentPosition(region);
    if (position.ordinal === 0) return undefined;
    const meta = publishMeta(region, position);
    if (stillHolds(region, position) && meta !== undefined) return meta;
  }
  count(region, "contendedReads");
  return undefined;
}
