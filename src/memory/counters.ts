/** Names of the counters that live in the region's header, in the order of their words. Append only. */
export const counterNames = [
  /** Attempts to reconnect after a connection, stream or session was lost. Written by the worker, like all up to `publishes`. */
  "reconnects",
  /** Snapshots and updates dropped because their sequence id was not larger than the last one. */
  "droppedStaleUpdates",
  /** Gaps in the sequence ids of one stream, and updates before the first snapshot. */
  "discontinuities",
  /** Snapshots applied. */
  "snapshotsApplied",
  /** Updates applied. */
  "updatesApplied",
  /** Sessions obtained. */
  "sessionRegistrations",
  /** Session refreshes that failed for any reason. */
  "sessionRefreshFailures",
  /** States refused whole: a limit would have been exceeded. */
  "refusedStates",
  /** Messages that could not be understood. */
  "badMessages",
  /** Settings that arrived from a source missing in the priority list. */
  "unknownSources",
  /** Publishes made visible to readers. */
  "publishes",
  /** Changes sent to the main thread for subscribers. */
  "changesSent",
  /** Subscriptions ended because their buffer overflowed. Written by the main thread, like all below. */
  "bufferOverflowDisconnects",
  /** Workers started in place of one that died. */
  "workerRestarts",
  /** Reads that kept the cached value because no clean copy could be had in a bounded number of tries. Written by any reader. */
  "contendedReads",
  /** Values whose checksum did not match. Written by any reader. */
  "checksumMismatches",
  /** Starts on the settings of a cache file. Written by the worker, like all below. */
  "cacheLoads",
  /** Cache files that were there and were not used. */
  "cacheRefusals",
  /** Cache files written. */
  "cacheWrites",
  /** Cache files that could not be written. */
  "cacheWriteFailures",
  /** Values that could not be converted into what a getter promises, once a change and thread. Written by any reader. */
  "unreadableValues",
  /** Plain updates that name a source below the one known to win; they change nothing, and a snapshot is asked for. */
  "ambiguousUpdates",
  /** Settings left out, because no reader could ever read them; the rest of their state went on. */
  "skippedSettings",
  /** Values that broke a guard and were kept from readers. Written by the worker. */
  "heldValues",
] as const;

/** Name of a counter. */
export type CounterName = (typeof counterNames)[number];
