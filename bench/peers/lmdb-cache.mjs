// With the cache that checks at every read whether another thread or process has changed the value: the promise that the
// library gives.
import { openWith } from "./lmdb.mjs";

export function create(settings, dir) {
  return openWith(settings, dir, { cache: { validated: true } });
}
