/** The environment variables of `configstream-consumer/register`. Pure. */
import type { Environment } from "../main/consumer/resolve.js";
import { InvalidOptionError } from "../shared/errors.js";

export interface RegisterSettings {
  readonly clientName: string;
  /** In ms; `Infinity` for no limit. */
  readonly readyTimeoutMs: number;
  readonly onTimeout: "exit" | "continue";
  /** Path of a guards file. */
  readonly guards: string | undefined;
  readonly required: readonly string[];
}

/** Throws `InvalidOptionError`, naming the variable. */
export function registerSettings(env: Environment): RegisterSettings {
  const clientName = env.CONFIGSTREAM_CLIENT_NAME ?? "";
  if (clientName === "") {
    throw new InvalidOptionError(
      "CONFIGSTREAM_CLIENT_NAME is missing: set it to the name of this remote agent, such as my-remote-agent.",
    );
  }
  return {
    clientName,
    readyTimeoutMs: timeout(env.CONFIGSTREAM_READY_TIMEOUT_MS),
    onTimeout: onTimeout(env.CONFIGSTREAM_ON_TIMEOUT),
    guards: env.CONFIGSTREAM_GUARDS?.trim() || undefined,
    required: list(env.CONFIGSTREAM_REQUIRED),
  };
}

/** Separated by commas. */
function list(text = ""): readonly string[] {
  return text
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
}

function timeout(text = ""): number {
  const ms = text.trim() === "" ? 60_000 : Number(text);
  if (!(ms >= 0)) {
    throw new InvalidOptionError(
      `CONFIGSTREAM_READY_TIMEOUT_MS must be a number of milliseconds, 0 or more, or Infinity, but is "${text}".`,
    );
  }
  return ms;
}

function onTimeout(text = ""): "exit" | "continue" {
  if (text === "" || text === "exit") return "exit";
  if (text === "continue") return text;
  throw new InvalidOptionError(`CONFIGSTREAM_ON_TIMEOUT must be "exit" or "continue", but is "${text}".`);
}
