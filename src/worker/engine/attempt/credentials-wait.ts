/** Waits until there are usable credentials: the core agent may only just be starting. */
import { ConfigStreamError } from "../../../shared/errors.js";
import type { EngineParams } from "../../../shared/params.js";
import type { Credentials, EnginePorts } from "../../ports.js";
import { sleep, unlessAborted } from "../cancel.js";

export interface CredentialsWait {
  readonly params: Pick<EngineParams, "credentialsTimeoutMs" | "credentialsPollMs">;
  readonly ports: Pick<EnginePorts, "clock" | "credentials">;
  readonly signal: AbortSignal;
  /** There were none this time; the next look follows after `credentialsPollMs`. */
  onFailure(error: ConfigStreamError): void;
}

/** Reads the credentials, and waits for them as long as the parameters say. Rejects with code `credentials` after that. */
export async function readCredentials({ params, ports, signal, onFailure }: CredentialsWait): Promise<Credentials> {
  const { clock, credentials } = ports;
  const { credentialsTimeoutMs, credentialsPollMs } = params;
  const giveUpAtMs = clock.monotonic() + credentialsTimeoutMs;
  for (;;) {
    try {
      return await unlessAborted(credentials.read(), signal);
    } catch (thrown) {
      signal.throwIfAborted();
      const error = ConfigStreamError.from(thrown, "credentials");
      if (clock.monotonic() + credentialsPollMs > giveUpAtMs) throw waitedInVain(error, credentialsTimeoutMs);
      onFailure(error);
    }
    await sleep(clock, credentialsPollMs, signal);
  }
}

function waitedInVain(error: ConfigStreamError, waitedMs: number): ConfigStreamError {
  return new ConfigStreamError("credentials", `Waited ${waitedMs} ms for usable credentials. ${error.message}`, {
    details: { ...error.details, reason: error.message, step: "credentials", waitedMs },
  });
}
