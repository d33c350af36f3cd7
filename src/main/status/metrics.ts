/**
 * Metrics for prom-client. Values are read from shared memory while a scrape runs, without a message to the worker.
 *
 * Every series has the label `client`, the consumer's `clientName`, so that several consumers can share a registry; two of
 * the same name at a time cannot. A stopped consumer takes its series out of a registry that the application gave, and the last one
 * takes the metrics out; in a registry of its own its last values stay.
 */

import type { Registry, RegistryContentType } from "prom-client";
import { readCounter } from "../../memory/facts.js";
import type { Region } from "../../memory/region.js";
import { InvalidOptionError } from "../../shared/errors.js";
import { counterMetrics, gaugeMetrics, metricPrefix, stateMetric, states } from "../../status/metric-table.js";
import { consumerStatus } from "../../status/status.js";
import { loadPromClient } from "./prom-client.js";

/** A registry of prom-client, of either text format. */
export type MetricsRegistry = Registry<RegistryContentType>;

/** What a registry that an application gives must have; those of prom-client 14 and 15 fit. */
export interface GivenRegistry {
  /** Adds a metric. */
  registerMetric(metric: never): void;
  /** The metric of a name, if there is one. */
  getSingleMetric(name: string): unknown;
  /** Removes a metric. */
  removeSingleMetric(name: string): void;
  /** All metrics as text. */
  metrics(): Promise<string>;
}

/** How prom-client combines the gauges of a cluster's processes, where the largest one is not what counts. */
const aggregators: { readonly [name: string]: "min" | "sum" } = {
  // The process that is furthest behind.
  last_sequence_id: "min",
  settings: "min",
  // What they take together.
  region_bytes: "sum",
};

/** A consumer's part in a registry. */
export interface MetricsSource {
  /** No longer reads from the consumer: takes its series away, or leaves the last values where `keep` is true. Idempotent. */
  release(keep?: boolean): void;
}

/** A consumer's metrics. They are put in a registry when that is first asked for, because prom-client takes a while to load. */
export class LazyMetrics implements MetricsSource {
  readonly #given: MetricsRegistry | undefined;
  readonly #clientName: string;
  readonly #region: Region;
  #placed: { readonly registry: MetricsRegistry; readonly source: MetricsSource } | undefined;
  #isReleased = false;

  /** @param given The registry that they are put in. Default: one of their own. */
  constructor(given: MetricsRegistry | undefined, clientName: string, region: Region) {
    this.#given = given;
    this.#clientName = clientName;
    this.#region = region;
  }

  /** The registry, with the metrics in it. Throws as {@link addMetrics} does, and when prom-client cannot be loaded. */
  registry(): MetricsRegistry {
    this.#placed ??= this.#place();
    return this.#placed.registry;
  }

  release(): void {
    this.#isReleased = true;
    this.#placed?.source.release(this.#given === undefined);
  }

  #place() {
    const registry: MetricsRegistry = this.#given ?? new (loadPromClient().Registry)();
    const source = addMetrics(registry, this.#clientName, this.#region);
    // The last values are still in the memory.
    if (this.#isReleased) source.release(this.#given === undefined);
    return { registry, source };
  }
}

/** Puts a consumer's metrics in a registry. Throws `InvalidOptionError` when their names or its label are taken there. */
export function addMetrics(registry: MetricsRegistry, clientName: string, region: Region): MetricsSource {
  let collector = collectors.get(registry);
  // A registry that was cleared has lost what stood there.
  if (collector === undefined || registry.getSingleMetric(`${metricPrefix}${stateMetric.name}`) === undefined) {
    collector = new Collector(registry);
    collectors.set(registry, collector);
  }
  return collector.add(clientName, valuesOf(region));
}

/** What a consumer reports, by the names of the metrics without their prefix: plain, because another copy may collect it. */
interface MetricValues {
  counter(name: string): number | undefined;
  gauge(name: string): number | undefined;
  state(): string;
}

/** What one copy of this package knows of another one's collector. */
interface SharedCollector {
  add(client: string, values: MetricValues): MetricsSource;
}

const globalName = Symbol.for("configstream-consumer/metrics-collectors");
const here = globalThis as { [globalName]?: WeakMap<MetricsRegistry, SharedCollector> };
here[globalName] ??= new WeakMap();
/** One per registry, because a name can be registered only once there; shared by all copies of this package in this thread. */
const collectors = here[globalName];

const counterNames = new Map(counterMetrics.map(([name, counter]) => [name, counter]));
const gaugeReads = new Map(gaugeMetrics.map(([name, , read]) => [name, read]));

function valuesOf(region: Region): MetricValues {
  return {
    counter(name) {
      const counter = counterNames.get(name);
      return counter === undefined ? undefined : readCounter(region, counter);
    },
    gauge: (name) => gaugeReads.get(name)?.(region),
    state: () => consumerStatus(region).state,
  };
}

interface Source {
  readonly values: MetricValues;
  /** Counters as they were when last collected. */
  readonly seen: Map<string, number>;
}

/** One metric in the registry, filled from the sources. */
interface Collected {
  readonly name: string;
  collect(client: string, source: Source): void;
  remove(client: string): void;
}

class Collector implements SharedCollector {
  readonly #prom = loadPromClient();
  readonly #registry: MetricsRegistry;
  readonly #sources = new Map<string, Source>();
  readonly #metrics: readonly Collected[];

