/** The consumer: what an application makes, starts, reads from and stops. */

import { newestPublish } from "../../memory/arena-reader.js";
import {
  count,
  countWriters,
  isFresh,
  isReady,
  isStopped,
  markWritersGone,
  readCounter,
  readStatus,
  supersedeWriters,
  writeStatus,
} from "../../memory/facts.js";
import { header } from "../../memory/layout.js";
import { createRegionMemory, Region } from "../../memory/region.js";
import { regionNow } from "../../memory/region-clock.js";
import { copyUntoldMemory, createUntoldMemory, Untold } from "../../memory/untold.js";
import type { Clock } from "../../shared/clock.js";
import { ConsumerStoppedError, InvalidOptionError } from "../../shared/errors.js";
import { guarded, type Logger, silentLogger } from "../../shared/logger.js";
import type { ChangeBatch } from "../../shared/messages.js";
import type { EngineParams } from "../../shared/params.js";
import { LineRate } from "../../shared/rate.js";
import type { ConfigChange, EngineStatus, ErrorSummary } from "../../shared/types.js";
import type { ConsumerStatus } from "../../status/status.js";
import type { EngineHost, EngineHostInit } from "../hosting/engine-host.js";
import { startInline } from "../hosting/inline-host.js";
import { type EngineDeath, Supervisor } from "../hosting/supervisor.js";
import { startWorker } from "../hosting/worker-host.js";
import type { ConsumerEmitter } from "../notices/events.js";
import { Notices } from "../notices/notices.js";
import type { Reader, View } from "../reader/api.js";
import type { AnySchema, ChangeOf, IsOpen, KeyOf } from "../reader/schema.js";
import type { MetricsRegistry } from "../status/metrics.js";
import { untoldBatch } from "../subscriptions/after-death.js";
import type { ChangeSet } from "../subscriptions/change-sets.js";
import { detached } from "../subscriptions/detached.js";
import {
  type KeyedSubscribeOptions,
  type SubscribeOptions,
  type Subscription,
  Subscriptions,
} from "../subscriptions/subscriptions.js";
import { CommonConsumer } from "./common-consumer.js";
import type { ConsumerOptions, ConsumerOptionsOf } from "./options.js";
import { quietClock } from "./quiet-clock.js";
import type { WaitOptions, WaitSyncOptions } from "./readiness.js";
import { type Environment, type HostParams, resolveOptions } from "./resolve.js";
import type { SharedConfig } from "./shared-config.js";
import { SharedReading } from "./shared-reading.js";

/**
 * A live configuration. Make it with {@link createConsumer}; one per process and core agent is enough.
 *
 * For the thread that made it; others read by `share()`. Once it has started it never keeps the process alive, unless `isolation` is
 * `none`. One that is dropped without `stop()` goes on until the process ends, because
 * its readers, handles and subscriptions, also those of other threads, are served as before.
 */
export type Consumer<S extends object = AnySchema> = IsOpen<S> extends true ? PlainConsumer : ConsumerOf<S>;

/** A consumer without a schema: every key is a text. */
export interface PlainConsumer extends ConsumerOf<AnySchema> {
  reader(): Reader;
}

