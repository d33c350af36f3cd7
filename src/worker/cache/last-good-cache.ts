/**
 * The last-good cache: when its file is read, and when it is written. Nothing that goes wrong here is a failure of the
 * consumer; it is a line in the log and a count.
 *
 * A file is written soon after the first snapshot, then at most once per `writeIntervalMs` while settings change, now and
 * then while they do not (so that the file does not grow old beside a live stream), and at the end. What came out of a
 * file is never written back: its age would be lost.
 */
import { setImmediate } from "node:timers/promises";
import type { Publication } from "../../memory/writer/publication.js";
import type { Clock, Timer } from "../../shared/clock.js";
import { readFault, writeFault } from "../../shared/disk/file-faults.js";
import { ConfigStreamError } from "../../shared/errors.js";
import type { CacheParams } from "../../shared/params.js";
import { LineRate } from "../../shared/rate.js";
import { duration } from "../../shared/text/duration.js";
import type { EngineLog, StatusSink } from "../ports.js";
import type { CacheFiles } from "./file.js";
import { CacheRefused, cacheText, parseCache } from "./format.js";
import type { CacheOwner, SavedSetting, SavedSettings } from "./saved-settings.js";

/** From a publish to the first write, in ms: a start is not the time for it, and updates like to come together. */
const writeDelayMs = 1_000;
/** Longest time without a write beside a live stream, in ms. */
const longestRenewalMs = 3_600_000;
/** A file that was confirmed so shortly before the end, in ms, and holds the present state, is not written again. */
const freshEnoughMs = 60_000;
/** A file dated so far in the future, in ms, is of unknown age. */
const clockToleranceMs = 300_000;

/** What the cache needs. */
export interface CachePorts {
  readonly clock: Clock;
  readonly files: CacheFiles;
  readonly log: EngineLog;
  readonly status: Pick<StatusSink, "count">;
  /** Makes saved settings readable; false when there are newer ones. May throw `limit_exceeded`. */
  readonly restore: (saved: SavedSettings, ageMs: number | undefined) => boolean;
  /** What readers see; `undefined` when there is nothing that may be kept now. */
  readonly published: () => readonly SavedSetting[] | undefined;
  /** Until when the stream stood behind what readers see, in ms since the epoch; `undefined`: there was none yet. */
  readonly confirmedAtMs: () => number | undefined;
  /** Whether another worker has taken over, whose the file is. */
  readonly isSuperseded: () => boolean;
}

export class LastGoodCache {
  readonly #params: CacheParams;
  readonly #owner: CacheOwner;
  readonly #maxBytes: number;
  readonly #ports: CachePorts;
  /** What is known of the newest publish beside its settings. */
  #newest: Pick<SavedSettings, "origin" | "sequenceId" | "publishedAtMs"> | undefined;
  /** The newest publish is not in the file. */
  #dirty = false;
  #savedConfirmedAtMs = 0;
  #lastWriteAtMs = Number.NEGATIVE_INFINITY;
  readonly #warnings = new LineRate();
  #timer: Timer | undefined;
  #timerIsForRenewal = false;
  #work: Promise<void> | undefined;
  #stopped = false;

  /** `maxBytes`: larger files are not read. */
  constructor(params: CacheParams, owner: CacheOwner, maxBytes: number, ports: CachePorts) {
    this.#params = params;
    this.#owner = owner;
    this.#maxBytes = maxBytes;
    this.#ports = ports;
  }

  /** Reads the file and makes its settings readable, unless there are newer ones. Never rejects. */
  load(): Promise<void> {
    return this.#alone(() => this.#load());
  }

  /** A state of the stream was published. */
  published({ origin, sequenceId }: Publication): void {
    this.#newest = { origin, sequenceId, publishedAtMs: this.#ports.clock.now() };
    this.#dirty = true;
    this.#schedule();
  }

