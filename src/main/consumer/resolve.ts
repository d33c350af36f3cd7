/** How the options of a consumer become parameters: checks, and defaults. */
import { resolve } from "node:path";
import type { ResourceLimits } from "node:worker_threads";
import { InvalidOptionError } from "../../shared/errors.js";
import type { Logger } from "../../shared/logger.js";
import { lowerCase } from "../../shared/lower-case.js";
import {
  booleanOption,
  checkNames,
  choiceOption,
  described,
  functionOption,
  numberOption,
  shapeOption,
  stringOption,
  stringsOption,
  timeoutOption,
} from "../../shared/option-checks.js";
import {
  type CacheParams,
  defaultOverrides,
  defaultSourcePriority,
  type EngineParams,
  type OverrideRule,
  type SessionParams,
} from "../../shared/params.js";
import type { MetricsRegistry } from "../status/metrics.js";
import { type ConsumerOptions, consumerOptionNames } from "./options.js";

/** Parameters that stay with the application's thread. */
export interface HostParams {
  readonly sessionIdProvider: (() => string | Promise<string>) | undefined;
  readonly readyTimeoutMs: number;
  readonly stopTimeoutMs: number;
  readonly workerTimeoutMs: number;
  readonly subscriptionBuffer: number;
  readonly logger: Logger | undefined;
  readonly registry: MetricsRegistry | undefined;
  readonly resourceLimits: ResourceLimits | undefined;
  readonly workerUrl: URL | undefined;
  readonly isolation: "worker" | "none";
}

/** Environment variables that give defaults. */
export type Environment = { readonly [name: string]: string | undefined };

const hour = 3_600_000;
const day = 24 * hour;
const dialects = ["auto", "newest", "leaf", "section-merged", "section-per-source"] as const;

/** Checks all options. Throws `InvalidOptionError`: what was given, and what was expected. */
export function resolveOptions(options: ConsumerOptions, env: Environment): { engine: EngineParams; host: HostParams } {
  checkNames(options, Object.keys(consumerOptionNames), "createConsumer");
  return { engine: engineParams(options, env), host: hostParams(options) };
}

function engineParams(options: ConsumerOptions, env: Environment): EngineParams {
  const clientName = checkClientName(options.clientName);
  const tls = booleanOption("tls", options.tls, true);
  return {
    clientName,
    displayName: stringOption("displayName", options.displayName, clientName),
    coreAgentAddress: address(options.coreAgentAddress, env),
    authTokenFile: credentialFile("authTokenFile", options.authTokenFile, "DD_AUTH_TOKEN_FILE_PATH", env),
    ipcCertFile: tls ? credentialFile("ipcCertFile", options.ipcCertFile, "DD_IPC_CERT_FILE_PATH", env) : "",
    tls,
    session: session(options),
    sourcePriority: sourcePriority(options.sourcePriority),
    overrides: overrides(options.overrides),
    dialect: choiceOption("dialect", options.dialect, dialects, "auto"),
    maxReceiveMessageBytes: numberOption("maxReceiveMessageBytes", options.maxReceiveMessageBytes, 128 * 1024 * 1024, {
      min: 1_024,
      max: 2 ** 31 - 1,
    }),
    resyncTimeoutMs: numberOption("resyncTimeoutMs", options.resyncTimeoutMs, 5_000, { min: 1, max: hour }),
    credentialsTimeoutMs: numberOption("credentialsTimeoutMs", options.credentialsTimeoutMs, 60_000, {
      min: 0,
      max: day,
    }),
    credentialsPollMs: numberOption("credentialsPollMs", options.credentialsPollMs, 2_000, { min: 10, max: hour }),
    callTimeoutMs: numberOption("callTimeoutMs", options.callTimeoutMs, 5_000, { min: 1, max: hour }),
    backoff: backoff(options.backoff),
    ...keepalive(options),
    limits: limits(options.limits),
    cache: cache(options.cache),
  };
}

