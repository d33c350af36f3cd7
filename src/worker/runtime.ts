/** Puts the worker's parts together: engine, region, notifier, cache. Knows nothing of threads. */

import { newestPublish } from "../memory/arena-reader.js";
import { count, isFresh } from "../memory/facts.js";
import { header } from "../memory/layout.js";
import { regionNow } from "../memory/region-clock.js";
import { RegionWriter } from "../memory/writer/region-writer.js";
import type { Clock, Timer } from "../shared/clock.js";
import type { HostMessage, LogLevel, Runtime, RuntimeInit } from "../shared/messages.js";
import type { EngineParams } from "../shared/params.js";
import { LogGate } from "../shared/rate.js";
import type { ConfigValue, EffectiveChange } from "../shared/types.js";
import { LastGoodCache } from "./cache/last-good-cache.js";
import type { SavedSetting } from "./cache/saved-settings.js";
import { createEngine, type Engine } from "./engine/engine.js";
import { IgnoredVariables } from "./engine/ignored-env.js";
import { createGuarding } from "./guards/guarding.js";
import { type Outside, realOutside } from "./outside.js";
import type { EngineLog } from "./ports.js";
import { lazyProviders } from "./providers/lazily.js";
import { Reporter } from "./reporting/reporter.js";
import { LogTail } from "./telling/log-tail.js";
import { Notices } from "./telling/notices.js";
import { Notifier } from "./telling/notifier.js";
import { publishing } from "./telling/publishing.js";
import { hasSettings, RegionStatus } from "./telling/region-status.js";
import { publishedSettings } from "./telling/takeover.js";

/** How often the heartbeat word counts up. */
const heartbeatMs = 1_000;

/** Makes the running composition; it does nothing before `start()`. Throws `incompatible_region`. */
export function createRuntime(init: RuntimeInit, outside: Outside = realOutside): Runtime {
  const { params, post } = init;
  const { clock: systemClock, random } = outside;
  const region = outside.region(init.memory);
  const clock: Clock = { ...systemClock, now: () => regionNow(region) };
  const untold = init.untold && outside.untold(init.untold);
  const writer = new RegionWriter(region, params.limits, clock.now, { writers: init.writers });
  let isLeaving = false;
  /**
   * Whether this worker was given up as stuck, and is not to write or say anything more: another one does, or will. To be asked before each
   * write of what is not in an arena. The first time that it is so, this one ends.
   */
  const isSuperseded = (): boolean => {
    if (!writer.isSuperseded) return false;
    if (!isLeaving) {
      isLeaving = true;
      init.onSuperseded?.();
      // Later, because whatever asks is in the middle of something.
      queueMicrotask(() => void runtime.stop());
    }
    return true;
  };
  const notifier = new Notifier({
    poll: init.poll,
    untold,
    publishNumber: () => newestPublish(region),
    send(batch) {
      count(region, "changesSent", batch.changes.length);
      post(batch);
    },
  });
  const logs = new LogGate(init.logs, post);
  const tail = params.serve && new LogTail(systemClock.now);
  const log: EngineLog = (level: LogLevel, message: string) => {
    tail?.add(level, message);
    logs.write(level, message);
  };
  // A certificate's dates mean the system's clock.
  const credentials = outside.credentials(params, (address) => status.located(address));
  const notices = new Notices(post);
  const guarding = createGuarding(params, {
    region,
    clock,
    log,
    onRules: (rules) => post({ kind: "guards", rules }),
    onHeld(change) {
      notices.held(change);
      reporter?.heldChanged();
    },
  });
  const held = () => guarding?.held() ?? [];
  const trial = (settings: readonly SavedSetting[]) => engine.trial(settings);
  const logLines = () => tail?.lines() ?? [];
  const providers =
    params.serve && lazyProviders(params.serve, { params, region, clock, credentials, logLines, held, trial }, log);
  const ignored = new IgnoredVariables(outside.env);
  // A worker that replaces another says nothing again.
  if (ignored.any && isFresh(region)) ignored.look(publishedSettings(region));
  /** Whether the whole state was looked at; from then on what changes is enough. */
  let hasLooked = isFresh(region);
  const status = new RegionStatus(region, clock, {
    fixedSession: params.session.kind === "fixed",
    onFirstLive() {
      // Later, because readers wait for this state.
      if (ignored.any && !hasLooked) setImmediate(() => reportIgnored(ignored.look(publishedSettings(region)), log));
      hasLooked = true;
    },
    onState: (state) => notices.state(state),
    isSuperseded,
  });
  const reporter = params.report ? new Reporter(params, { clock, random, log, held }) : undefined;
  let cache: LastGoodCache | undefined;
  const engine = createEngine(
    params,
    {
      clock,
      random,
      transport: outside.transport(params),
      credentials,
      states: publishing({
        region,
        writer,
        notifier,
        untold,
        onPublished(publication) {
          cache?.published(publication);
          if (hasLooked && ignored.any) reportIgnored(ignored.look(resolved(publication.changes)), log);
        },
        isSuperseded,
      }),
      status,
      sessionIdProvider: init.sessionIdProvider,
      log,
      providers,
      gate: guarding?.gate,
      reports: reporter,
      onDefect: init.onDefect,
    },
    { ...outside.engine, interruptedSinceMs: status.interruptedSinceMs },
  );
  cache = cacheOf(params, { engine, status, clock, log, outside, isSuperseded });
  let heartbeat: Timer | undefined;
  let patience: Timer | undefined;
  const runtime: Runtime = {
    start() {
      heartbeat ??= every(clock, heartbeatMs, () => {
        if (isSuperseded()) return;
        region.add(header.heartbeat, 1);
        status.confirm();
        guarding?.confirm();
      });
      engine.start();
      guarding?.start((rules) => {
        if (!isSuperseded()) engine.judgeBy(rules);
      });
      if (params.cache !== undefined) {
        // What a former worker published is newer than any file.
        if (!hasSettings(region)) void cache?.load();
        patience = clock.setTimer(params.cache.waitForFreshMs, () => status.fallBack());
      }
      post({ kind: "up" });
    },
    receive(message: HostMessage) {
      if (isSuperseded()) return;
      if (message.kind === "subscribed") notifier.setActive(message.active);
      else if (message.kind === "ack") notifier.acknowledged();
      else if (message.kind === "noticed") notices.acknowledged();
      else logs.acknowledged();
    },
    async stop() {
      heartbeat?.cancel();
      patience?.cancel();
      guarding?.stop();
      // What is held is the other worker's to report, and to take back.
      if (isSuperseded()) reporter?.interrupted();
      await reporter?.end();
      await engine.stop();
      await providers?.close();
      await cache?.stop();
    },
  };
  return runtime;
}