  /** Writes what is not written yet, and ends. To be called when nothing is published any more. Never rejects. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#timer?.cancel();
    await this.#work;
    const newerMs = (this.#ports.confirmedAtMs() ?? 0) - this.#savedConfirmedAtMs;
    if (this.#dirty || newerMs > freshEnoughMs || isInFuture(newerMs)) await this.#write();
  }

  /** One thing at a time. */
  async #alone(task: () => Promise<void>): Promise<void> {
    this.#work = task();
    await this.#work;
    this.#work = undefined;
    this.#schedule();
  }

  async #load(): Promise<void> {
    const { path } = this.#params;
    const { clock, files, log, status, restore } = this.#ports;
    try {
      const bytes = await files.read(path, this.#maxBytes);
      if (bytes === undefined) {
        log("debug", `There is no cache file ${path} yet.`);
        return;
      }
      const saved = await inSteps(parseCache(bytes, this.#owner));
      const ageMs = this.#checkedAge(saved, clock.now());
      if (this.#stopped || !restore(saved, ageMs)) return;
      status.count("cacheLoads");
      log(
        "info",
        `${saved.settings.length} settings of the cache file ${path} can be read until the core agent sends its own; ` +
          `${ageMs === undefined ? "when they were right is not known" : `they were right ${duration(ageMs)} ago`}. What looked like a credential is not among them.`,
      );
    } catch (thrown) {
      status.count("cacheRefusals");
      log("warn", `The cache file ${path} ${refusal(thrown)} It is not used, and replaced by the next write.`);
    } finally {
      await files.removeLeftovers(path, clock.now());
    }
  }

  /** In ms; `undefined`: it is not known, since the file is dated in the future, and nothing was asked of its age. */
  #checkedAge({ confirmedAtMs }: SavedSettings, nowMs: number): number | undefined {
    const { maxAgeMs } = this.#params;
    const ageMs = nowMs - confirmedAtMs;
    if (ageMs > maxAgeMs) {
      throw new CacheRefused(`is ${duration(ageMs)} old, more than cache.maxAgeMs (${duration(maxAgeMs)})`);
    }
    if (ageMs < -clockToleranceMs) {
      if (maxAgeMs === Number.POSITIVE_INFINITY) return undefined;
      throw new CacheRefused("is dated in the future; check this machine's clock");
    }
    return Math.max(0, ageMs);
  }

  #schedule(): void {
    if (this.#stopped || this.#work !== undefined || this.#newest === undefined) return;
    // A write that is planned stays: settings that never stop changing must not put it off for ever.
    if (this.#timer !== undefined && !(this.#dirty && this.#timerIsForRenewal)) return;
    const { clock } = this.#ports;
    const { writeIntervalMs, maxAgeMs } = this.#params;
    const nowMs = clock.monotonic();
    const renewalMs = Math.max(writeIntervalMs, Math.min(longestRenewalMs, maxAgeMs / 4));
    const dueMs = this.#dirty
      ? Math.max(nowMs + writeDelayMs, this.#lastWriteAtMs + writeIntervalMs)
      : nowMs + renewalMs;
    this.#timer?.cancel();
    this.#timerIsForRenewal = !this.#dirty;
    this.#timer = clock.setTimer(dueMs - nowMs, () => this.#due());
  }

  #due(): void {
    this.#timer = undefined;
    void this.#alone(() => this.#write());
  }

  async #write(): Promise<void> {
    const { clock, files, status, published, confirmedAtMs, isSuperseded } = this.#ports;
    if (isSuperseded()) return;
    const newest = this.#newest;
    const confirmed = confirmedAtMs();
    const settings = published();
    this.#lastWriteAtMs = clock.monotonic();
    // While a state is refused, the file keeps the one before it.
    if (newest === undefined || confirmed === undefined || settings === undefined) return;
    const newerMs = confirmed - this.#savedConfirmedAtMs;
    if (!this.#dirty && newerMs <= 0 && !isInFuture(newerMs)) return;
    this.#dirty = false;
    try {
      const text = cacheText({ ...newest, confirmedAtMs: confirmed, settings }, this.#owner);
      await files.write(this.#params.path, whileNewest(text, isSuperseded));
      this.#savedConfirmedAtMs = confirmed;
      status.count("cacheWrites");
    } catch (thrown) {
      this.#dirty = true;
      status.count("cacheWriteFailures");
      this.#warnOfWrite(thrown);
    }
  }

  #warnOfWrite(thrown: unknown): void {
    const { clock, log } = this.#ports;
    const { path } = this.#params;
    log(
      this.#warnings.isDue(clock.monotonic()) ? "warn" : "debug",
      `The cache file ${path} could not be written: ${writeFault(thrown)}. It is tried again.`,
    );
  }
}

/** Whether a file is dated in the future, by how much newer one would be: the clock was set back since. Nobody would use it then. */
function isInFuture(newerMs: number): boolean {
  return newerMs < -clockToleranceMs;
}

/** Throws between two pieces, and after the last one, once another worker may have put a newer file there. */
function* whileNewest(pieces: Iterable<string>, isSuperseded: () => boolean): Generator<string> {
  for (const piece of pieces) {
    yield piece;
    if (isSuperseded()) throw new ConfigStreamError("internal", "another worker has taken over");
  }
}

/** Runs a generator to its end, and lets others have their turn in between. */
async function inSteps<T>(steps: Generator<void, T>): Promise<T> {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    await setImmediate();
  }
}

function refusal(thrown: unknown): string {
  if (thrown instanceof CacheRefused) return `${thrown.message}.`;
  if (thrown instanceof ConfigStreamError) return `does not fit. ${thrown.message}`;
  return `${readFault(thrown)}.`;
}
