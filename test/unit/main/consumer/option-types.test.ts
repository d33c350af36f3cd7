import type { WorkerOptions } from "node:worker_threads";
import { type Counter, Registry } from "prom-client";
import { describe, expect, it } from "vitest";
import type { CoreAgentOptions } from "../../../../packages/configstream/src/core-agent/index.js";
import {
  type AttachOptions,
  type ConsumerOptions,
  createConsumer,
  type EffectiveConfigOptions,
  type HealthOptions,
  type SubscribeOptions,
  type WaitOptions,
} from "../../../../src/index.js";

/** What the types of prom-client 14 say about a registry: it had neither content types nor options. */
interface RegistryOf14 {
  metrics(): Promise<string>;
  clear(): void;
  resetMetrics(): void;
  registerMetric<T extends string>(metric: Counter<T>): void;
  getMetricsAsJSON(): Promise<readonly { readonly name: string }[]>;
  getMetricsAsArray(): readonly { readonly name: string }[];
  removeSingleMetric(name: string): void;
  setDefaultLabels(labels: object): void;
  getSingleMetric<T extends string>(name: string): Counter<T>;
  getSingleMetricAsString(name: string): Promise<string>;
  readonly contentType: string;
}

// The project compiles under exactOptionalPropertyTypes, so that this file compiles is what is tested.
describe("the options of a consumer", () => {
  it("take what Node.js's own types say of a worker, undefined included, and a registry of prom-client 14", () => {
    const settings: Pick<WorkerOptions, "resourceLimits"> = { resourceLimits: undefined };
    const registry: RegistryOf14 = new Registry() as never;
    const given: ConsumerOptions = {
      clientName: "types",
      coreAgentAddress: "localhost:1",
      authTokenFile: "/none",
      ipcCertFile: "/none",
      resourceLimits: settings.resourceLimits,
      registry,
    };
    const consumer = createConsumer(given);
    expect(registry.getMetricsAsArray().map(({ name }) => name)).toContain("configstream_consumer_worker_restarts");
    return consumer.stop();
  });

  it("take undefined for each option, as for one that is left out, at every entrance", () => {
    const pass = <T>(options: T): T => options;
    const all = [consumer, cache, serve, effective, subscription, wait, health, attach, coreAgent];
    expect(all.map((as) => as(pass))).toHaveLength(9);
  });
});

/** As in code that reads options from elsewhere: what may be left out may be undefined. */
type Loose<T> = { [Name in keyof T]: object extends Pick<T, Name> ? T[Name] | undefined : T[Name] };
type Nested<T> = Extract<T, object>;
type CacheOptions = Nested<ConsumerOptions["cache"]>;
type ServeOptions = Nested<ConsumerOptions["serve"]>;
type Pass = <T>(options: T) => T;
const consumer = (pass: Pass): ((options: Loose<ConsumerOptions>) => ConsumerOptions) => pass;
const cache = (pass: Pass): ((options: Loose<CacheOptions>) => CacheOptions) => pass;
const serve = (pass: Pass): ((options: Loose<ServeOptions>) => ServeOptions) => pass;
const effective = (pass: Pass): ((options: Loose<EffectiveConfigOptions>) => EffectiveConfigOptions) => pass;
const subscription = (pass: Pass): ((options: Loose<SubscribeOptions>) => SubscribeOptions) => pass;
const wait = (pass: Pass): ((options: Loose<WaitOptions>) => WaitOptions) => pass;
const health = (pass: Pass): ((options: Loose<HealthOptions>) => HealthOptions) => pass;
const attach = (pass: Pass): ((options: Loose<AttachOptions>) => AttachOptions) => pass;
const coreAgent = (pass: Pass): ((options: Loose<CoreAgentOptions>) => CoreAgentOptions) => pass;