/** What a consumer has; see {@link Consumer}. */
export interface ConsumerOf<S extends object> extends AsyncDisposable, ConsumerEmitter {
  /**
   * Starts the worker, which connects and keeps connected. Resolves when the worker runs, not when settings are there: see
   * `waitReady`. Trouble with the network or the credentials shows in `status()`, never here. Repeated calls give the
   * same promise.
   *
   * Rejects with `worker_died` when the worker cannot run at all; waits then end with the same error, at once, until `start()` is
   * called again. Rejects with `ConsumerStoppedError` after `stop()`. It need not be awaited: a rejection that is not handled
   * does not end the process.
   */
  start(): Promise<void>;
  /**
   * Resolves once the first snapshot can be read, at once when it already can. May be called any number of times, also
   * before `start()`. Keeps the process alive meanwhile. With the option `cache` it also resolves on cached settings, once an
   * attempt to reach the core agent has failed or `cache.waitForFreshMs` is over.
   *
   * Rejects with `required_settings`, which names all of them, when settings of the option `required` are missing or held by then; with
   * `required: false` it resolves all the same. Rejects with `WaitTimeoutError`, which says what was waited for and what failed last, and does not stop the
   * consumer; with the signal's reason; with `ConsumerStoppedError`; or with `worker_died`, at once, when nothing is tried any more.
   */
  waitReady(options?: WaitOptions): Promise<void>;
  /**
   * As `waitReady`, but blocks this thread: for start-up code, after `start()` was called (its promise need not be
   * awaited). Throws `InvalidOptionError` with a `sessionIdProvider` or `isolation: "none"`, which need this thread.
   */
  waitReadySync(options?: WaitSyncOptions): void;
  /** The reader for this thread. Legal at any time; before the first snapshot every key is missing. */
  reader(): Reader<S>;
  /**
   * Is told of changes. See {@link Subscription}. With a schema, changes of named keys are typed by `change.key`. Throws
   * `InvalidOptionError`.
   */
  subscribe<Key extends KeyOf<S>>(
    options: KeyedSubscribeOptions<Key, ChangeOf<S, Key>>,
  ): Subscription<ChangeOf<S, Key>>;
  /** As above, for changes of keys that a prefix or nothing but the core agent decides. */
  subscribe(options?: SubscribeOptions<KeyOf<S>>): Subscription;
  /**
   * Is told of changes as `subscribe` is, with the same options, but once a publish: of all changes that it made visible together.
   * A set that is merged, by overflow or by the death of a worker, is told as one. See {@link ChangeSet}. The first such subscription
   * reads all settings that are there, once, so that sets can give views of the past. Throws `InvalidOptionError`.
   */
  changeSets<Key extends KeyOf<S>>(
    options: KeyedSubscribeOptions<Key, ChangeSet<ChangeOf<S, Key>, View<S>>>,
  ): Subscription<ChangeSet<ChangeOf<S, Key>, View<S>>>;
  /** As above, for changes of keys that a prefix or nothing but the core agent decides. */
  changeSets(
    options?: SubscribeOptions<KeyOf<S>, ChangeSet<ConfigChange, View<S>>>,
  ): Subscription<ChangeSet<ConfigChange, View<S>>>;
  /** Where the consumer stands. Works while the worker is stuck, and after `stop()`. */
  status(): ConsumerStatus;
  /**
   * The prom-client registry with the consumer's metrics: the one given as an option, or its own. That one is made, and
   * prom-client loaded, when it is first asked for.
   */
  readonly metrics: MetricsRegistry;
  /** A value for other threads, which give it to `attachReader`. */
  share(): SharedConfig;
  /**
   * Ends stream, channel and worker, and every pending wait with `ConsumerStoppedError`; iterations end after what they
   * have buffered. The last settings stay readable. Idempotent, never rejects, and final: make a new consumer to go on.
   */
  stop(): Promise<void>;
}

/**
 * Makes a consumer; nothing runs before `start()`. Throws `InvalidOptionError` for an option that is wrong, `unsupported` where Node.js
 * has no WebAssembly, and `limit_exceeded` when the address space for the shared memory cannot be had.
 *
 * `createConsumer<Schema>(…)` types keys and values by a schema; see docs/reader.md.
 */
export function createConsumer<S extends object = AnySchema>(options: ConsumerOptionsOf<S>): Consumer<S> {
  return consumerIn(process.env, options as ConsumerOptions) as unknown as Consumer<S>;
}

/** What a consumer takes from the process that it runs in, so that all of it runs in virtual time as well. */
export interface HostOutside {
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly startEngine: (init: EngineHostInit) => EngineHost;
}

