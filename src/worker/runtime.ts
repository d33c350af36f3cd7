/** Puts the worker's parts together: engine, region, notifier. Knows nothing of threads. */
import { type Clock, systemClock } from "../shared/clock.js";
import { count, markReady, readStatus, writeStatus } from "../shared/header.js";
import { header } from "../shared/layout.js";
import type { HostMessage, LogLevel, Runtime, RuntimeInit } from "../shared/messages.js";
import { Region } from "../shared/region.js";
import type { EngineStatus } from "../shared/types.js";
import { Untold } from "../shared/untold.js";
import { createCredentialsReader } from "./credentials.js";
import { createEngine } from "./engine.js";
import { ignoredVariables } from "./ignored-env.js";
import { LogGate } from "./log-gate.js";
import { Notifier } from "./notifier.js";
import type { StatusSink } from "./ports.js";
import { hasSettings, publishing } from "./publishing.js";
import { RegionWriter } from "./region-writer.js";
import { createGrpcTransport } from "./transport.js";

/** How often the heartbeat word counts up. */
const HEARTBEAT_MS = 1_000;

/** Makes the running composition; it does nothing before `start()`. Throws `incompatible_region`. */
export function createRuntime(init: RuntimeInit): Runtime {
  const { params, post } = init;
  const region = new Region(init.memory);
  const clock = systemClock;
  const untold = init.untold && new Untold(init.untold);
  const notifier = new Notifier({
    poll: init.poll,
    untold,
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
    ...publishing({
      region,
      writer: new RegionWriter(region, params.limits, clock.now),
      notifier,
      untold,
      onFirst(settings) {
        const names = ignoredVariables(process.env, settings);
        if (names.length > 0) logs.write("warn", ignoredText(names));
      },
    }),
    status: statusSink(region, clock, params.session.kind === "fixed"),
    sessionIdProvider: init.sessionIdProvider,
    log: (level: LogLevel, message: string) => logs.write(level, message),
    onDefect: init.onDefect,
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
    messageReceived() {
      region.store64(header.lastMessageAtMs, clock.now());
      // Between two steps of the work, as in publishing.ts.
      region.add(header.heartbeat, 1);
    },
  };
}

function ignoredText(names: readonly string[]): string {
  return (
    `Environment variables of this process that the core agent's configuration overrules: ${names.join(", ")}. ` +
    "Set them for the core agent instead."
  );
}
