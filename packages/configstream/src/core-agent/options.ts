/** What a core agent can be told, checked once and completed with defaults. */
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Clock,
  type Defaults,
  type Dialect,
  defaultSourcePriority,
  didYouMean,
  type Environment,
  InvalidOptionError,
  suggest,
  systemClock,
} from "configstream-consumer/internal";
import { dialectNames } from "./dialects/spoken.js";
import type { Registry } from "./metrics.js";

/** Log lines of the core agent. Setting names may appear, values and credentials never. */
export type AgentLog = (level: "debug" | "info" | "warn" | "error", message: string) => void;

/** Which of the two register services answer. The other one says `UNIMPLEMENTED`. */
export type RegisterServices = "both" | "agent-secure" | "remote-agent";

/** Options of `createCoreAgent`. All may be left out. */
export interface CoreAgentOptions {
  /** YAML files, watched. Later files win. They may be missing; they are read when they appear. Default: none. */
  readonly configFiles?: readonly string[];
  /** Values of the source `default`, by dotted key or as schema entries; they also tell which keys exist. Default: none. */
  readonly defaults?: Defaults;
  /**
   * Environment whose `DD_*` variables set known keys as source `environment-variable`; read once, at start.
   * `false`: none. Default: `process.env`.
   */
  readonly env?: Environment | false;
  /** `host:port` or `[ipv6]:port`; port 0 picks a free one. Default: `localhost:5001`. */
  readonly address?: string;
  /** Directory of `auth_token` and `ipc_cert.pem`. Default: a new temporary one, removed at stop. */
  readonly dataDir?: string;
  /** Name that events carry. Default: `core-agent`. */
  readonly origin?: string;
  /** Default: `both`. */
  readonly services?: RegisterServices;
  /** A session without a refresh for this long is forgotten, in ms, 1 or more. Default: 30,000. */
  readonly sessionIdleTimeoutMs?: number;
  /** Sent at registration, in s, 0 or more; 0: no opinion. Default: 10. */
  readonly recommendedRefreshIntervalSecs?: number;
  /** Updates buffered per subscriber that is behind, 1 or more. Default: 100. */
  readonly subscriberBuffer?: number;
  /** Source names, lowest priority first. Default: the order of a current core agent. */
  readonly sourcePriority?: readonly string[];
  /**
   * Which of the four meanings that the messages have had over time is spoken: `newest`, `leaf`, `section-merged` or
   * `section-per-source`. The three older ones do not send null: it claims nothing there. The two with sections cannot
   * tell a map whose names all look like setting names from a section. Default: `newest`.
   */
  readonly dialect?: Dialect;
  /** Registry for the metrics; they leave it at stop. Default: an own one. */
  readonly registry?: Registry;
  /** Time for sessions and file watching. Default: the system's. */
  readonly clock?: Clock;
  /** Default: silent. */
  readonly log?: AgentLog;
}

export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

export interface ResolvedOptions {
  readonly configFiles: readonly string[];
  readonly defaults: Defaults;
  readonly env: Environment;
  readonly address: ListenAddress;
  readonly dataDir: string;
  readonly dataDirIsTemporary: boolean;
  readonly origin: string;
  readonly services: RegisterServices;
  readonly sessionIdleTimeoutMs: number;
  readonly recommendedRefreshIntervalSecs: number;
  readonly subscriberBuffer: number;
  readonly sourcePriority: readonly string[];
  readonly dialect: Dialect;
  readonly registry: Registry | undefined;
  readonly clock: Clock;
  readonly log: AgentLog;
}

const optionNames: ReadonlySet<string> = new Set<keyof CoreAgentOptions>([
  "configFiles",
  "defaults",
  "env",
  "address",
  "dataDir",
  "origin",
  "services",
  "sessionIdleTimeoutMs",
  "recommendedRefreshIntervalSecs",
  "subscriberBuffer",
  "sourcePriority",
  "dialect",
  "registry",
  "clock",
  "log",
]);

