/** Every option of a consumer in a row: its kind, range and default. What the rows mean together stands in resolve.ts. */
import type { ResourceLimits } from "node:worker_threads";
import { InvalidOptionError } from "../../shared/errors.js";
import type { Logger } from "../../shared/logger.js";
import { described } from "../../shared/options/option-checks.js";
import {
  callback,
  choice,
  custom,
  flag,
  group,
  number,
  type OptionRow,
  shape,
  sources,
  text,
} from "../../shared/options/option-table.js";
import { type Dialect, defaultSourcePriority } from "../../shared/params.js";
import type { MetricsRegistry } from "../status/metrics.js";
import { defaultValues, requiredKeys } from "./guard-options.js";
import { overrideRules } from "./option-rules.js";
import type { ConsumerOptions } from "./options.js";

const hour = 3_600_000;
const day = 24 * hour;
const mib = 1024 * 1024;

/** In ms; `Infinity` stands for none. */
const timeLimit = { min: 0, max: Number.MAX_SAFE_INTEGER, integer: false, infinite: true } as const;

const url = custom<URL | undefined>((name, given) => {
  if (given === undefined || given instanceof URL) return given;
  throw new InvalidOptionError(`Option "${name}" must be a URL object, but is ${described(given)}.`);
});

/** Checked in resolve.ts, because what is right depends on other options or on the environment. */
const asGiven = <T>() => custom<T>((_name, given) => given as T);

/** The rows. The type makes them complete. */
export const consumerOptionTable = {
  clientName: custom((name, given) => {
    // It becomes a header, a URL and a metric label.
    if (typeof given === "string" && /^[\x21-\x7e]{1,200}$/.test(given)) return given;
    throw new InvalidOptionError(
      `Option "${name}" must be a string of 1 to 200 visible ASCII characters, but is ${described(given)}.`,
    );
  }),
  displayName: text(""),
  coreAgentAddress: asGiven<unknown>(),
  authTokenFile: asGiven<unknown>(),
  ipcCertFile: asGiven<unknown>(),
  configFile: text(""),
  tls: flag(true),
  sessionId: asGiven<unknown>(),
  sessionIdProvider: callback<() => string | Promise<string>>(),
  sourcePriority: sources(defaultSourcePriority),
  overrides: custom(overrideRules),
  dialect: choice<Dialect | "auto">(["auto", "newest", "leaf", "section-merged", "section-per-source"], "auto"),
  backoff: custom((name, given) => backoffRow(given).read(name, given)),
  keepaliveIntervalMs: number({ fallback: 30_000, min: 100, max: day }),
  keepaliveTimeoutMs: number({ fallback: 10_000, min: 10, max: hour }),
  keepaliveRefusedIntervalMs: number({ fallback: 330_000, min: 100, max: day }),
  maxReceiveMessageBytes: number({ fallback: 128 * mib, min: 1_024, max: 2 ** 31 - 1 }),
  resyncTimeoutMs: number({ fallback: 5_000, min: 1, max: hour }),
  settleMs: number({ fallback: 0, min: 0, max: 10_000 }),
  credentialsTimeoutMs: number({ fallback: 60_000, min: 0, max: day }),
  credentialsPollMs: number({ fallback: 2_000, min: 10, max: hour }),
  callTimeoutMs: number({ fallback: 5_000, min: 1, max: hour }),
  limits: group({
    maxKeys: number({ fallback: 1_000_000, min: 1, max: 2_000_000 }),
    maxValueBytes: number({ fallback: 16 * mib, min: 16, max: 16 * mib }),
    maxRegionBytes: number({ fallback: 1024 * mib, min: mib, max: 2048 * mib }),
  }),
  // Checked as a whole: see guard-options.ts.
  guards: custom((_name, given) => given as ConsumerOptions["guards"]),
  required: custom(requiredKeys),
  defaults: custom(defaultValues),
  report: flag(false),
  // Checked with what it depends on: see serve-option.ts.
  serve: custom((_name, given) => given as ConsumerOptions["serve"]),
  cache: custom((name, given) => (given === undefined ? undefined : cacheRow.read(name, given))),
  readyTimeoutMs: number({ fallback: 60_000, ...timeLimit }),
  stopTimeoutMs: number({ fallback: 3_000, min: 1, max: 600_000 }),
  workerTimeoutMs: number({ fallback: 60_000, min: 4_000, max: hour, infinite: true }),
  subscriptionBuffer: number({ fallback: 1_000, min: 1, max: 1_000_000 }),
  logger: shape<Logger>(["debug", "info", "warn", "error"]),
  registry: shape<MetricsRegistry>(["registerMetric", "getSingleMetric", "removeSingleMetric", "metrics"]),
  resourceLimits: shape<ResourceLimits>([]),
  workerUrl: url,
  isolation: choice<"worker" | "none">(["worker", "none"], "worker"),
} satisfies { readonly [name in keyof Required<ConsumerOptions>]: OptionRow<unknown> };

const cacheRow = group({
  path: custom((name, given) => text("").read(name, given ?? null)),
  maxAgeMs: number({ fallback: 7 * day, min: 1_000, max: 3_650 * day, infinite: true }),
  writeIntervalMs: number({ fallback: 30_000, min: 100, max: day }),
  waitForFreshMs: number({ fallback: 5_000, min: 0, max: hour }),
});

/** The ranges of the back-off depend on one another: no bound is below the one before it. */
function backoffRow(given: unknown) {
  const { initialMs: first, maxMs: last } = (given ?? {}) as NonNullable<ConsumerOptions["backoff"]>;
  const initialMs = typeof first === "number" ? first : 500;
  const fallbackMax = Math.max(30_000, initialMs);
  const maxMs = typeof last === "number" ? last : fallbackMax;
  return group({
    initialMs: number({ fallback: 500, min: 1, max: hour }),
    maxMs: number({ fallback: fallbackMax, min: initialMs, max: hour }),
    floorMs: number({ fallback: Math.min(250, maxMs), min: 1, max: maxMs }),
    factor: number({ fallback: 2, min: 1, max: 10, integer: false }),
    resetAfterMs: number({ fallback: 60_000, min: 0, max: day }),
  });
}
