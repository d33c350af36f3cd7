/** What all consumers have in common, wherever their settings come from: how they are read, watched, told of and ended. */

import { inspect } from "node:util";
import { markStopped } from "../../memory/facts.js";
import type { Region } from "../../memory/region.js";
import { regionNow } from "../../memory/region-clock.js";
import type { Logger } from "../../shared/logger.js";
import { type ConsumerStatus, consumerStatus } from "../../status/status.js";
import type { Notices } from "../notices/notices.js";
import type { Reader } from "../reader/api.js";
import { createReader } from "../reader/reader.js";
import { LazyMetrics, type MetricsRegistry } from "../status/metrics.js";
import type { ChangeSet } from "../subscriptions/change-sets.js";
import type { SubscribeOptions, Subscription, Subscriptions } from "../subscriptions/subscriptions.js";
import { type WaitOptions, type WaitSyncOptions, waitReady, waitReadySync } from "./readiness.js";
import { type SharedConfig, sharedConfig } from "./shared-config.js";
import type { SharedReading } from "./shared-reading.js";

/** What each kind of consumer brings along. */
export interface ConsumerParts {
  readonly clientName: string;
  /** Where the settings come from, as errors and logs name it. */
  readonly origin: string;
  /** What {@link origin} is called when the consumer is logged. */
  readonly originName: "coreAgent" | "origin";
  readonly region: Region;
  readonly reading: SharedReading;
  readonly subscriptions: Subscriptions;
  readonly notices: Notices;
  /** Default time limit of waits, in ms. */
  readonly readyTimeoutMs: number;
  /** One that never throws. */
  readonly logger: Logger;
  /** Keys that must be there before waits for readiness are over. Default: none. */
  readonly required?: readonly string[] | undefined;
  /** The application's registry, if it gave one. */
  readonly registry: MetricsRegistry | undefined;
  /** Path of the file that the settings come from. Default: empty. */
  readonly configFile?: string;
  /** Ends whatever gives the settings. Called once, when readers and subscribers know already. Must not reject. */
  readonly end: () => Promise<void>;
}

/** What differs comes as {@link ConsumerParts}, not from protected methods, which JavaScript would show to applications. */
export class CommonConsumer implements AsyncDisposable {
  readonly #parts: ConsumerParts;
  readonly #metrics: LazyMetrics;
  #reader: Reader | undefined;
  #stopping: Promise<void> | undefined;

  /** Throws `InvalidOptionError` when the metrics cannot be put in the given registry. */
  constructor(parts: ConsumerParts) {
    this.#parts = parts;
    this.#metrics = new LazyMetrics(parts.registry, parts.clientName, parts.region);
    // Whoever gives a registry scrapes that one, without asking here.
    if (parts.registry !== undefined) this.#metrics.registry();
  }

  get metrics(): MetricsRegistry {
    return this.#metrics.registry();
  }

  waitReady(options?: WaitOptions): Promise<void> {
    return waitReady(this.#waiter, options);
  }

  waitReadySync(options?: WaitSyncOptions): void {
    waitReadySync(this.#waiter, options);
  }

  reader(): Reader {
    const { region, reading, subscriptions, configFile = "", logger } = this.#parts;
    this.#reader ??= createReader(region, {
      onUpdate: (callback, filter) => subscriptions.subscribe({ ...filter, onChange: callback }),
      configFile,
      logger,
      mirror: reading.mirror,
      unreadable: reading.unreadable,
    });
    return this.#reader;
  }

  subscribe(options?: SubscribeOptions): Subscription {
    return this.#parts.subscriptions.subscribe(options);
  }

  changeSets(options?: SubscribeOptions<string, ChangeSet>): Subscription<ChangeSet> {
    return this.#parts.subscriptions.changeSets(options);
  }

  on(name: unknown, listener: unknown): this {
    this.#parts.notices.add(name, listener);
    return this;
  }

  once(name: unknown, listener: unknown): this {
    this.#parts.notices.add(name, listener, true);
    return this;
  }

  off(name: unknown, listener: unknown): this {
    this.#parts.notices.remove(name, listener);
    return this;
  }

  addListener(name: unknown, listener: unknown): this {
    return this.on(name, listener);
  }

  removeListener(name: unknown, listener: unknown): this {
    return this.off(name, listener);
  }

  status(): ConsumerStatus {
    const { region, reading } = this.#parts;
    return consumerStatus(region, regionNow(region), reading.unreadable.names());
  }

  share(): SharedConfig {
    const { region, clientName, origin, readyTimeoutMs, required = [] } = this.#parts;
    return sharedConfig({ memory: region.memory, clientName, coreAgentAddress: origin, readyTimeoutMs, required });
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  /** What a log of the object shows: no session, no setting. */
  [inspect.custom](): string {
    const facts = Object.entries(this.toJSON()).map(([name, value]) => `${name}: ${value}`);
    return `Consumer { ${facts.join(", ")} }`;
  }

  /** As for {@link inspect.custom}: many loggers write objects as JSON. */
  toJSON() {
    const { clientName, originName, origin } = this.#parts;
    const { state, sequenceId } = this.status();
    return { client: clientName, [originName]: origin, state, sequenceId };
  }

  get #waiter() {
    const { region, readyTimeoutMs, origin, required = [] } = this.#parts;
    return { region, timeoutMs: readyTimeoutMs, address: origin, required };
  }

  async #stop(): Promise<void> {
    const { subscriptions, region, notices, end } = this.#parts;
    subscriptions.close();
    markStopped(region);
    notices.state("stopped");
    await end();
    this.#metrics.release();
  }
}