function hostParams(options: ConsumerOptions): HostParams {
  const { workerUrl, resourceLimits } = options;
  if (workerUrl !== undefined && !(workerUrl instanceof URL)) {
    throw new InvalidOptionError(`Option "workerUrl" must be a URL object, but is ${described(workerUrl)}.`);
  }
  return {
    sessionIdProvider: options.sessionIdProvider,
    readyTimeoutMs: timeoutOption("readyTimeoutMs", options.readyTimeoutMs, 60_000),
    stopTimeoutMs: numberOption("stopTimeoutMs", options.stopTimeoutMs, 3_000, { min: 1, max: 600_000 }),
    workerTimeoutMs: workerTimeout(options.workerTimeoutMs),
    subscriptionBuffer: numberOption("subscriptionBuffer", options.subscriptionBuffer, 1_000, {
      min: 1,
      max: 1_000_000,
    }),
    logger: shapeOption("logger", options.logger, ["debug", "info", "warn", "error"]),
    registry: shapeOption("registry", options.registry, ["registerMetric", "getSingleMetric", "metrics"]),
    resourceLimits: shapeOption("resourceLimits", resourceLimits, []),
    workerUrl,
    isolation: choiceOption("isolation", options.isolation, ["worker", "none"], "worker"),
  };
}

function workerTimeout(given: unknown): number {
  if (given === Number.POSITIVE_INFINITY) return given;
  return numberOption("workerTimeoutMs", given, 60_000, { min: 4_000, max: hour });
}

function checkClientName(given: unknown): string {
  // It becomes a header, a URL and a metric label.
  if (typeof given !== "string" || !/^[\x21-\x7e]{1,200}$/.test(given)) {
    throw new InvalidOptionError(
      `Option "clientName" must be a string of 1 to 200 visible ASCII characters, but is ${described(given)}.`,
    );
  }
  return given;
}

function address(given: unknown, env: Environment): string {
  const host = env.DD_CMD_HOST || "localhost";
  const bracketed = host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
  const fallback = `${bracketed}:${env.DD_CMD_PORT || "5001"}`;
  const resolved = stringOption("coreAgentAddress", given, fallback);
  const match = /^(?:\[[0-9a-fA-F:.%]+\]|[^\s:/[\]]+):(\d{1,5})$/.exec(resolved);
  const port = Number(match?.[1] ?? 0);
  if (port < 1 || port > 65_535) {
    const origin = given === undefined ? " (from DD_CMD_HOST and DD_CMD_PORT)" : "";
    throw new InvalidOptionError(
      `Option "coreAgentAddress" must be host:port with a port from 1 to 65535, such as "localhost:5001", but is ` +
        `${described(resolved)}${origin}.`,
    );
  }
  return resolved;
}

function credentialFile(name: string, given: unknown, variable: string, env: Environment): string {
  const path = stringOption(name, given, env[variable] ?? "");
  if (path === "") {
    throw new InvalidOptionError(
      `Option "${name}" is missing: give the path of the core agent's file, or set ${variable} in the environment.`,
    );
  }
  // Neither is quoted: the content of such a file is what must not get into an error.
  if (path.includes("-----BEGIN") || /[\r\n]/.test(path) || /^[0-9a-f]{32,}$/i.test(path)) {
    throw new InvalidOptionError(
      `Option "${name}" must be the path of a file, but looks like the content of one. Give the path.`,
    );
  }
  return path;
}

function session(options: ConsumerOptions): SessionParams {
  const provider = functionOption("sessionIdProvider", options.sessionIdProvider);
  const { sessionId } = options;
  if (sessionId !== undefined && provider !== undefined) {
    throw new InvalidOptionError(
      'Both "sessionId" and "sessionIdProvider" were given; a session has one origin. Give one of them, or none to let the ' +
        "consumer register itself.",
    );
  }
  if (provider !== undefined) return { kind: "provider" };
  if (sessionId === undefined) return { kind: "register" };
  // Not described: a session id must not get into an error.
  if (typeof sessionId !== "string" || !/^[\x21-\x7e]+$/.test(sessionId)) {
    throw new InvalidOptionError('Option "sessionId" must be a non-empty string of visible ASCII characters.');
  }
  return { kind: "fixed", sessionId };
}

function sourcePriority(given: unknown): readonly string[] {
  const names = stringsOption("sourcePriority", given, defaultSourcePriority);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new InvalidOptionError(`Option "sourcePriority" has "${twice}" twice; each source has one place.`);
  }
  return names;
}

