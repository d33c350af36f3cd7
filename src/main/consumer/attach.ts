/** Reading in another thread than the consumer's. */

import { Region } from "../../memory/region.js";
import { regionNow } from "../../memory/region-clock.js";
import { guarded, type Logger } from "../../shared/logger.js";
import { checkNames, shapeOption } from "../../shared/options/option-checks.js";
import { type ConsumerStatus, consumerStatus } from "../../status/status.js";
import type { Reader } from "../reader/api.js";
import { createReader } from "../reader/reader.js";
import type { AnySchema } from "../reader/schema.js";
import { Unreadable } from "../reader/unreadable.js";

import { type GivenRegistry, LazyMetrics, type MetricsRegistry } from "../status/metrics.js";

import { type WaitOptions, type WaitSyncOptions, waitReady, waitReadySync } from "./readiness.js";
import { checkShared, type SharedConfig } from "./shared-config.js";

/** Options of {@link attachReader}. */
export interface AttachOptions {
  /** Is told of callbacks of `onUpdate` and `onChange`, and of parsers, that throw. Silent by default. */
  readonly logger?: Logger | undefined;
  /** The prom-client registry of this thread that `metrics` puts the consumer's metrics in. Default: one of its own. */
  readonly registry?: GivenRegistry | undefined;
}

/** A reader in a thread that the consumer does not live in. It needs no message and no clean-up. */
export type AttachedReader<S extends object = AnySchema> = Reader<S> & AttachedControls<S>;

/** What an attached reader has besides a reader's calls. */
export interface AttachedControls<S extends object> {
  /** The reader itself, for code that destructures. */
  readonly reader: Reader<S>;
  /** As `consumer.waitReady`. */
  waitReady(options?: WaitOptions): Promise<void>;
  /** As `consumer.waitReadySync`: blocks this thread until settings can be read. */
  waitReadySync(options?: WaitSyncOptions): void;
  /** As `consumer.status()`. */
  status(): ConsumerStatus;
  /**
   * As `consumer.metrics`, for a scrape that this thread answers: the same values, read from the same memory, so only one of the
   * two should be scraped. Made when it is first asked for; throws `InvalidOptionError` when the names are taken in the registry.
   */
  readonly metrics: MetricsRegistry;
}

/**
 * Makes a reader in this thread for what `consumer.share()` gave in another one. Throws `InvalidOptionError` for any other
 * value, and `incompatible_region` when the two threads run different versions of this package.
 *
 * `attachReader<Schema>(…)` types keys and values by a schema; see docs/reader.md.
 */
export function attachReader<S extends object = AnySchema>(
  shared: SharedConfig,
  options: AttachOptions = {},
): AttachedReader<S> {
  checkShared(shared);
  checkNames(options, ["logger", "registry"], "attachReader");
  const logger = shapeOption("logger", options.logger, ["debug", "info", "warn", "error"]);
  const given = shapeOption("registry", options.registry as MetricsRegistry | undefined, [
    "registerMetric",
    "getSingleMetric",
    "removeSingleMetric",
    "metrics",
  ]);
  const region = new Region(shared.memory);
  const waiter = {
    region,
    timeoutMs: shared.readyTimeoutMs,
    address: shared.coreAgentAddress,
    required: shared.required,
  };
  const unreadable = new Unreadable(region);
  const reader = createReader(region, { unreadable, ...(logger === undefined ? {} : { logger: guarded(logger) }) });
  const metrics = new LazyMetrics(given, shared.clientName, region);
  const controls: PropertyDescriptorMap = {
    reader: { value: reader },
    waitReady: { value: (options?: WaitOptions) => waitReady(waiter, options) },
    waitReadySync: { value: (options?: WaitSyncOptions) => waitReadySync(waiter, options) },
    status: { value: () => consumerStatus(region, regionNow(region), unreadable.names()) },
    // Made when it is asked for: most threads are never scraped.
    metrics: { get: () => metrics.registry() },
  };
  return Object.defineProperties(reader, controls) as unknown as AttachedReader<S>;
}
