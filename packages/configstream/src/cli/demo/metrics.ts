/** The consumer's health in a few words, and its main metrics by short names. */
import { type ConsumerStatus, checkHealth, type MetricsRegistry } from "configstream-consumer";
import { formatBytes, formatCount } from "../terminal/format.js";

const prefix = "configstream_consumer_";
const shown: readonly (readonly [metric: string, label: string, format: (value: number) => string])[] = [
  ["snapshots_applied", "snapshots", formatCount],
  ["updates_applied", "updates", formatCount],
  ["reconnect_count", "reconnects", formatCount],
  ["dropped_stale_updates", "stale", formatCount],
  ["discontinuities", "gaps", formatCount],
  ["buffer_overflow_disconnects", "overflows", formatCount],
  ["worker_restarts", "worker restarts", formatCount],
  ["last_sequence_id", "sequence id", formatCount],
  ["region_bytes", "shared memory", formatBytes],
];

export type MetricLine = readonly (readonly [label: string, value: string])[];

/** The verdicts of the health check: `live, ready`, or what is wrong. */
export function healthText(status: ConsumerStatus): string {
  const { live, ready, stale } = checkHealth(status);
  return `${live ? "live" : "not live"}, ${ready ? "ready" : "not ready"}${stale ? ", stale" : ""}`;
}

/** Those of the main metrics that have a value. */
export async function mainMetrics(registry: MetricsRegistry): Promise<MetricLine> {
  const values = new Map<string, number>();
  for (const { name, values: samples } of (await registry.getMetricsAsJSON()) as readonly Sampled[]) {
    const [first] = samples;
    if (first !== undefined) values.set(name, first.value);
  }
  return shown.flatMap(([metric, label, format]) => {
    const value = values.get(prefix + metric);
    return value === undefined ? [] : [[label, format(value)] as const];
  });
}

interface Sampled {
  readonly name: string;
  readonly values: readonly { readonly value: number }[];
}
