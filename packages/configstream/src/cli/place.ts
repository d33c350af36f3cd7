/**
 * Finds the core agent: its address and its two credential files, and tells where each was found. In this order, as the
 * real agent does: options of the command line, environment, the agent's own `datadog.yaml`, defaults.
 */
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type ConfigValue, parseYaml } from "configstream-consumer/internal";
import { wrongUsage } from "./exit.js";
import type { Io } from "./io.js";

/** What the command line says about it. */
export interface PlaceOptions {
  readonly address?: string;
  readonly authTokenFile?: string;
  readonly ipcCertFile?: string;
  readonly dataDir?: string;
  /** A `datadog.yaml`. */
  readonly config?: string;
}

/** Something that was found, and where. */
export interface Found {
  readonly value: string;
  /** Such as `--data-dir` or `DD_CMD_HOST`. */
  readonly from: string;
}

export interface Place {
  /** `host:port`. */
  readonly address: Found;
  readonly authTokenFile: Found;
  readonly ipcCertFile: Found;
}

type Surroundings = Pick<Io, "env" | "systemConfigFile">;
type Settings = ReadonlyMap<string, ConfigValue>;

/** Rejects with a failure of wrong usage when a credential file is not known, or a given configuration file is no good. */
export async function findPlace(given: PlaceOptions, { env, systemConfigFile }: Surroundings): Promise<Place> {
  const file = await readConfigFile(given.config, systemConfigFile);
  const authTokenFile = tokenFile(given, env, file);
  return {
    address: findAddress(given, env, file),
    authTokenFile,
    ipcCertFile: certFile(given, env, file, authTokenFile),
  };
}

interface ConfigFile {
  readonly path: string;
  readonly settings: Settings;
}

async function readConfigFile(given: string | undefined, system: string): Promise<ConfigFile | undefined> {
  const path = given ?? system;
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (thrown) {
    // The usual place is looked at in case it is there.
    if (given === undefined) return undefined;
    const { code } = thrown as NodeJS.ErrnoException;
    const why = code === "ENOENT" ? "does not exist" : `cannot be read (${code})`;
    return wrongUsage(`The configuration file ${path} ${why}.`);
  }
  return { path, settings: parseYaml(path, text, { typeOf: () => undefined, isSection: () => false }) };
}

function findAddress({ address }: PlaceOptions, env: Io["env"], file: ConfigFile | undefined): Found {
  if (address !== undefined) return { value: address, from: "--address" };
  const host = firstOf(env.DD_CMD_HOST, "DD_CMD_HOST", file, "cmd_host", "localhost");
  const port = firstOf(env.DD_CMD_PORT, "DD_CMD_PORT", file, "cmd_port", "5001");
  const bracketed = host.value.includes(":") && !host.value.startsWith("[") ? `[${host.value}]` : host.value;
  const value = `${bracketed}:${port.value}`;
  const from = host.from === port.from ? host.from : `host: ${host.from}, port: ${port.from}`;
  if (!isAddress(value, 1))
    wrongUsage(`The address "${value}" (${from}) is not host:port with a port from 1 to 65535.`);
  return { value, from };
}

function firstOf(
  variable: string | undefined,
  variableName: string,
  file: ConfigFile | undefined,
  key: string,
  fallback: string,
): Found {
  if (variable) return { value: variable, from: variableName };
  return inFile(file, key) ?? { value: fallback, from: "default" };
}

function inFile(file: ConfigFile | undefined, key: string): Found | undefined {
  const value = file?.settings.get(key);
  const isScalar = typeof value === "string" || typeof value === "number";
  return file !== undefined && isScalar && value !== ""
    ? { value: `${value}`, from: `${key} in ${file.path}` }
    : undefined;
}

function tokenFile({ authTokenFile, dataDir }: PlaceOptions, env: Io["env"], file: ConfigFile | undefined): Found {
  if (authTokenFile !== undefined) return { value: authTokenFile, from: "--auth-token-file" };
  if (dataDir !== undefined) return { value: join(dataDir, "auth_token"), from: "--data-dir" };
  const variable = env.DD_AUTH_TOKEN_FILE_PATH;
  if (variable) return { value: variable, from: "DD_AUTH_TOKEN_FILE_PATH" };
  return (
    inFile(file, "auth_token_file_path") ??
    (file === undefined
      ? missingFile("token file", "--auth-token-file FILE", "DD_AUTH_TOKEN_FILE_PATH")
      : { value: join(dirname(file.path), "auth_token"), from: `beside ${file.path}` })
  );
}

function certFile(
  { authTokenFile, ipcCertFile, dataDir }: PlaceOptions,
  env: Io["env"],
  file: ConfigFile | undefined,
  token: Found,
): Found {
  if (ipcCertFile !== undefined) return { value: ipcCertFile, from: "--ipc-cert-file" };
  if (dataDir !== undefined) return { value: join(dataDir, "ipc_cert.pem"), from: "--data-dir" };
  const variable = env.DD_IPC_CERT_FILE_PATH;
  if (variable) return { value: variable, from: "DD_IPC_CERT_FILE_PATH" };
  if (authTokenFile === undefined) {
    const named = inFile(file, "ipc_cert_file_path");
    if (named !== undefined) return named;
  }
  // As the real agent does with auth_token_file_path.
  return { value: join(dirname(token.value), "ipc_cert.pem"), from: "beside the token file" };
}

function missingFile(what: string, option: string, variable: string): never {
  return wrongUsage(
    `The core agent's ${what} is not known: give --data-dir DIR, ${option} or --config FILE, or set ${variable}.`,
  );
}

/** True for `host:port`, with brackets around an IPv6 address. */
export function isAddress(text: string, leastPort: number): boolean {
  const match = /^(?:\[[0-9a-fA-F:.%]+\]|[^\s:/[\]]+):(\d{1,5})$/.exec(text);
  const port = Number(match?.[1] ?? -1);
  return port >= leastPort && port <= 65_535;
}

/** The usual place of the agent's configuration on this system. */
export function systemConfigFile(platform: NodeJS.Platform, env: Io["env"]): string {
  if (platform === "win32") return `${env.ProgramData ?? "C:\\ProgramData"}\\Datadog\\datadog.yaml`;
  if (platform === "darwin") return "/opt/datadog-agent/etc/datadog.yaml";
  return "/etc/datadog-agent/datadog.yaml";
}
