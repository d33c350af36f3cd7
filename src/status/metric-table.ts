/** The consumer's metrics: their names, and how to read them from shared memory. One table, whatever shows them. */
import type { CounterName } from "../memory/counters.js";
import { countHeld } from "../memory/held.js";
import { header } from "../memory/layout.js";
import { newestPublish } from "../memory/publish-meta.js";
import type { Region } from "../memory/region.js";
import type { LifecycleState } from "../shared/types.js";
import { consumerStatus } from "./status.js";

/** Of the names of all metrics. */
export const metricPrefix = "configstream_consumer_";

/** Counters: name without prefix, word in the header, help. */
export const counterMetrics: readonly (readonly [name: string, counter: CounterName, help: string])[] = [
  ["reconnect_count", "reconnects", "Attempts to reconnect after a connection, stream or session was lost."],
  [
    "dropped_stale_updates",
    "droppedStaleUpdates",
    "Snapshots and updates dropped because their sequence id was not new.",
  ],
  ["buffer_overflow_disconnects", "bufferOverflowDisconnects", "Subscriptions ended because their buffer overflowed."],
  ["discontinuities", "discontinuities", "Gaps in the sequence ids of one stream."],
  ["snapshots_applied", "snapshotsApplied", "Snapshots applied."],
  ["updates_applied", "updatesApplied", "Updates applied."],
  ["session_registrations", "sessionRegistrations", "Sessions obtained from the core agent."],
  ["session_refresh_failures", "sessionRefreshFailures", "Session refreshes that failed."],
  ["worker_restarts", "workerRestarts", "Workers started in place of one that died."],
  ["refused_states", "refusedStates", "States refused whole since a limit would have been exceeded."],
  ["bad_messages", "badMessages", "Messages that could not be understood."],
  ["unknown_sources", "unknownSources", "Settings from a source that is missing in the priority list."],
  [
    "ambiguous_updates",
    "ambiguousUpdates",
    "Updates that name a source below the one known to win; each asks for a snapshot.",
  ],
  ["skipped_settings", "skippedSettings", "Settings left out since no reader could read them; the rest went on."],
  ["publishes", "publishes", "Publishes made visible to readers."],
  ["changes_sent", "changesSent", "Changes sent to the main thread for subscribers."],
  ["contended_reads", "contendedReads", "Reads that kept the cached value because no clean copy could be had."],
  ["cache_loads", "cacheLoads", "Starts on the settings of the cache file."],
  ["cache_refusals", "cacheRefusals", "Cache files that were there and were not used."],
  ["cache_writes", "cacheWrites", "Cache files written."],
  ["cache_write_failures", "cacheWriteFailures", "Cache files that could not be written."],
  ["checksum_mismatches", "checksumMismatches", "Values whose checksum did not match; a defect of the library."],
  ["held_values", "heldValues", "Values that broke a guard and were kept from readers."],
  [
    "unreadable_values",
    "unreadableValues",
    "Values that a getter could not convert, so that it gave its default; once a change and thread.",
  ],
];

/** Gauges: name without prefix, help, and how to read them; `undefined` gives no sample. */
export const gaugeMetrics: readonly (readonly [
  name: string,
  help: string,
  read: (region: Region) => number | undefined,
])[] = [
  ["time_to_first_snapshot_seconds", "Time from start() to the first readable snapshot.", timeToFirstSnapshot],
  ["last_sequence_id", "The core agent's number of the newest readable state.", (r) => newestPublish(r)?.sequenceId],
  ["settings", "Settings that can be read.", (r) => newestPublish(r)?.liveKeys],
  ["held_keys", "Settings whose newest value broke a guard, so that readers keep the last good one.", countHeld],
  ["region_bytes", "Bytes of the shared region.", (r) => consumerStatus(r).regionBytes],
  ["message_age_seconds", "Age of the last message of the stream.", (r) => seconds(consumerStatus(r).lastMessageAgeMs)],
  [
    "interrupted_seconds",
    "Time for which new settings have not been able to arrive.",
    (r) => seconds(consumerStatus(r).interruptedForMs),
  ],
  [
    "cached_settings_age_seconds",
    "Age of the settings while they come from the cache file.",
    (r) => seconds(consumerStatus(r).cachedAgeMs),
  ],
];

/** Values of the label `state` of the gauge {@link stateMetric}. */
export const states: readonly LifecycleState[] = [
  "starting",
  "registering",
  "connecting",
  "live",
  "stale",
  "failed",
  "stopped",
];

/** The gauge that has a series for each state: name without prefix, and help. */
export const stateMetric = {
  name: "state",
  help: "1 for the state that the consumer is in, 0 for the others.",
} as const;

function timeToFirstSnapshot(region: Region): number | undefined {
  const startedAtMs = region.load64(header.startedAtMs);
  const firstSnapshotAtMs = region.load64(header.firstSnapshotAtMs);
  if (startedAtMs === 0 || firstSnapshotAtMs === 0) return undefined;
  return seconds(Math.max(0, firstSnapshotAtMs - startedAtMs));
}

function seconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / 1_000;
}
