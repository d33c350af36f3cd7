/** The feature flag: one call that gives the same consumer, whether settings are streamed or read from files. */

import { variableOf } from "../files/env.js";
import { type Consumer, consumerIn } from "../main/consumer/consumer.js";
import { ConfigStreamError, InvalidOptionError, WaitTimeoutError } from "../shared/errors.js";
import { toBool } from "../shared/text/go-cast.js";
import {
  type EffectiveConfigOptions,
  type ResolvedEffectiveOptions,
  resolveEffectiveOptions,
} from "./effective-options.js";
import type { LocalConfig } from "./local-config.js";
import { flagKeys } from "./local-settings.js";

/** A consumer that is ready, from whichever side its settings come. */
export interface EffectiveConfig extends Consumer {
  /** True: settings come from the core agent. False: from this remote agent's own files and environment. */
  readonly streaming: boolean;
}

/**
 * Gives the configuration that is in force for this remote agent. `use_rar_config_stream` in its own YAML decides, once; the
 * variable `DD_USE_RAR_CONFIG_STREAM` wins over the file, and without either it is off. Where they are given, the switches of the
 * real remote agents win: `remote_agent.configstream.consumer.enabled`, and over all `remote_agent.core_agent_ipc.enabled: false`,
 * each with its variable.
 *
 * - **On**: makes a consumer, starts it and waits until it is ready. Address and credential files that the options leave out
 *   come from `DD_*` variables or from the YAML (`cmd_host`, `cmd_port`, `auth_token_file_path`, `ipc_cert_file_path`).
 * - **Off**: reads the same YAML and `DD_*` variables: sources `default`, `file` and `environment-variable`. Edits of the files
 *   are followed; one that cannot be used is refused whole, and `status().lastError` says why.
 *
 * Readers, handles, views, subscriptions, status, metrics and `share()` are the same code in both cases.
 *
 * Rejects with `InvalidOptionError`, with `invalid_config_file`, which names path, line and column, and, when the flag is on, with
 * what `waitReady` rejects with; then nothing is left running.
 */
export async function createEffectiveConfig(options: EffectiveConfigOptions): Promise<EffectiveConfig> {
  const resolved = resolveEffectiveOptions(options);
  resolved.signal?.throwIfAborted();
  // Only here, so that applications without it do not load YAML.
  const { openLocalConfig } = await import("./local-config.js");
  const local = await openLocalConfig(resolved);
  if (isOn(local)) return Object.assign(await streamed(resolved, local), { streaming: true });
  return Object.assign(await local.consume(resolved.engine, resolved.host, resolved.watch), { streaming: false });
}

function isOn(local: LocalConfig): boolean {
  if (flagOf(local, flagKeys.ipc) === false) return false;
  return flagOf(local, flagKeys.consumer) ?? flagOf(local, flagKeys.own) ?? false;
}

/** `undefined`: nothing sets it. */
function flagOf({ settings }: LocalConfig, key: string): boolean | undefined {
  const flag = settings.get(key);
  if (flag === undefined) return undefined;
  const on = toBool(flag.value);
  if (on !== undefined) return on;
  if (flag.source === "environment-variable") {
    throw new InvalidOptionError(`The environment variable ${variableOf(key)} must be true or false (or 1 or 0).`);
  }
  throw new ConfigStreamError("invalid_config_file", `The setting ${key} must be true or false. Correct it there.`);
}

async function streamed(
  { consumer: options, env, signal }: ResolvedEffectiveOptions,
  local: LocalConfig,
): Promise<Consumer> {
  const consumer = consumerIn({ ...env, ...variablesFrom(local) }, options);
  try {
    await consumer.start();
    await consumer.waitReady(signal === undefined ? {} : { signal });
    return consumer;
  } catch (error) {
    // The caller never got it, so it cannot stop it.
    await consumer.stop();
    if (!(error instanceof WaitTimeoutError)) throw error;
    const { what = error.message } = error.details;
    throw new WaitTimeoutError(`${what} The consumer was stopped.`, {
      cause: error.cause,
      details: { ...error.details, keepsTrying: false },
    });
  }
}

/** What files and environment say of the core agent, as the variables that a consumer reads. */
function variablesFrom({ settings }: LocalConfig): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const [variable, key] of [
    ["DD_CMD_HOST", "cmd_host"],
    ["DD_CMD_PORT", "cmd_port"],
    ["DD_AUTH_TOKEN_FILE_PATH", "auth_token_file_path"],
    ["DD_IPC_CERT_FILE_PATH", "ipc_cert_file_path"],
  ] as const) {
    const setting = settings.get(key);
    if (setting !== undefined) variables[variable] = String(setting.value);
  }
  return variables;
}
