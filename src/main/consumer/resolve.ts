/** How the options of a consumer become parameters: what the rows of the table mean together. */
import { resolve } from "node:path";
import type { ResourceLimits } from "node:worker_threads";
import { InvalidOptionError } from "../../shared/errors.js";
import type { Logger } from "../../shared/logger.js";
import { described, stringOption } from "../../shared/options/option-checks.js";
import { type OptionsBy, readOptions } from "../../shared/options/option-table.js";
import type { DiscoveryParams, EngineParams } from "../../shared/params.js";
import { addressForm, parseAddress } from "../../shared/place/address.js";
import { isComplete, locate, placeVariables, systemConfigFile } from "../../shared/place/place.js";
import type { MetricsRegistry } from "../status/metrics.js";
import { guardParams } from "./guard-options.js";
import { credentialPath, sessionOrigin } from "./option-rules.js";
import { consumerOptionTable } from "./option-table.js";
import type { ConsumerOptions } from "./options.js";
import { processInstanceId } from "./process-instance.js";
import { serveOption } from "./serve-option.js";

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

type Read = OptionsBy<typeof consumerOptionTable>;

/** What the options call the parts of a place. */
const placeNames = {
  address: 'option "coreAgentAddress"',
  authTokenFile: 'option "authTokenFile"',
  ipcCertFile: 'option "ipcCertFile"',
  dataDir: "",
} as const;

/** Checks all options. Throws `InvalidOptionError`: what was given, and what was expected. */
export function resolveOptions(options: ConsumerOptions, env: Environment): { engine: EngineParams; host: HostParams } {
  const read = readOptions("createConsumer", consumerOptionTable, options);
  return { engine: engineParams(read, env), host: hostParams(read) };
}

function engineParams(read: Read, env: Environment): EngineParams {
  const { clientName, displayName, sessionId, sessionIdProvider, backoff, limits, cache } = read;
  const session = sessionOrigin(sessionId, sessionIdProvider);
  return {
    clientName,
    displayName: displayName || clientName,
    processInstanceId: processInstanceId(),
    ...place(read, env),
    tls: read.tls,
    session,
    sourcePriority: read.sourcePriority,
    overrides: read.overrides,
    dialect: read.dialect,
    maxReceiveMessageBytes: read.maxReceiveMessageBytes,
    resyncTimeoutMs: read.resyncTimeoutMs,
    settleMs: read.settleMs,
    credentialsTimeoutMs: read.credentialsTimeoutMs,
    credentialsPollMs: read.credentialsPollMs,
    callTimeoutMs: read.callTimeoutMs,
    backoff,
    keepaliveIntervalMs: read.keepaliveIntervalMs,
    keepaliveTimeoutMs: read.keepaliveTimeoutMs,
    keepaliveRefusedIntervalMs: read.keepaliveRefusedIntervalMs,
    limits,
    // Absolute, as all paths, since the application may change its working directory later.
    guards: guardParams(read.guards, read.defaults),
    required: read.required,
    defaults: read.defaults,
    cache: cache && { ...cache, path: resolve(cache.path) },
    report: read.report,
    serve: serveOption(read.serve, { tls: read.tls, session }),
  };
}

function hostParams(read: Read): HostParams {
  return {
    sessionIdProvider: read.sessionIdProvider,
    readyTimeoutMs: read.readyTimeoutMs,
    stopTimeoutMs: read.stopTimeoutMs,
    workerTimeoutMs: read.workerTimeoutMs,
    subscriptionBuffer: read.subscriptionBuffer,
    logger: read.logger,
    registry: read.registry,
    resourceLimits: read.resourceLimits,
    workerUrl: read.workerUrl,
    isolation: read.isolation,
  };
}

/** Address and credential files, as far as they are known before the agent's own file was read, which is the worker's work. */
function place(
  read: Read,
  env: Environment,
): Pick<EngineParams, "coreAgentAddress" | "authTokenFile" | "ipcCertFile" | "discovery"> {
  const given = {
    address: givenAddress(read.coreAgentAddress),
    authTokenFile: absolute(credentialPath("authTokenFile", read.authTokenFile, undefined)),
    ipcCertFile: absolute(credentialPath("ipcCertFile", read.ipcCertFile, undefined)),
  };
  const variables = {
    ...pick(env, [placeVariables.cmd_host, placeVariables.cmd_port]),
    DD_AUTH_TOKEN_FILE_PATH: absolute(credentialPath("authTokenFile", undefined, env.DD_AUTH_TOKEN_FILE_PATH)),
    DD_IPC_CERT_FILE_PATH: absolute(credentialPath("ipcCertFile", undefined, env.DD_IPC_CERT_FILE_PATH)),
  };
  const configFile = resolve(read.configFile || systemConfigFile(process.platform, env));
  const found = locate(given, placeNames, variables, { path: configFile, settings: undefined });
  const discovery: DiscoveryParams = {
    configFile,
    isGiven: read.configFile !== "",
    given,
    variables,
    directory: process.cwd(),
  };
  return {
    coreAgentAddress: found.address.value,
    authTokenFile: found.authTokenFile.value,
    ipcCertFile: read.tls ? found.ipcCertFile.value : "",
    discovery: isComplete(given, variables) ? undefined : discovery,
  };
}

function givenAddress(given: unknown): string | undefined {
  if (given === undefined) return undefined;
  const text = stringOption("coreAgentAddress", given, "");
  if (parseAddress(text) !== undefined) return text;
  throw new InvalidOptionError(`Option "coreAgentAddress" must be ${addressForm(1)}, but is ${described(text)}.`);
}

function absolute(path: string | undefined): string | undefined {
  return path === undefined ? undefined : resolve(path);
}

function pick(env: Environment, names: readonly string[]): Environment {
  return Object.fromEntries(names.map((name) => [name, env[name]]));
}
