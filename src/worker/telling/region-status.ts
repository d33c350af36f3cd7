/**
 * Writes the engine's telling into the header, and adds what an engine cannot know: what was there before it. Settings that
 * a former worker published, or that came out of a cache file, are readable, so until this worker's first snapshot the
 * state is `stale`.
 */

import type { CounterName } from "../../memory/counters.js";
import {
  confirmStatus,
  count,
  isFresh,
  markReady,
  markReadyFromCache,
  readStatus,
  writeStatus,
} from "../../memory/facts.js";
import { header } from "../../memory/layout.js";
import type { Region } from "../../memory/region.js";
import type { Clock } from "../../shared/clock.js";
import type { EngineStatus, LifecycleState } from "../../shared/types.js";
import type { StatusSink } from "../ports.js";

export interface RegionStatusOptions {
  /** The session id is the application's constant: when it is rejected, waiting does not help. */
  readonly fixedSession: boolean;
  /** The first snapshot of this worker can be read. */
  readonly onFirstLive: () => void;
  /** The status that can be read has another state. */
  readonly onState?: (state: LifecycleState) => void;
  /** Whether another worker has taken over, whose the status is. */
  readonly isSuperseded?: () => boolean;
}

export class RegionStatus implements StatusSink {
  readonly #region: Region;
  readonly #clock: Clock;
  readonly #options: RegionStatusOptions;
  readonly #before: EngineStatus | undefined;
  #status: EngineStatus | undefined;
  /** As it is shown, and as it was last reported. */
  #shown: LifecycleState | undefined;
  #written: Uint8Array | undefined;
  #reported: LifecycleState | undefined;
  #wasLive = false;
  /** When the stream was last seen live. */
  #confirmedAtMs: number | undefined;
  #cachedAtMs: number | undefined;
  #coreAgentAddress: string | undefined;
  /** Fresh settings have been waited for long enough. */
  #fallsBack = false;

  constructor(region: Region, clock: Clock, options: RegionStatusOptions) {
    this.#region = region;
    this.#clock = clock;
    this.#options = options;
    this.#before = readStatus(region);
    this.#cachedAtMs = isFresh(region) ? undefined : this.#before?.cachedAtMs;
  }

  /** Since when an outage lasts that began before this worker; in ms since the epoch. */
  get interruptedSinceMs(): number | undefined {
    return this.#before?.interruptedSinceMs;
  }

  /** Until when a stream of this worker stood behind what readers see, in ms since the epoch; `undefined`: there was none. */
  confirmedAtMs(): number | undefined {
    if (this.#status?.state === "live") this.#confirmedAtMs = this.#clock.now();
    return this.#confirmedAtMs;
  }

  set(status: EngineStatus): void {
    if (this.#isSuperseded) return;
    this.confirmedAtMs();
    this.#status = status;
    const goesLive = !this.#wasLive && status.state === "live";
    this.#wasLive ||= goesLive;
    if (status.attempt > 0) this.#fallsBack = true;
    this.#write(status);
    // After the status, so that a thread that learns that settings are there finds the consumer live.
    if (goesLive) {
      markReady(this.#region, this.#clock.now());
      this.#options.onFirstLive();
    }
    // Last, so that all the rest of what is told to readers is as new.
    this.#report();
  }

  count(counter: CounterName, by?: number): void {
    if (!this.#isSuperseded) count(this.#region, counter, by);
  }

  messageReceived(): void {
    if (this.#isSuperseded) return;
    this.#region.store64(header.lastMessageAtMs, this.#clock.now());
    // Between two steps of the work, as in publishing.ts.
    this.#region.add(header.heartbeat, 1);
  }

  /** The core agent is there, by its own configuration file. */
  located(coreAgentAddress: string): void {
    if (this.#coreAgentAddress === coreAgentAddress || this.#isSuperseded) return;
    this.#coreAgentAddress = coreAgentAddress;
    if (this.#status !== undefined) this.#write(this.#status);
    this.#report();
  }

  /** Settings of a cache file can be read; the core agent stood behind them until then. */
  restored(confirmedAtMs: number): void {
    if (this.#wasLive || this.#isSuperseded) return;
    this.#cachedAtMs = confirmedAtMs;
    if (this.#status !== undefined) this.#write(this.#status);
    this.#report();
  }

  /** From now on settings of a cache file, if there are any, are as good as none better. */
  fallBack(): void {
    if (this.#isSuperseded) return;
    this.#fallsBack = true;
    this.#settleForCache();
  }

  /** To be called now and then, see `confirmLatch`. */
  confirm(): void {
    if (this.#written !== undefined && !this.#isSuperseded) confirmStatus(this.#region, this.#written);
  }

  get #isSuperseded(): boolean {
    return this.#options.isSuperseded?.() === true;
  }

  #write(status: EngineStatus): void {
    // Why the former worker died is still the last error.
    const shown = {
      ...status,
      lastError: status.lastError ?? this.#before?.lastError,
      coreAgentAddress: this.#coreAgentAddress,
    };
    const written = this.#wasLive ? shown : this.#asInherited(shown);
    this.#written = writeStatus(this.#region, written);
    this.#shown = written.state;
    this.#settleForCache();
  }

  #report(): void {
    if (this.#shown === undefined || this.#shown === this.#reported) return;
    this.#reported = this.#shown;
    this.#options.onState?.(this.#shown);
  }

  #settleForCache(): void {
    if (this.#fallsBack && this.#cachedAtMs !== undefined && !this.#wasLive) markReadyFromCache(this.#region);
  }

  /** What was published before is still readable. */
  #asInherited(status: EngineStatus): EngineStatus {
    const { state } = status;
    const hopeless = this.#options.fixedSession && state === "failed" && status.step === "registration";
    const keepsState = state === "stopped" || hopeless || !hasSettings(this.#region);
    return {
      ...status,
      state: keepsState ? state : "stale",
      interruptedSinceMs: this.#before?.interruptedSinceMs ?? status.interruptedSinceMs,
      cachedAtMs: this.#cachedAtMs,
    };
  }
}

/** Whether settings can be read, from whatever publisher. */
export function hasSettings(region: Region): boolean {
  return region.load(header.arena) !== 0;
}
