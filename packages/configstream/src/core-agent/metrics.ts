/** The core agent's metrics. Plain numbers are counted on the hot path and read at scrape time. */
import { Counter, Gauge, Registry } from "prom-client";
import type { StreamCounts } from "./serving/subscriber.js";

export type { Registry } from "prom-client";

export interface MetricsSource {
  readonly subscribers: number;
  readonly counts: Readonly<StreamCounts>;
}

export interface AgentMetrics {
  readonly registry: Registry;
  /** Takes the metrics out of a registry of the caller, so that the next core agent can use it. */
  release(): void;
}

const counters: readonly { readonly name: string; readonly help: string; readonly count: keyof StreamCounts }[] = [
  { name: "configstream_snapshots_sent", help: "Snapshots sent, resyncs included.", count: "snapshotsSent" },
  { name: "configstream_updates_sent", help: "Updates sent.", count: "updatesSent" },
  {
    name: "configstream_discontinuities",
    help: "Gaps found before an event was sent to a subscriber; each led to a resync snapshot.",
    count: "discontinuities",
  },
  {
    name: "configstream_dropped_updates",
    help: "Updates dropped since a subscriber's buffer was full.",
    count: "droppedUpdates",
  },
];
const subscribersName = "configstream_subscribers";

/** @param given A registry of the caller, which must not hold metrics of these names. */
export function createAgentMetrics(source: MetricsSource, given?: Registry): AgentMetrics {
  const registry = given ?? new Registry();
  const registers = [registry];
  new Gauge({
    name: subscribersName,
    help: "Open configuration streams.",
    registers,
    collect() {
      this.set(source.subscribers);
    },
  });
  for (const { name, help, count } of counters) {
    new Counter({
      name,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(source.counts[count]);
      },
    });
  }
  return {
    registry,
    release() {
      if (given === undefined) return;
      for (const name of [subscribersName, ...counters.map((counter) => counter.name)]) given.removeSingleMetric(name);
    },
  };
}
