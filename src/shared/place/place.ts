/**
 * Where the core agent is: its address and its two credential files, and where each of them was found. In this order, as the real
 * remote agents do: what is given, the environment, the agent's own `datadog.yaml`, defaults. Pure.
 */
import { dirname, join } from "node:path";
import { InvalidOptionError } from "../errors.js";
import type { ConfigValue } from "../types.js";
import { addressForm, formatAddress, parseAddress } from "./address.js";

/** What is given by name. Paths may be relative. */
export interface GivenPlace {
  readonly address?: string | undefined;
  readonly authTokenFile?: string | undefined;
  readonly ipcCertFile?: string | undefined;
  /** Folder of both files. */
  readonly dataDir?: string | undefined;
}

/** What those that give a place call its parts. */
export type PlaceNames = { readonly [name in keyof Required<GivenPlace>]: string };

/** The agent's `datadog.yaml`. */
export interface AgentFile {
  readonly path: string;
  /** Undefined: there is no such file, which is no fault; the credential files are expected beside it all the same. */
  readonly settings: ReadonlyMap<string, ConfigValue> | undefined;
}

/** Something that was found, and where. */
export interface Found {
  readonly value: string;
  /** Such as `--data-dir`, `DD_CMD_HOST` or `cmd_host in /etc/datadog-agent/datadog.yaml`. */
  readonly from: string;
}

export interface Place {
  /** `host:port`. */
  readonly address: Found;
  readonly authTokenFile: Found;
  readonly ipcCertFile: Found;
}

/** The variables that count, by the settings that they stand for. */
export const placeVariables = {
  cmd_host: "DD_CMD_HOST",
  cmd_port: "DD_CMD_PORT",
  auth_token_file_path: "DD_AUTH_TOKEN_FILE_PATH",
  ipc_cert_file_path: "DD_IPC_CERT_FILE_PATH",
} as const;

export type PlaceEnvironment = { readonly [name: string]: string | undefined };

/** Finds all three. Throws `InvalidOptionError` for an address that is none, with the place that it comes from. */
export function locate(given: GivenPlace, names: PlaceNames, env: PlaceEnvironment, file: AgentFile): Place {
  const setting = (key: keyof typeof placeVariables): Found | undefined => {
    const variable = placeVariables[key];
    const text = env[variable];
    return text ? { value: text, from: variable } : inFile(file, key);
  };
  const beside = (name: string): Found => ({ value: join(dirname(file.path), name), from: `beside ${file.path}` });

  const authTokenFile =
    option(given.authTokenFile, names.authTokenFile) ??
    inFolder(given.dataDir, "auth_token", names.dataDir) ??
    setting("auth_token_file_path") ??
    beside("auth_token");
  const ipcCertFile = option(given.ipcCertFile, names.ipcCertFile) ??
    inFolder(given.dataDir, "ipc_cert.pem", names.dataDir) ??
    // A token file that is given belongs to another agent than the one of this machine's file.
    (given.authTokenFile === undefined ? setting("ipc_cert_file_path") : variableOnly(env)) ?? {
      // As the real agent does with auth_token_file_path.
      value: join(dirname(authTokenFile.value), "ipc_cert.pem"),
      from: "beside the token file",
    };
  return { address: findAddress(given.address, names.address, setting), authTokenFile, ipcCertFile };
}

/** Whether what is given and the environment say everything, so that no file has to be looked at. */
export function isComplete(given: GivenPlace, env: PlaceEnvironment): boolean {
  const token = given.dataDir ?? given.authTokenFile;
  return (
    (given.address !== undefined || Boolean(env.DD_CMD_HOST && env.DD_CMD_PORT)) &&
    (token !== undefined || Boolean(env.DD_AUTH_TOKEN_FILE_PATH)) &&
    (token !== undefined || given.ipcCertFile !== undefined || Boolean(env.DD_IPC_CERT_FILE_PATH))
  );
}

/** The usual place of `datadog.yaml` on a system. */
export function systemConfigFile(platform: NodeJS.Platform, env: PlaceEnvironment): string {
  if (platform === "win32") return `${env.ProgramData ?? "C:\\ProgramData"}\\Datadog\\datadog.yaml`;
  if (platform === "darwin") return "/opt/datadog-agent/etc/datadog.yaml";
  return "/etc/datadog-agent/datadog.yaml";
}

function findAddress(
  given: string | undefined,
  name: string,
  setting: (key: "cmd_host" | "cmd_port") => Found | undefined,
): Found {
  const fallback = (value: string): Found => ({ value, from: "default" });
  const host = setting("cmd_host") ?? fallback("localhost");
  const port = setting("cmd_port") ?? fallback("5001");
  const found =
    option(given, name) ??
    ({
      value: formatAddress(host.value, port.value),
      from: host.from === port.from ? host.from : `host: ${host.from}, port: ${port.from}`,
    } satisfies Found);
  if (parseAddress(found.value) !== undefined) return found;
  throw new InvalidOptionError(`The address "${found.value}" (${found.from}) is not ${addressForm(1)}.`);
}

function option(value: string | undefined, from: string): Found | undefined {
  return value === undefined ? undefined : { value, from };
}

function inFolder(folder: string | undefined, name: string, from: string): Found | undefined {
  return folder === undefined ? undefined : { value: join(folder, name), from };
}

function variableOnly(env: PlaceEnvironment): Found | undefined {
  const from = placeVariables.ipc_cert_file_path;
  return option(env[from] || undefined, from);
}

function inFile({ path, settings }: AgentFile, key: string): Found | undefined {
  const value = settings?.get(key);
  const isScalar = typeof value === "string" || typeof value === "number";
  return isScalar && value !== "" ? { value: `${value}`, from: `${key} in ${path}` } : undefined;
}
