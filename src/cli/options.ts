/** Options that several commands have, and how their texts are read. */
import { join } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import type { ConsumerOptions } from "../index.js";
import { wrongUsage } from "./exit.js";
import type { Io } from "./io.js";

/** Where the core agent is and how long to wait for it, as given on the command line. */
export interface ConnectionOptions {
  readonly address?: string;
  readonly authTokenFile?: string;
  readonly ipcCertFile?: string;
  readonly dataDir?: string;
  /** In seconds. */
  readonly timeout: number;
}

/** How long the first settings are waited for, in seconds. */
export const defaultTimeoutSeconds = 10;

/** Adds the options of commands that connect to a core agent. */
export function addConnectionOptions(command: Command): Command {
  return command
    .optionsGroup("Connection:")
    .addOption(
      new Option(
        "--address <host:port>",
        "address of the core agent (env: DD_CMD_HOST, DD_CMD_PORT; default: localhost:5001)",
      ).argParser(parseAddress),
    )
    .option("--auth-token-file <file>", "the core agent's token file (env: DD_AUTH_TOKEN_FILE_PATH)")
    .option("--ipc-cert-file <file>", "the core agent's certificate file (env: DD_IPC_CERT_FILE_PATH)")
    .option("--data-dir <dir>", "directory that holds both files, as auth_token and ipc_cert.pem")
    .addOption(
      new Option("--timeout <seconds>", "how long to wait for the first settings")
        .argParser(parseSeconds)
        .default(defaultTimeoutSeconds),
    );
}

/** The consumer's options for what was given. Throws a failure of wrong usage when a credential file is not known. */
export function consumerOptions(given: ConnectionOptions, env: Io["env"]): ConsumerOptions {
  const { address, dataDir, timeout } = given;
  const authTokenFile = credentialFile(given.authTokenFile, dataDir, "auth_token", env.DD_AUTH_TOKEN_FILE_PATH);
  const ipcCertFile = credentialFile(given.ipcCertFile, dataDir, "ipc_cert.pem", env.DD_IPC_CERT_FILE_PATH);
  if (authTokenFile === undefined) missingFile("token file", "--auth-token-file FILE", "DD_AUTH_TOKEN_FILE_PATH");
  if (ipcCertFile === undefined) missingFile("certificate file", "--ipc-cert-file FILE", "DD_IPC_CERT_FILE_PATH");
  return {
    clientName: "configstream-cli",
    authTokenFile,
    ipcCertFile,
    ...(address === undefined ? {} : { coreAgentAddress: address }),
    // A person waits: missing files are told at once, and looked for often.
    credentialsTimeoutMs: 0,
    backoff: { initialMs: 250, maxMs: 2_000 },
    // Leaves time to tell what did not answer.
    callTimeoutMs: Math.min(5_000, Math.max(250, Math.round(timeout * 400))),
    readyTimeoutMs: timeout * 1_000,
  };
}

function credentialFile(
  given: string | undefined,
  dataDir: string | undefined,
  name: string,
  variable: string | undefined,
): string | undefined {
  return given ?? (dataDir === undefined ? variable || undefined : join(dataDir, name));
}

function missingFile(what: string, option: string, variable: string): never {
  return wrongUsage(`The core agent's ${what} is not known: give --data-dir DIR or ${option}, or set ${variable}.`);
}

/** `host:port`, with brackets around an IPv6 address. */
export function parseAddress(text: string): string {
  return checkAddress(text, 1);
}

/** As {@link parseAddress}; port 0 picks a free one. */
export function parseListenAddress(text: string): string {
  return checkAddress(text, 0);
}

function checkAddress(text: string, leastPort: number): string {
  const match = /^(?:\[[0-9a-fA-F:.%]+\]|[^\s:/[\]]+):(\d{1,5})$/.exec(text);
  const port = Number(match?.[1] ?? -1);
  if (port < leastPort || port > 65_535) {
    throw new InvalidArgumentError(`Give host:port with a port from ${leastPort} to 65535, such as localhost:5001.`);
  }
  return text;
}

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (text.trim() === "" || !Number.isFinite(seconds) || seconds <= 0 || seconds > 86_400) {
    throw new InvalidArgumentError("Give a number of seconds above 0, at most 86400.");
  }
  return seconds;
}
