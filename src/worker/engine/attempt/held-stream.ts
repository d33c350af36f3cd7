/** Holds a session's stream until it is over. */
import { ConfigStreamError } from "../../../shared/errors.js";
import { isRejection } from "../../link/grpc-codes.js";
import type { Connection, Skipped, TransportError } from "../../ports.js";
import type { Session } from "../session.js";
import { ConfigStream } from "../stream.js";
import { skippedError } from "../words.js";
import type { AttemptEnd, AttemptParts } from "./attempt-parts.js";

/** Opens the stream and resolves when it is over for any reason; rejects only when the engine is stopped. */
export function holdStream(parts: AttemptParts, connection: Connection, session: Session): Promise<AttemptEnd> {
  const { params, ports, signal, defer, lifecycle, outage, applier, sessions, reopenings } = parts;
  const { clock, status } = ports;
  const { clientName, resyncTimeoutMs, settleMs } = params;
  return new Promise((resolve, reject) => {
    let liveSinceMs: number | undefined;
    let stream: ConfigStream | undefined;
    let refreshes: { stop(): void } | undefined;
    let over = false;

    const release = (): void => {
      over = true;
      signal.removeEventListener("abort", onAbort);
      refreshes?.stop();
      stream?.close();
    };
    const onAbort = (): void => {
      release();
      reject(signal.reason);
    };
    const finish = (error: ConfigStreamError, rejected: boolean): void => {
      if (over) return;
      release();
      if (rejected) {
        sessions.invalidate();
        if (sessions.renewable) lifecycle.session(undefined);
      }
      resolve({ error, rejected, liveMs: liveSinceMs === undefined ? 0 : clock.monotonic() - liveSinceMs });
    };

    const reopen = (): void => {
      if (over) return;
      release();
      resolve("wants a snapshot");
    };

    signal.addEventListener("abort", onAbort, { once: true });
    try {
      stream = new ConfigStream(
        connection,
        { clientName, sessionId: session.id },
        {
          clock,
          status,
          resyncTimeoutMs,
          settleMs,
          reopensInMs: () => reopenings.dueInMs(),
          defer,
          applier,
          observer: {
            onConnected: () => lifecycle.reached("first snapshot"),
            onPublished: () => {
              if (liveSinceMs === undefined) {
                liveSinceMs = clock.monotonic();
                lifecycle.live();
              } else {
                lifecycle.flows();
              }
              outage.recovered();
            },
            onRefused: (error) => {
              lifecycle.problem(error);
              outage.failure(error.message);
            },
            onSkipped: (skipped) => noteSkipped(parts, skipped),
            onOver: (end) =>
              end.kind === "over" ? finish(streamError(end.error), isSessionRejection(end.error)) : reopen(),
          },
        },
      );
    } catch (thrown) {
      return finish(ConfigStreamError.from(thrown), false);
    }
    if (over) return;
    refreshes = sessions.keepAlive(connection, ({ reason, error }) => {
      finish(reason === "rejected" ? streamError(error) : unanswered(error), reason === "rejected");
    });
  });
}

/** At most one line per publication, whatever the number of settings. */
function noteSkipped({ lifecycle, ports }: AttemptParts, skipped: readonly Skipped[]): void {
  const error = skippedError(skipped);
  lifecycle.note(error);
  ports.log("warn", error.message);
}

function isSessionRejection(error: Error | undefined): boolean {
  const code = (error as Partial<TransportError> | undefined)?.grpcCode;
  return code !== undefined && isRejection(code);
}

function streamError(error: Error | undefined): ConfigStreamError {
  if (error === undefined) return new ConfigStreamError("stream", "The core agent ended the stream.");
  return ConfigStreamError.from(error, "stream");
}

function unanswered(error: Error): ConfigStreamError {
  const message = `Two session refreshes in a row got no answer, so the connection counts as dead. ${error.message}`;
  return new ConfigStreamError("unavailable", message);
}