const realOutside: HostOutside = {
  clock: quietClock,
  random: Math.random,
  startEngine: (init) => (init.host.isolation === "none" ? startInline(init) : startWorker(init)),
};

/** As {@link createConsumer}, with the environment that gives defaults. */
export function consumerIn(env: Environment, options: ConsumerOptions, outside: HostOutside = realOutside): Consumer {
  return new ConfigConsumer(options, env, outside);
}

class ConfigConsumer extends CommonConsumer implements Consumer {
  /** What the next engine is started with. */
  #engine: EngineParams;
  readonly #host: HostParams;
  readonly #logger: Logger;
  readonly #region: Region;
  readonly #subscriptions: Subscriptions;
  readonly #supervisor: Supervisor;
  readonly #notices: Notices;
  readonly #startEngine: HostOutside["startEngine"];
  /** The present engine's, and between two of them this thread's. */
  #untold = createUntoldMemory();
  /** The last one, while its subscribers are there. */
  #lastBatch: ChangeBatch | undefined;
  readonly #deathLines = new LineRate();
  /** Why the last engine died. */
  #lastDeath: Pick<ErrorSummary, "code" | "message"> = { code: "worker_died", message: "" };

  constructor(options: ConsumerOptions, env: Environment, { clock, random, startEngine }: HostOutside) {
    const { engine, host } = resolveOptions(options, env);
    const logger = host.logger === undefined ? silentLogger : guarded(host.logger);
    const region = new Region(createRegionMemory(engine.limits.maxRegionBytes, clock), clock);
    const reading = new SharedReading(region);
    const subscriptions = new Subscriptions({
      bufferSize: host.subscriptionBuffer,
      logger,
      onActive: (active) => this.#subscribersCameOrWent(active),
      onOverflow: () => count(region, "bufferOverflowDisconnects"),
      state: reading.state,
      view: reading.view,
      publishNumber: () => newestPublish(region),
    });
    const notices = new Notices(engine.clientName, logger);
    super({
      ...host,
      clientName: engine.clientName,
      origin: engine.coreAgentAddress,
      required: engine.required,
      originName: "coreAgent",
      region,
      reading,
      subscriptions,
      notices,
      logger,
      end: async () => {
        await this.#supervisor.stop(host.stopTimeoutMs);
        supersedeWriters(region);
      },
    });
    this.#engine = engine;
    this.#host = host;
    this.#logger = logger;
    this.#region = region;
    this.#startEngine = startEngine;
    this.#subscriptions = subscriptions;
    this.#notices = notices;
    this.#supervisor = new Supervisor({
      clock: { ...clock, now: () => regionNow(region) },
      random,
      backoff: engine.backoff,
      workerTimeoutMs: host.isolation === "none" ? Number.POSITIVE_INFINITY : host.workerTimeoutMs,
      heartbeat: () => this.#region.load(header.heartbeat),
      spawn: (isRestart) => this.#spawn(isRestart),
      onAllGone: () => markWritersGone(this.#region),
      onDied: (death) => this.#engineDied(death),
      onRestart: () => {
        count(this.#region, "workerRestarts");
        const { code, message } = this.#lastDeath;
        this.#notices.restart({ restarts: readCounter(this.#region, "workerRestarts"), error: { code, message } });
      },
    });
  }

  start(): Promise<void> {
    const started = this.#start();
    // It need not be awaited: waits and the status say the same.
    started.catch(() => {});
    return started;
  }