/** @param newId Makes the name of a temporary data directory unique. */
export function resolveOptions(options: CoreAgentOptions, newId: () => string): ResolvedOptions {
  checkOptionNames(options);
  const env = checkObject("env", options.env ?? process.env, "an object of variables, or false");
  return {
    configFiles: checkNames("configFiles", options.configFiles ?? []),
    defaults: checkObject("defaults", options.defaults ?? {}, "an object of keys and values, or a list of entries"),
    env: env === false ? {} : env,
    address: parseAddress(options.address ?? "localhost:5001"),
    dataDir: checkText("dataDir", options.dataDir ?? join(tmpdir(), `configstream-core-agent-${newId()}`)),
    dataDirIsTemporary: options.dataDir === undefined,
    origin: checkText("origin", options.origin ?? "core-agent"),
    services: checkServices(options.services ?? "both"),
    sessionIdleTimeoutMs: checkNumber("sessionIdleTimeoutMs", options.sessionIdleTimeoutMs ?? 30_000, 1),
    recommendedRefreshIntervalSecs: checkNumber(
      "recommendedRefreshIntervalSecs",
      options.recommendedRefreshIntervalSecs ?? 10,
      0,
    ),
    subscriberBuffer: checkNumber("subscriberBuffer", options.subscriberBuffer ?? 100, 1),
    sourcePriority: checkNames("sourcePriority", options.sourcePriority ?? defaultSourcePriority),
    dialect: checkDialect(options.dialect ?? "newest"),
    registry: checkMethods("registry", options.registry, ["registerMetric", "removeSingleMetric"]),
    clock: checkMethods("clock", options.clock, ["now", "monotonic", "setTimer"]) ?? systemClock,
    log: checkFunction("log", options.log) ?? (() => {}),
  };
}

/** Splits `host:port`; the host of an IPv6 address stands in brackets. */
export function parseAddress(address: string): ListenAddress {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]/\s]+)):(\d{1,5})$/.exec(String(address));
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (host === undefined || port > 65_535) {
    throw new InvalidOptionError(
      `The option address is "${address}"; give "host:port" or "[ipv6]:port" with a port from 0 to 65535.`,
    );
  }
  return { host, port };
}

function checkOptionNames(options: CoreAgentOptions): void {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw new InvalidOptionError("createCoreAgent expects an object with options.");
  }
  for (const name of Object.keys(options)) {
    if (optionNames.has(name)) continue;
    const hint = didYouMean(suggest(name, [...optionNames], 1)) || ` It has ${[...optionNames].join(", ")}.`;
    throw new InvalidOptionError(`The core agent has no option "${name}".${hint}`);
  }
}

/** The value is not quoted: an environment holds secrets. */
function checkObject<T extends object | false>(name: string, value: T, expected: string): T {
  if (value === false || (typeof value === "object" && value !== null)) return value;
  throw new InvalidOptionError(`The option ${name} is a ${typeof value}; give ${expected}.`);
}

function checkFunction<T>(name: string, value: T | undefined): T | undefined {
  if (value === undefined || typeof value === "function") return value;
  throw new InvalidOptionError(`The option ${name} is ${JSON.stringify(value)}; give a function.`);
}

function checkMethods<T extends object>(name: string, value: T | undefined, methods: readonly string[]): T | undefined {
  if (value === undefined) return undefined;
  const given = value as unknown as { readonly [method: string]: unknown } | null;
  if (typeof given === "object" && methods.every((method) => typeof given?.[method] === "function")) return value;
  throw new InvalidOptionError(`The option ${name} is wrong; give an object with the functions ${methods.join(", ")}.`);
}

function checkNumber(name: string, value: number, minimum: number): number {
  if (!Number.isInteger(value) || value < minimum || value > 2 ** 31 - 1) {
    throw new InvalidOptionError(
      `The option ${name} is ${String(value)}; give a whole number from ${minimum} to ${2 ** 31 - 1}.`,
    );
  }
  return value;
}

function checkText(name: string, value: string): string {
  if (typeof value !== "string" || value === "") {
    throw new InvalidOptionError(`The option ${name} is ${JSON.stringify(value)}; give text that is not empty.`);
  }
  return value;
}

function checkNames(name: string, value: readonly string[]): readonly string[] {
  if (!Array.isArray(value))
    throw new InvalidOptionError(`The option ${name} is not an array; give an array of texts.`);
  return value.map((item) => checkText(name, item as string));
}

/** @throws InvalidOptionError for a name that is no dialect. */
export function checkDialect(value: Dialect): Dialect {
  if (dialectNames.includes(value)) return value;
  const names = dialectNames.map((name) => `"${name}"`);
  throw new InvalidOptionError(
    `The option dialect is ${JSON.stringify(value)}; give ${names.slice(0, -1).join(", ")} or ${names.at(-1)}.`,
  );
}

function checkServices(value: RegisterServices): RegisterServices {
  if (value === "both" || value === "agent-secure" || value === "remote-agent") return value;
  throw new InvalidOptionError(
    `The option services is ${JSON.stringify(value)}; give "both", "agent-secure" or "remote-agent".`,
  );
}
