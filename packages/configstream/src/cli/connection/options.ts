/** Options that several commands have, and how their texts are read. */
import { type Command, InvalidArgumentError, Option } from "commander";
import type { ConsumerOptions } from "configstream-consumer";
import { addressForm, parseAddress as parseHostPort } from "configstream-consumer/internal";
import type { Place, PlaceOptions } from "./place.js";

/** Where the core agent is and how long to wait for it, as given on the command line. */
export interface ConnectionOptions extends PlaceOptions {
  /** In seconds. */
  readonly timeout: number;
  /** Path of a guards file; of the commands that have {@link addGuardsOption}. */
  readonly guards?: string | boolean;
}

/** How long the first settings are waited for, in seconds. */
export const defaultTimeoutSeconds = 10;

/** Adds the options that say where the core agent and its files are. */
export function addPlaceOptions(command: Command): Command {
  command
    .optionsGroup("Connection:")
    .addOption(
      new Option(
        "--address <host:port>",
        "address of the core agent (env: DD_CMD_HOST, DD_CMD_PORT; default: localhost:5001)",
      ).argParser(parseAddress),
    );
  return addCredentialOptions(command).option(
    "--config <file>",
    "the agent's datadog.yaml, for what is given neither here nor in the environment (default: its usual place)",
  );
}

/** Adds the options that say where the files of a core agent are. */
export function addCredentialOptions(command: Command): Command {
  return command
    .option("--auth-token-file <file>", "the core agent's token file (env: DD_AUTH_TOKEN_FILE_PATH)")
    .option(
      "--ipc-cert-file <file>",
      "the core agent's certificate file (env: DD_IPC_CERT_FILE_PATH; default: ipc_cert.pem beside the token file)",
    )
    .option("--data-dir <dir>", "directory that holds both files, as auth_token and ipc_cert.pem");
}

/** Adds the options of commands that connect to a core agent. */
export function addConnectionOptions(command: Command): Command {
  return addTimeoutOption(addPlaceOptions(command));
}

/** Adds the option that says how long a core agent may take. */
export function addTimeoutOption(command: Command): Command {
  return command.addOption(
    new Option("--timeout <seconds>", "how long to wait for the first settings")
      .argParser(parseSeconds)
      .default(defaultTimeoutSeconds),
  );
}

/** Adds the option of commands that judge settings as an application with guards does. */
export function addGuardsOption(command: Command): Command {
  return command.option(
    "--guards <file>",
    "a guards file (JSON), as an application takes it; see docs/guards.md of configstream-consumer",
  );
}

/** How long one answer of the core agent is waited for, in ms. Leaves time to report what did not answer. */
export function callTimeoutMs(timeoutSeconds: number): number {
  return Math.min(5_000, Math.max(250, Math.round(timeoutSeconds * 400)));
}

/** The consumer's options for a core agent. */
export function consumerOptions(
  { address, authTokenFile, ipcCertFile }: Place,
  { timeout: timeoutSeconds, guards }: Pick<ConnectionOptions, "timeout" | "guards">,
): ConsumerOptions {
  return {
    guards: typeof guards === "string" ? guards : undefined,
    clientName: "configstream-cli",
    coreAgentAddress: address.value,
    authTokenFile: authTokenFile.value,
    ipcCertFile: ipcCertFile.value,
    // A person waits: missing files are reported at once, and looked for often.
    credentialsTimeoutMs: 0,
    backoff: { initialMs: 250, maxMs: 2_000 },
    callTimeoutMs: callTimeoutMs(timeoutSeconds),
    readyTimeoutMs: timeoutSeconds * 1_000,
  };
}

/** `host:port`, with brackets around an IPv6 address. */
export function parseAddress(text: string): string {
  return checkAddress(text, 1);
}

/** As {@link parseAddress}; port 0 picks a free one. */
export function parseListenAddress(text: string): string {
  return checkAddress(text, 0);
}

function checkAddress(text: string, leastPort: 0 | 1): string {
  if (parseHostPort(text, leastPort) === undefined) {
    throw new InvalidArgumentError(`Give ${addressForm(leastPort)}.`);
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