  override waitReadySync(options?: WaitSyncOptions): void {
    const needsThisThread =
      this.#host.isolation === "none"
        ? 'isolation: "none"'
        : this.#host.sessionIdProvider !== undefined
          ? "a sessionIdProvider"
          : undefined;
    const done = options?.fresh ? isFresh(this.#region) : isReady(this.#region);
    if (needsThisThread !== undefined && !done && !isStopped(this.#region)) {
      throw new InvalidOptionError(
        `waitReadySync would block the thread that ${needsThisThread} needs, so it could never succeed. Await waitReady.`,
      );
    }
    super.waitReadySync(options);
  }

  async #start(): Promise<void> {
    const region = this.#region;
    if (isStopped(region)) {
      throw new ConsumerStoppedError("The consumer was stopped and cannot be started again. Make a new one.");
    }
    if (region.load64(header.startedAtMs) === 0) region.store64(header.startedAtMs, regionNow(region));
    const before = readStatus(region);
    if (before?.hopeless === true) writeStatus(region, { ...before, hopeless: false });
    await detached(() => this.#supervisor.start());
  }

  #subscribersCameOrWent(active: boolean): void {
    this.#lastBatch = undefined;
    const sent = this.#supervisor.post({ kind: "subscribed", active });
    if (!active && !sent) new Untold(this.#untold).clear();
  }

  #spawn(isRestart: boolean) {
    const init: EngineHostInit = {
      memory: this.#region.memory,
      untold: this.#untold,
      writers: countWriters(this.#region),
      engine: this.#engine,
      host: this.#host,
      holdsProcess: !isRestart,
      onChanges: (batch) => {
        this.#lastBatch = batch;
        this.#subscriptions.deliver(batch);
      },
      onNotice: ({ state, held, healed }) => {
        if (state !== undefined) this.#notices.state(state);
        this.#notices.held({ held, healed });
      },
      onGuards: (rules) => {
        this.#engine = { ...this.#engine, guards: { ...this.#engine.guards, rules } };
      },
      onLog: (level, message) => this.#logger[level](message),
    };
    const host = this.#startEngine(init);
    if (this.#subscriptions.active) host.post({ kind: "subscribed", active: true });
    return host;
  }

  /** No engine runs now, so this thread may write what is theirs: the status, and what is untold. */
  #engineDied({ error, nextAttemptAtMs }: EngineDeath): void {
    const region = this.#region;
    // Its thread may not have ended, and may go on at any time.
    supersedeWriters(region);
    this.#untold = copyUntoldMemory(this.#untold);
    const untold = new Untold(this.#untold);
    if (!this.#subscriptions.active) untold.clear();
    else if (this.#lastBatch !== undefined) untold.told(this.#lastBatch.changes);
    const { code, message } = error;
    this.#lastDeath = error;
    const state = region.load(header.arena) === 0 ? "failed" : "stale";
    const before = readStatus(region);
    writeStatus(region, {
      state,
      step: before === undefined || before.step === "done" ? "connection" : before.step,
      attempt: (before?.attempt ?? 0) + 1,
      nextAttemptAtMs,
      sessionSinceMs: undefined,
      lastError: { code, message, atMs: regionNow(region) },
      interruptedSinceMs: before?.interruptedSinceMs ?? regionNow(region),
      cachedAtMs: before?.cachedAtMs,
      hopeless: nextAttemptAtMs === undefined,
    });
    this.#notices.state(state);
    this.#tellUntold(untold);
    this.#subscriptions.allTold();
    this.#logDeath(nextAttemptAtMs === undefined ? message : `${message} Another one is started.`, before);
  }

  #tellUntold(untold: Untold): void {
    const batch = untoldBatch(this.#region, untold);
    if (batch === undefined) return;
    // First, because a callback may do anything.
    untold.clear();
    this.#lastBatch = batch;
    this.#subscriptions.deliver(batch);
  }

  /** As for any outage: a line when it begins, then at most one a minute. */
  #logDeath(message: string, before: EngineStatus | undefined): void {
    const nowMs = performance.now();
    const isNews = before?.interruptedSinceMs === undefined;
    if (isNews) this.#deathLines.said(nowMs);
    this.#logger[isNews || this.#deathLines.isDue(nowMs) ? "error" : "debug"](message);
  }
}
