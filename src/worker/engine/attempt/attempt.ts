/** One attempt at getting and keeping a stream. */
import { ConfigStreamError } from "../../../shared/errors.js";
import type { Connection } from "../../ports.js";
import { unlessAborted } from "../cancel.js";
import { failureLine } from "../words.js";
import type { AttemptEnd, AttemptParts } from "./attempt-parts.js";
import { readCredentials } from "./credentials-wait.js";
import { holdStream } from "./held-stream.js";

/**
 * Reads the credentials, connects, obtains a session, and holds one stream until it is over. Rejects only when the engine is
 * stopped.
 */
export async function attempt(parts: AttemptParts): Promise<AttemptEnd> {
  const { params, ports, signal, lifecycle, applier, sessions } = parts;
  let connection: Connection | undefined;
  try {
    lifecycle.reached("credentials");
    const credentials = await readCredentials({
      params,
      ports,
      signal,
      onFailure: (error) => noteMissing(parts, error),
    });
    const { providers, reports, transport } = ports;
    if (providers !== undefined) sessions.reachableAt(await unlessAborted(providers.open(credentials), signal));
    connection = transport.connect(credentials);
    if (!sessions.ready) lifecycle.reached("registration");
    const session = await sessions.obtain(connection, signal);
    providers?.answerAs(session.id);
    applier.inSession(session.id);
    reports?.reportOver(connection, session.id);
    lifecycle.session(session.sinceMs);
    lifecycle.reached("connection");
    return await holdStream(parts, connection, session);
  } catch (thrown) {
    signal.throwIfAborted();
    return { error: ConfigStreamError.from(thrown), rejected: false, liveMs: 0 };
  } finally {
    ports.reports?.interrupted();
    connection?.close();
  }
}

function noteMissing({ params, lifecycle, outage }: AttemptParts, error: ConfigStreamError): void {
  lifecycle.problem(error);
  const { coreAgentAddress, credentialsPollMs: delayMs } = params;
  const attempt = lifecycle.status.attempt + 1;
  outage.failure(failureLine(error, { coreAgentAddress, step: "credentials", attempt, delayMs }));
}
