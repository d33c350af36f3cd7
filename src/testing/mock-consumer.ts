/**
 * A consumer for tests: no worker, no network, no file. It reads through the same shared memory, layers, subscriptions and
 * metrics as the real one; only the stream is replaced by the calls of the test.
 */
import type { Consumer } from "../main/consumer.js";
import { silentLogger } from "../main/logger.js";
import { addMetrics, createRegistry, type MetricsRegistry, type MetricsSource } from "../main/metrics.js";
import { checkNames, described, stringOption, stringsOption } from "../main/options.js";
import { createReader } from "../main/reader.js";
import type { Reader } from "../main/reader-api.js";
import { type WaitOptions, type WaitSyncOptions, waitReady, waitReadySync } from "../main/readiness.js";
import { type SharedConfig, sharedConfig } from "../main/shared-config.js";
import { type ConsumerStatus, consumerStatus } from "../main/status.js";
import { type SubscribeOptions, type Subscription, Subscriptions } from "../main/subscriptions.js";
import { ConsumerStoppedError, InvalidOptionError } from "../shared/errors.js";
import { count, isStopped, markReady, markStopped, writeStatus } from "../shared/header.js";
import { header } from "../shared/layout.js";
import { defaultOverrides, defaultSourcePriority } from "../shared/params.js";
import { createRegionMemory, Region } from "../shared/region.js";
import type { ConfigValue, WireSetting } from "../shared/types.js";
import { LayerStore, type Staged } from "../worker/layers.js";
import { toEvent } from "../worker/notifier.js";
import { RegionWriter } from "../worker/region-writer.js";

/** Options of {@link createMockConsumer}. */
export interface MockConsumerOptions {
  /** Name of the client; decides which overrides apply. Default: `mock`. */
  readonly clientName?: string;
  /** Source names, lowest priority first. Default: those of a current core agent. */
  readonly sourcePriority?: readonly string[];
}

/** A consumer whose settings the test decides. Changes are visible, and subscribers told, before the call returns. */
export interface MockConsumer extends Consumer {
  /** Sets what one source says of a key. Default source: `agent-runtime`. */
  set(key: string, value: ConfigValue, source?: string): void;
  /** Withdraws what one source says of a key; the layer below shows again. Default source: `agent-runtime`. */
  unset(key: string, source?: string): void;
  /** Replaces all settings, as a snapshot of the core agent does. Default source: `file`. */
  snapshot(settings: { readonly [key: string]: ConfigValue }, source?: string): void;
}

/**
 * Makes a mock. With `settings` it is ready at once; without, it becomes ready at the first `snapshot()`. Nothing needs to be
 * started or stopped, and nothing keeps the process alive. For one thread, as the real one.
 *
 * Throws `InvalidOptionError` for an option that is wrong.
 */
export function createMockConsumer(
  settings?: { readonly [key: string]: ConfigValue },
  options: MockConsumerOptions = {},
): MockConsumer {
  if (settings !== undefined && (typeof settings !== "object" || settings === null || Array.isArray(settings))) {
    throw new InvalidOptionError(
      `createMockConsumer expects its settings as an object of keys and values, but was given ${described(settings)}.`,
    );
  }
  checkNames(options, ["clientName", "sourcePriority"], "createMockConsumer");
  const mock = new InMemoryConsumer(options);
  if (settings !== undefined) mock.snapshot(settings);
  return mock;
}

const origin = "mock";
const limits = { maxKeys: 1_000_000, maxValueBytes: 2 ** 24, maxRegionBytes: 2 ** 28 };

class InMemoryConsumer implements MockConsumer {
  readonly metrics: MetricsRegistry = createRegistry();
  readonly #region = new Region(createRegionMemory(limits.maxRegionBytes));
  readonly #writer = new RegionWriter(this.#region, limits, Date.now);
  readonly #store: LayerStore;
  readonly #reader = createReader(this.#region);
  readonly #metricsSource: MetricsSource;
  readonly #subscriptions = new Subscriptions({
    bufferSize: 1_000,
    logger: silentLogger,
    onActive: () => {},
    onOverflow: () => count(this.#region, "bufferOverflowDisconnects"),
  });
  #sequenceId = 0;

  constructor(options: MockConsumerOptions) {
    const clientName = stringOption("clientName", options.clientName, "mock");
    const sourcePriority = stringsOption("sourcePriority", options.sourcePriority, defaultSourcePriority);
    this.#store = new LayerStore({
      clientName,
      sourcePriority,
      overrides: defaultOverrides,
      dialect: "newest",
      limits,
    });
    this.#metricsSource = addMetrics(this.metrics, clientName, this.#region);
    this.#region.store64(header.startedAtMs, Date.now());
  }

  set(key: string, value: ConfigValue, source = "agent-runtime"): void {
    this.#apply(() => this.#store.applyUpdate({ key, value, source, unsetSource: "" }));
  }

  unset(key: string, source = "agent-runtime"): void {
    // As the wire tells a removal: with what the key falls back to.
    const below = this.#reader.getAllSources(key).findLast((layer) => layer.source !== source);
    const fallback: WireSetting = {
      key,
      value: below?.value ?? null,
      source: below?.source ?? "",
      unsetSource: source,
    };
    this.#apply(() => this.#store.applyUpdate(fallback));
  }

  snapshot(settings: { readonly [key: string]: ConfigValue }, source = "file"): void {
    const entries = Object.entries(settings).map(([key, value]) => ({ key, value, source, unsetSource: "" }));
    this.#apply(() => this.#store.applySnapshot(entries));
    if (!this.status().ready) {
      writeStatus(this.#region, {
        state: "live",
        step: "done",
        attempt: 0,
        nextAttemptAtMs: undefined,
        sessionSinceMs: undefined,
        lastError: undefined,
      });
      markReady(this.#region, Date.now());
    }
  }

  async start(): Promise<void> {
    this.#refuseWhenStopped();
  }

  waitReady(options?: WaitOptions): Promise<void> {
    return waitReady(this.#waiter, options);
  }

  waitReadySync(_options?: WaitSyncOptions): void {
    // Only this thread can make it ready, so blocking it could not help.
    waitReadySync(this.#waiter, { timeoutMs: 0 });
  }

  reader(): Reader {
    return this.#reader;
  }

  subscribe(options?: SubscribeOptions): Subscription {
    return this.#subscriptions.subscribe(options);
  }

  status(): ConsumerStatus {
    return consumerStatus(this.#region, Date.now());
  }

  share(): SharedConfig {
    return sharedConfig({ memory: this.#region.memory, coreAgentAddress: origin, readyTimeoutMs: 60_000 });
  }

  async stop(): Promise<void> {
    if (isStopped(this.#region)) return;
    this.#subscriptions.close();
    markStopped(this.#region);
    this.#metricsSource.release();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  get #waiter() {
    return { region: this.#region, timeoutMs: 60_000, address: origin };
  }

  #apply(stage: () => Staged): void {
    this.#refuseWhenStopped();
    const staged = stage();
    const sequenceId = this.#sequenceId + 1;
    this.#writer.publish({ sequenceId, origin, changes: staged.changes });
    staged.commit();
    this.#sequenceId = sequenceId;
    count(this.#region, "publishes");
    this.#region.store64(header.lastMessageAtMs, Date.now());
    const changes = staged.changes
      .filter(({ valueChanged }) => valueChanged)
      .map((change) => toEvent(change, sequenceId));
    this.#subscriptions.deliver({ changes, lagged: false });
  }

  #refuseWhenStopped(): void {
    if (isStopped(this.#region)) throw new ConsumerStoppedError("The mock consumer was stopped. Make a new one.");
  }
}