function cacheOf(
  params: EngineParams,
  parts: {
    engine: Engine;
    status: RegionStatus;
    clock: Clock;
    log: EngineLog;
    outside: Outside;
    isSuperseded: () => boolean;
  },
): LastGoodCache | undefined {
  if (params.cache === undefined) return undefined;
  const { engine, status, clock, log, outside, isSuperseded } = parts;
  const { clock: systemClock, files } = outside;
  return new LastGoodCache(params.cache, params, params.limits.maxRegionBytes, {
    // A file outlives the process, so its times are those of the system's clock.
    clock: systemClock,
    files,
    log,
    status,
    restore(saved, ageMs = Number.POSITIVE_INFINITY) {
      const isReadable = engine.restore(saved);
      if (isReadable) status.restored(clock.now() - ageMs);
      return isReadable;
    },
    published: () => engine.published(),
    isSuperseded,
    confirmedAtMs() {
      const atMs = status.confirmedAtMs();
      return atMs === undefined ? undefined : Math.round(systemClock.now() - (clock.now() - atMs));
    },
  });
}

/** Calls back again and again, until it is cancelled. */
function every(clock: Clock, periodMs: number, callback: () => void): Timer {
  const next = (): Timer =>
    clock.setTimer(periodMs, () => {
      timer = next();
      callback();
    });
  let timer = next();
  return { cancel: () => timer.cancel() };
}

/** The settings that a publish changed, without those that it removed. */
function* resolved(changes: readonly EffectiveChange[]): Generator<readonly [key: string, value: ConfigValue]> {
  for (const { key, setting } of changes) if (setting !== undefined) yield [key, setting.value];
}

function reportIgnored(names: readonly string[], log: EngineLog): void {
  if (names.length === 0) return;
  log(
    "warn",
    `Environment variables of this process that the core agent's configuration overrules: ${names.join(", ")}. ` +
      "Set them for the core agent instead.",
  );
}
