/** The resolved parameters of a consumer, as they travel to the worker: plain data, nothing optional. */

import type { Guards } from "./guards/guard-rule.js";
import type { GivenPlace, PlaceEnvironment } from "./place/place.js";
import type { ConfigValue } from "./types.js";

/** How the consumer obtains its session. */
export type SessionParams =
  | { readonly kind: "register" }
  | { readonly kind: "fixed"; readonly sessionId: string }
  | { readonly kind: "provider" };

/** Copies a namespaced setting over a general one for one client. */
export interface OverrideRule {
  /** Client to which the rule applies. */
  readonly clientName: string;
  /** Key that is read, such as `security_agent.log_level`. */
  readonly from: string;
  /** Key that is written, as source `agent-runtime`, while `from` is a non-empty string. */
  readonly to: string;
}

/** The four meanings that the same messages have carried over time; see docs/design.md. */
export type Dialect = "newest" | "leaf" | "section-merged" | "section-per-source";

export interface EngineParams {
  readonly clientName: string;
  /** One id for the life of this process, whatever becomes of its workers; sent at registration. */
  readonly processInstanceId?: string;
  /** Name for people, sent at registration. */
  readonly displayName: string;
  /** `host:port` of the core agent. */
  readonly coreAgentAddress: string;
  /** Absolute, as the next one. */
  readonly authTokenFile: string;
  /** Empty without TLS. */
  readonly ipcCertFile: string;
  /** What is left to the agent's `datadog.yaml`; `undefined`: nothing, address and files are as above. */
  readonly discovery?: DiscoveryParams | undefined;
  /** False: plaintext. Only for tests, and only by name. */
  readonly tls: boolean;
  readonly session: SessionParams;
  /** Source names, lowest priority first. */
  readonly sourcePriority: readonly string[];
  readonly overrides: readonly OverrideRule[];
  /** `auto`: detected per snapshot. */
  readonly dialect: Dialect | "auto";
  /** Largest message accepted from the core agent, in bytes. */
  readonly maxReceiveMessageBytes: number;
  /** How long to wait for a resync snapshot after a gap, in ms. */
  readonly resyncTimeoutMs: number;
  /** How long the core agent must pause before what it sent is published, in ms; 0 waits for nothing. */
  readonly settleMs: number;
  /** How long an attempt waits for the credential files, and how often it looks, in ms. */
  readonly credentialsTimeoutMs: number;
  readonly credentialsPollMs: number;
  /** Deadline of unary calls, in ms. */
  readonly callTimeoutMs: number;
  readonly backoff: {
    readonly initialMs: number;
    readonly maxMs: number;
    readonly floorMs: number;
    readonly factor: number;
    /** A stream that was live for so long resets the back-off. */
    readonly resetAfterMs: number;
  };
  readonly keepaliveIntervalMs: number;
  readonly keepaliveTimeoutMs: number;
  /** Keepalive interval after the server answered `too_many_pings`. */
  readonly keepaliveRefusedIntervalMs: number;
  readonly limits: {
    /** Most keys at one time. */
    readonly maxKeys: number;
    /** Largest encoded value, in bytes. */
    readonly maxValueBytes: number;
    /** Largest region, in bytes. */
    readonly maxRegionBytes: number;
  };
  /** The last-good cache; `undefined`: none. */
  readonly cache?: CacheParams | undefined;
  /** What settings must meet before readers see them; `undefined`: anything is good. */
  readonly guards?: GuardParams | undefined;
  /** Keys that must be there. In lower case. */
  readonly required?: readonly string[];
  /** The application's own values, below every layer. Keys in lower case. */
  readonly defaults?: { readonly [key: string]: ConfigValue };
  /** What is served to the core agent; `undefined`: nothing. */
  readonly serve?: ServeParams | undefined;
  /** Whether held settings are reported to the core agent. */
  readonly report?: boolean;
}

/** Rules that are in order: those of the making of the consumer, or what its file has held since. */
export interface GuardParams {
  readonly rules: Guards;
  /** Absolute path of the file that they come from, and that may change; `undefined`: they were given as data. */
  readonly file?: string | undefined;
}

/** How status, metrics, flare files and commands are served to the core agent. */
export interface ServeParams {
  readonly address:
    | { readonly kind: "tcp"; readonly host: string; readonly port: number }
    /** Absolute path of a socket. */
    | { readonly kind: "unix"; readonly path: string };
  readonly maxCallsPerSecond: number;
  /** Largest answer, in bytes. */
  readonly maxAnswerBytes: number;
}

/** How the core agent is found by its own configuration file; see place.ts. */
export interface DiscoveryParams {
  /** Absolute path of a `datadog.yaml`. */
  readonly configFile: string;
  /** False: it is the usual place of one, where none may be. */
  readonly isGiven: boolean;
  readonly given: GivenPlace;
  readonly variables: PlaceEnvironment;
  /** What relative paths in the file are relative to. */
  readonly directory: string;
}

/** Where the last good settings are kept for the next process, and for how long. */
export interface CacheParams {
  /** Absolute path of the file. */
  readonly path: string;
  /** Older settings are not used, in ms. */
  readonly maxAgeMs: number;
  /** Least time between two writes, in ms. */
  readonly writeIntervalMs: number;
  /** How long a wait for readiness holds out for a snapshot before it is content with cached settings, in ms. */
  readonly waitForFreshMs: number;
}

/** Source names of a current core agent, lowest priority first. The order has changed over versions. */
export const defaultSourcePriority: readonly string[] = [
  "schema",
  "default",
  "unknown",
  "infra-mode",
  "file",
  "environment-variable",
  "fleet-policies",
  "config-post-init",
  "secret",
  "local-config-process",
  "agent-runtime",
  "remote-config",
  "cli",
];

/** A namespaced log level wins for the agent that owns the namespace. */
export const defaultOverrides: readonly OverrideRule[] = [
  { clientName: "security-agent", from: "security_agent.log_level", to: "log_level" },
  { clientName: "process-agent", from: "process_config.log_level", to: "log_level" },
  { clientName: "trace-agent", from: "apm_config.log_level", to: "log_level" },
  { clientName: "system-probe", from: "system_probe.log_level", to: "log_level" },
];