  constructor(registry: MetricsRegistry) {
    const names = [...counterMetrics.map(([name]) => name), ...gaugeMetrics.map(([name]) => name), stateMetric.name];
    const taken = names.find((name) => registry.getSingleMetric(metricPrefix + name) !== undefined);
    if (taken !== undefined) {
      throw new InvalidOptionError(
        `Option "registry": the metric ${metricPrefix}${taken} is already registered there by other code. Give a registry of its own.`,
      );
    }
    this.#registry = registry;
    this.#metrics = [
      ...counterMetrics.map(([name, , help]) => this.#counter(name, help)),
      ...gaugeMetrics.map(([name, help]) => this.#gauge(name, help)),
      this.#state(),
    ];
  }

  add(client: string, values: MetricValues): MetricsSource {
    if (this.#sources.has(client)) {
      throw new InvalidOptionError(
        `Option "registry": a consumer with clientName "${client}" already reports there. Give each consumer of a registry ` +
          "another clientName, or stop the first one before.",
      );
    }
    const source: Source = { values, seen: new Map() };
    this.#sources.set(client, source);
    return {
      release: (keep = false) => {
        if (this.#sources.get(client) !== source) return;
        if (keep) for (const metric of this.#metrics) metric.collect(client, source);
        this.#sources.delete(client);
        if (!keep) this.#takeOut(client);
      },
    };
  }

  #takeOut(client: string): void {
    for (const metric of this.#metrics) metric.remove(client);
    // A registry that was cleared may have another collector by now.
    if (this.#sources.size > 0 || collectors.get(this.#registry) !== this) return;
    for (const { name } of this.#metrics) this.#registry.removeSingleMetric(name);
    collectors.delete(this.#registry);
  }

  #counter(name: string, help: string): Collected {
    const collect = (client: string, { values, seen }: Source): void => {
      const now = values.counter(name);
      if (now === undefined) return;
      // The word wraps at 2³², which the difference is not affected by. Adding 0 makes the series exist.
      metric.inc({ client }, (now - (seen.get(name) ?? 0)) >>> 0);
      seen.set(name, now);
    };
    const metric = new this.#prom.Counter({ ...this.#facts(name, help, collect), labelNames: ["client"] });
    return { name: metricPrefix + name, collect, remove: (client) => metric.remove({ client }) };
  }

  #gauge(name: string, help: string): Collected {
    const collect = (client: string, { values }: Source): void => {
      const value = values.gauge(name);
      if (value === undefined) metric.remove({ client });
      else metric.set({ client }, value);
    };
    const aggregator = aggregators[name] ?? "max";
    const metric = new this.#prom.Gauge({ ...this.#facts(name, help, collect), aggregator, labelNames: ["client"] });
    return { name: metricPrefix + name, collect, remove: (client) => metric.remove({ client }) };
  }

  #state(): Collected {
    const collect = (client: string, { values }: Source): void => {
      const present = values.state();
      for (const state of states) metric.set({ client, state }, state === present ? 1 : 0);
    };
    const metric = new this.#prom.Gauge({
      ...this.#facts(stateMetric.name, stateMetric.help, collect),
      // Of a cluster's processes, 1 for each state that one of them is in: never more, so that alerts on 1 fire.
      aggregator: "max",
      labelNames: ["client", "state"],
    });
    const remove = (client: string) => {
      for (const state of states) metric.remove({ client, state });
    };
    return { name: `${metricPrefix}${stateMetric.name}`, collect, remove };
  }

  #facts(name: string, help: string, collect: Collected["collect"]) {
    return {
      name: metricPrefix + name,
      help,
      registers: [this.#registry],
      collect: () => {
        for (const [client, source] of this.#sources) collect(client, source);
      },
    };
  }
}
