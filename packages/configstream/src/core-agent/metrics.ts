/** The core agent's metrics. Plain numbers are counted on the hot path and read at scrape time. */
import { Counter, Gauge, Registry } from "prom-client";
import type { StoreStatus } from "../store/index.js";
import type { ReportCounts } from "./clients/reports.js";
import type { StreamCounts } from "./serving/subscriber.js";

export type { Registry } from "prom-client";

export interface MetricsSource {
  readonly subscribers: number;
  readonly counts: Readonly<StreamCounts>;
}

export interface ReportsSource {
  readonly openIssues: number;
  readonly counts: Readonly<ReportCounts>;
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
const reportCounters: readonly { readonly name: string; readonly help: string; readonly count: keyof ReportCounts }[] =
  [
    {
      name: "configstream_issues_reported",
      help: "Reports of health issues taken from remote agents.",
      count: "issuesReported",
    },
    {
      name: "configstream_issues_resolved",
      help: "Health issues that remote agents resolved.",
      count: "issuesResolved",
    },
    { name: "configstream_events_reported", help: "Events taken from remote agents.", count: "eventsReported" },
  ];
/** Metrics of the store; without one they are not there. */
const storeGauges: readonly { readonly name: string; readonly help: string; read(status: StoreStatus): number }[] = [
  {
    name: "configstream_store_up",
    help: "1 while the store is followed, 0 while its last state serves.",
    read: ({ state }) => Number(state === "live"),
  },
  {
    name: "configstream_store_away_seconds",
    help: "How long the store has been away.",
    read: ({ state, forMs }) => (state === "live" ? 0 : forMs / 1_000),
  },
  {
    name: "configstream_store_revision",
    help: "Revision of the store that is served.",
    read: ({ revision }) => revision,
  },
  {
    name: "configstream_store_bad_values",
    help: "Keys of the store whose newest value is not used.",
    read: ({ badKeys }) => badKeys.length,
  },
  {
    name: "configstream_store_reads",
    help: "How often everything was read anew from the store.",
    read: ({ reads }) => reads,
  },
];
const subscribersName = "configstream_subscribers";
const openIssuesName = "configstream_open_issues";

/** @param given A registry of the caller, which must not hold metrics of these names. */
export function createAgentMetrics(
  source: MetricsSource,
  reports: ReportsSource,
  given?: Registry,
  store: () => StoreStatus | undefined = () => undefined,
): AgentMetrics {
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
  new Gauge({
    name: openIssuesName,
    help: "Health issues that registered remote agents have reported and not resolved.",
    registers,
    collect() {
      this.set(reports.openIssues);
    },
  });
  const count = (name: string, help: string, value: () => number) =>
    new Counter({
      name,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(value());
      },
    });
  for (const counter of counters) count(counter.name, counter.help, () => source.counts[counter.count]);
  for (const counter of reportCounters) count(counter.name, counter.help, () => reports.counts[counter.count]);
  const stored = store() === undefined ? [] : storeGauges;
  for (const { name, help, read } of stored) {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        const status = store();
        if (status !== undefined) this.set(read(status));
      },
    });
  }
  const names = [
    subscribersName,
    openIssuesName,
    ...[...counters, ...reportCounters, ...stored].map(({ name }) => name),
  ];
  return {
    registry,
    release() {
      if (given === undefined) return;
      for (const name of names) given.removeSingleMetric(name);
    },
  };
}
