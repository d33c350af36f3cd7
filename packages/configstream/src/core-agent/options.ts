/** What a core agent can be told, checked once and completed with defaults. */
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import {
  addressForm,
  type Clock,
  callback,
  choice,
  custom,
  type Defaults,
  defaultSourcePriority,
  described,
  type Environment,
  type HostPort,
  InvalidOptionError,
  number,
  type OptionRow,
  object,
  parseAddress,
  readOptions,
  shape,
  sources,
  systemClock,
  text,
  texts,
} from "configstream-consumer/internal";
import { type ResolvedStore, resolveStore, type StoreOptions } from "../store/index.js";
import { type DialectName, dialectNames } from "./dialects/spoken.js";
import type { Registry } from "./metrics.js";

/** Log lines of the core agent. Setting names may appear, values and credentials never. */
export type AgentLog = (level: "debug" | "info" | "warn" | "error", message: string) => void;

/** Which of the two register services answer. The other one says `UNIMPLEMENTED`. */
export type RegisterServices = "both" | "agent-secure" | "remote-agent";

/** Options of `createCoreAgent`. All may be left out. */
export interface CoreAgentOptions {
  /** YAML files, watched. Later files win. They may be missing; they are read when they appear. Default: none. */
  readonly configFiles?: readonly string[] | undefined;
  /** Values of the source `default`, by dotted key or as schema entries; they also say which keys exist. Default: none. */
  readonly defaults?: Defaults | undefined;
  /**
   * Environment whose `DD_*` variables set known keys as source `environment-variable`; read once, at start.
   * `false`: none. Default: `process.env`.
   */
  readonly env?: Environment | false | undefined;
  /** `host:port` or `[ipv6]:port`; port 0 picks a free one. Default: `localhost:5001`. */
  readonly address?: string | undefined;
  /**
   * Directory of `auth_token` and `ipc_cert.pem`, which are made when they are missing, and of `history` and `store_state`. Default:
   * a new temporary one, removed at stop.
   */
  readonly dataDir?: string | undefined;
  /** Name that events carry. Default: `core-agent`. */
  readonly origin?: string | undefined;
  /** Default: `both`. */
  readonly services?: RegisterServices | undefined;
  /** A session without a refresh for this long is forgotten, in ms, 1 or more. Default: 30,000. */
  readonly sessionIdleTimeoutMs?: number | undefined;
  /** Sent at registration, in s, 0 or more; 0: no opinion. Default: 10. */
  readonly recommendedRefreshIntervalSecs?: number | undefined;
  /** Updates buffered per subscriber that is behind, 1 or more. Default: 100. */
  readonly subscriberBuffer?: number | undefined;
  /** Source names, lowest priority first; others rank just above `unknown`. Default: the order of a current core agent. */
  readonly sourcePriority?: readonly string[] | undefined;
  /**
   * Which of the four meanings that the messages have had over time is spoken: `newest`, `leaf` (as v0.84), `section-merged` or
   * `section-per-source`; `leaf-set` and `section-merged-set` are the second and the third with the updates of senders up to
   * v0.83.3, which name the layer that was set or cleared, whichever wins. Those with sections do not send null in a snapshot: it
   * claims nothing there; nor can they tell a map whose names all look like setting names from a section. Default: `newest`.
   */
  readonly dialect?: DialectName | undefined;
  /**
   * An etcd cluster that layers come from. With `dataDir` its last state is kept there, as `store_state` (mode 0600, credentials
   * included), and serves while the cluster is away. Default: none.
   */
  readonly store?: StoreOptions | undefined;
  /** Registry for the metrics; they leave it at stop. Default: an own one. */
  readonly registry?: Registry | undefined;
  /** Time for sessions and file watching. Default: the system's. */
  readonly clock?: Clock | undefined;
  /** Default: silent. */
  readonly log?: AgentLog | undefined;
}

export interface ResolvedOptions {
  readonly configFiles: readonly string[];
  readonly defaults: Defaults;
  readonly env: Environment;
  readonly address: HostPort;
  readonly dataDir: string;
  readonly dataDirIsTemporary: boolean;
  readonly origin: string;
  readonly services: RegisterServices;
  readonly sessionIdleTimeoutMs: number;
  readonly recommendedRefreshIntervalSecs: number;
  readonly subscriberBuffer: number;
  readonly sourcePriority: readonly string[];
  readonly dialect: DialectName;
  readonly store: ResolvedStore | undefined;
  readonly registry: Registry | undefined;
  readonly clock: Clock;
  readonly log: AgentLog;
}

const wholeNumber = (fallback: number, min: number) => number({ fallback, min, max: 2 ** 31 - 1 });

/** Every option of {@link CoreAgentOptions}; the type makes it complete. */
export const coreAgentOptionTable = {
  configFiles: texts([]),
  defaults: object<Defaults>({}, "an object of keys and values, or a list of entries"),
  env: object<Environment | false>(process.env, "an object of variables, or false", (given) => given === false),
  address: custom(listenAddress),
  dataDir: text(""),
  origin: text("core-agent"),
  services: choice<RegisterServices>(["both", "agent-secure", "remote-agent"], "both"),
  sessionIdleTimeoutMs: wholeNumber(30_000, 1),
  recommendedRefreshIntervalSecs: wholeNumber(10, 0),
  subscriberBuffer: wholeNumber(100, 1),
  sourcePriority: sources(defaultSourcePriority),
  dialect: choice<DialectName>(dialectNames, "newest"),
  store: custom(resolveStore),
  registry: shape<Registry>(["registerMetric", "removeSingleMetric"]),
  clock: shape<Clock>(["now", "monotonic", "setTimer"]),
  log: callback<AgentLog>(),
} satisfies { readonly [name in keyof Required<CoreAgentOptions>]: OptionRow<unknown> };

/** @param newId Makes the name of a temporary data directory unique. */
export function resolveOptions(options: CoreAgentOptions, newId: () => string): ResolvedOptions {
  const read = readOptions("createCoreAgent", coreAgentOptionTable, options);
  return {
    ...read,
    env: read.env === false ? {} : read.env,
    // Made absolute, since the application may change its working directory later.
    configFiles: read.configFiles.map((path) => resolve(path)),
    dataDir: resolve(read.dataDir || join(tmpdir(), `configstream-core-agent-${newId()}`)),
    dataDirIsTemporary: options.dataDir === undefined,
    clock: read.clock ?? systemClock,
    log: read.log ?? (() => {}),
  };
}

function listenAddress(name: string, given: unknown = "localhost:5001"): HostPort {
  const parsed = typeof given === "string" ? parseAddress(given, 0) : undefined;
  if (parsed !== undefined) return parsed;
  throw new InvalidOptionError(`Option "${name}" must be ${addressForm(0)}, but is ${described(given)}.`);
}

/** @throws InvalidOptionError for a name that is no dialect. */
export function checkDialect(given: DialectName): DialectName {
  return coreAgentOptionTable.dialect.read("dialect", given);
}
