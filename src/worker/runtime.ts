/** Puts the worker's parts together: engine, region, notifier. Knows nothing of threads. */
import { type Clock, systemClock } from "../shared/clock.js";
import { count, markReady, readStatus, writeStatus } from "../shared/header.js";
import { header } from "../shared/layout.js";
import type { HostMessage, LogLevel, Runtime, RuntimeInit } from "../shared/messages.js";
import { Region } from "../shared/region.js";
import type { ConfigValue, EffectiveChange, EngineStatus } from "../shared/types.js";
import { createCredentialsReader } from "./credentials.js";
import { createEngine } from "./engine.js";
import { ignoredVariables } from "./ignored-env.js";
import { LogGate } from "./log-gate.js";
import { Notifier } from "./notifier.js";
import type { ChangeSink, Publisher, StatusSink } from "./ports.js";
import { RegionWriter } from "./region-writer.js";
import { netChanges, publishedSettings } from "./takeover.js";
import { createGrpcTransport } from "./transport.js";

/** How often the heartbeat word counts up. */
const HEARTBEAT_MS = 1_000;

/** Makes the running composition; it does nothing before `start()`. Throws `incompatible_region`. */
export function createRuntime(init: RuntimeInit): Runtime {
  const { params, post } = init;
  const region = new Region(init.memory);
  const clock = systemClock;
  const notifier = new Notifier({
    poll: init.poll,
    send(batch) {
      count(region, "changesSent", batch.changes.length);
      post(batch);
    },
  });
  const logs = new LogGate(init.logs, post);
  const engine = createEngine(params, {
    clock,
    random: Math.random,
    transport: createGrpcTransport(params),
    credentials: createCredentialsReader(params, clock),
    ...publishing(region, new RegionWriter(region, params.limits, clock.now), notifier, (settings) => {
      const names = ignoredVariables(process.env, settings);
      if (names.length > 0) logs.write("warn", ignoredText(names));
    }),
    status: statusSink(region, clock, params.session.kind === "fixed"),
    sessionIdProvider: init.sessionIdProvider,
    log: (level: LogLevel, message: string) => logs.write(level, message),
  });
  let heartbeat: ReturnType<typeof setInterval> | undefined;
  return {
    start() {
      heartbeat ??= setInterval(() => region.add(header.heartbeat, 1), HEARTBEAT_MS);
      engine.start();
      post({ kind: "up" });
    },
    receive(message: HostMessage) {
      if (message.kind === "subscribed") notifier.setActive(message.active);
      else if (message.kind === "ack") notifier.acknowledged();
      else logs.acknowledged();
    },
    async stop() {
      clearInterval(heartbeat);
      await engine.stop();
    },
  };
}

/** Publisher and change sink of one life, the first publication of which may follow those of a former worker. */
function publishing(
  region: Region,
  writer: Publisher,
  notifier: Notifier,
  onFirst: (settings: readonly EffectiveChange[]) => void,
): { publisher: Publisher; changes: ChangeSink } {
  const continues = hasSettings(region);
  let first = true;
  /** Set from the first publish to its notification. */
  let previous: ReadonlyMap<string, ConfigValue> | undefined;
  return {
    publisher: {
      publish(publication) {
        if (first && notifier.active) previous = publishedSettings(region);
        writer.publish(publication);
        count(region, "publishes");
      },
    },
    changes: {
      notify(publication) {
        if (!first) return notifier.notify(publication);
        first = false;
        // Later, since readers wait for this state; and not again for a worker that replaces another.
        if (!continues) setImmediate(onFirst, publication.changes);
        // Without it, nobody was there when the state was published, and so nothing has changed for anybody.
        if (previous === undefined) return;
        const changes = netChanges(previous, publication.changes);
        previous = undefined;
        notifier.notify({ ...publication, changes });
      },
    },
  };
}

/** Writes the engine's telling into the header. */
function statusSink(region: Region, clock: Clock, fixedSession: boolean): StatusSink {
  // What a former worker published is still readable, and why it died is still the last error.
  const inherited = hasSettings(region);
  const lastError = readStatus(region)?.lastError;
  let wasLive = false;
  const asInherited = (status: EngineStatus): EngineStatus => {
    const { state } = status;
    const hopeless = fixedSession && state === "failed" && status.step === "registration";
    const keepsState = state === "live" || state === "stopped" || hopeless || !inherited;
    return { ...status, state: keepsState ? state : "stale" };
  };
  return {
    set(status) {
      const goesLive = !wasLive && status.state === "live";
      wasLive ||= goesLive;
      const shown = { ...status, lastError: status.lastError ?? lastError };
      writeStatus(region, wasLive ? shown : asInherited(shown));
      // After the status, so that whoever is told that settings are there finds the consumer live.
      if (goesLive) markReady(region, clock.now());
    },
    count: (counter, by) => count(region, counter, by),
    messageReceived: () => region.store64(header.lastMessageAtMs, clock.now()),
  };
}

/** Whether a former worker has published. */
function hasSettings(region: Region): boolean {
  return region.load(header.arena) !== 0;
}

function ignoredText(names: readonly string[]): string {
  return (
    `Environment variables of this process that the core agent's configuration overrules: ${names.join(", ")}. ` +
    "Set them for the core agent instead."
  );
}
