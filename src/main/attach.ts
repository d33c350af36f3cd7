/** Reading in another thread than the consumer's. */
import { Region } from "../shared/region.js";
import { createReader } from "./reader.js";
import type { Reader } from "./reader-api.js";
import { type WaitOptions, type WaitSyncOptions, waitReady, waitReadySync } from "./readiness.js";
import { checkShared, type SharedConfig } from "./shared-config.js";
import { type ConsumerStatus, consumerStatus } from "./status.js";

/** A reader in a thread that the consumer does not live in. It needs no message and no clean-up. */
export interface AttachedReader extends Reader {
  /** The reader itself, for those who like to take it apart. */
  readonly reader: Reader;
  /** As `consumer.waitReady`. */
  waitReady(options?: WaitOptions): Promise<void>;
  /** As `consumer.waitReadySync`: blocks this thread until settings can be read. */
  waitReadySync(options?: WaitSyncOptions): void;
  /** As `consumer.status()`. */
  status(): ConsumerStatus;
}

/**
 * Makes a reader in this thread for what `consumer.share()` gave in another one. Throws `InvalidOptionError` for any other
 * value, and `incompatible_region` when the two threads run different versions of this package.
 */
export function attachReader(shared: SharedConfig): AttachedReader {
  checkShared(shared);
  const region = new Region(shared.memory);
  const waiter = { region, timeoutMs: shared.readyTimeoutMs, address: shared.coreAgentAddress };
  const reader = createReader(region);
  return Object.assign(reader, {
    reader,
    waitReady: (options?: WaitOptions) => waitReady(waiter, options),
    waitReadySync: (options?: WaitSyncOptions) => waitReadySync(waiter, options),
    status: () => consumerStatus(region, Date.now()),
  });
}