function overrides(given: unknown): readonly OverrideRule[] {
  if (given === undefined) return defaultOverrides;
  if (!Array.isArray(given)) {
    throw new InvalidOptionError(`Option "overrides" must be an array of rules, but is ${described(given)}.`);
  }
  return given.map((rule: Partial<OverrideRule>, index) => {
    const at = `overrides[${index}]`;
    checkNames(rule, ["clientName", "from", "to"], `Option "${at}"`);
    return {
      clientName: stringOption(`${at}.clientName`, rule.clientName ?? null, ""),
      from: lowerCase(stringOption(`${at}.from`, rule.from ?? null, "")),
      to: lowerCase(stringOption(`${at}.to`, rule.to ?? null, "")),
    };
  });
}

function backoff(given: ConsumerOptions["backoff"] = {}): EngineParams["backoff"] {
  checkNames(given, ["initialMs", "maxMs", "floorMs", "factor", "resetAfterMs"], 'Option "backoff"');
  const initialMs = numberOption("backoff.initialMs", given.initialMs, 500, { min: 1, max: hour });
  const maxMs = numberOption("backoff.maxMs", given.maxMs, Math.max(30_000, initialMs), { min: initialMs, max: hour });
  return {
    initialMs,
    maxMs,
    floorMs: numberOption("backoff.floorMs", given.floorMs, Math.min(250, maxMs), { min: 1, max: maxMs }),
    factor: numberOption("backoff.factor", given.factor, 2, { min: 1, max: 10, integer: false }),
    resetAfterMs: numberOption("backoff.resetAfterMs", given.resetAfterMs, 60_000, { min: 0, max: day }),
  };
}

function keepalive(options: ConsumerOptions) {
  const { keepaliveIntervalMs, keepaliveTimeoutMs, keepaliveRefusedIntervalMs } = options;
  const interval = { min: 100, max: day };
  return {
    keepaliveIntervalMs: numberOption("keepaliveIntervalMs", keepaliveIntervalMs, 30_000, interval),
    keepaliveTimeoutMs: numberOption("keepaliveTimeoutMs", keepaliveTimeoutMs, 10_000, { min: 10, max: hour }),
    keepaliveRefusedIntervalMs: numberOption(
      "keepaliveRefusedIntervalMs",
      keepaliveRefusedIntervalMs,
      330_000,
      interval,
    ),
  };
}

function limits(given: ConsumerOptions["limits"] = {}): EngineParams["limits"] {
  checkNames(given, ["maxKeys", "maxValueBytes", "maxRegionBytes"], 'Option "limits"');
  const mib = 1024 * 1024;
  return {
    maxKeys: numberOption("limits.maxKeys", given.maxKeys, 1_000_000, { min: 1, max: 2_000_000 }),
    maxValueBytes: numberOption("limits.maxValueBytes", given.maxValueBytes, 16 * mib, { min: 16, max: 16 * mib }),
    maxRegionBytes: numberOption("limits.maxRegionBytes", given.maxRegionBytes, 1024 * mib, {
      min: mib,
      max: 2048 * mib,
    }),
  };
}

function cache(given: ConsumerOptions["cache"]): CacheParams | undefined {
  if (given === undefined) return undefined;
  checkNames(given, ["path", "maxAgeMs", "writeIntervalMs", "waitForFreshMs"], 'Option "cache"');
  const { path, maxAgeMs, writeIntervalMs, waitForFreshMs } = given;
  return {
    // Here, since the application may change its working directory later.
    path: resolve(stringOption("cache.path", path ?? null, "")),
    maxAgeMs:
      maxAgeMs === Number.POSITIVE_INFINITY
        ? maxAgeMs
        : numberOption("cache.maxAgeMs", maxAgeMs, 7 * day, { min: 1_000, max: 3_650 * day }),
    writeIntervalMs: numberOption("cache.writeIntervalMs", writeIntervalMs, 30_000, { min: 100, max: day }),
    waitForFreshMs: numberOption("cache.waitForFreshMs", waitForFreshMs, 5_000, { min: 0, max: hour }),
  };
}
