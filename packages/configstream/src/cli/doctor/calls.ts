/** Checks of the core agent's answers: token, registration, stream, first snapshot. The consumer's own transport asks. */
import { randomUUID } from "node:crypto";
import { ConfigStreamError, resolveOptions } from "configstream-consumer/internal";
import {
  createGrpcTransport,
  GrpcCallError,
  grpcCode,
  grpcCodeName,
  quietGrpcLog,
  type TransportError,
} from "configstream-consumer/internal/link";
import { formatMs, plural } from "../terminal/format.js";
import { type DoctorContext, need, type OpenStream } from "./context.js";
import { type Check, type Finding, failed, failedBy, ok, warn } from "./run.js";

const clientName = "configstream-doctor";
/** A refusal comes at once; after this long without one, in ms, the stream counts as accepted. */
const refusalMs = 1_000;

export const tokenCheck: Check<DoctorContext> = {
  id: "token",
  title: "token",
  needs: ["tls", "token-file"],
  advice: "The core agent is up but does not answer: look into its log, and whether the machine is overloaded.",
  async run(context) {
    const place = need(context.place, "place");
    quietGrpcLog();
    const { engine } = resolveOptions(
      {
        clientName,
        coreAgentAddress: place.address.value,
        authTokenFile: place.authTokenFile.value,
        ipcCertFile: place.ipcCertFile.value,
        callTimeoutMs: context.callTimeoutMs,
        maxReceiveMessageBytes: context.maxReceiveMessageBytes,
      },
      {},
    );
    context.connection = createGrpcTransport(engine).connect({
      token: need(context.token, "token"),
      ...need(context.pair, "certificate"),
    });
    // A session that does not exist: an answer that says so shows that the token was accepted.
    const error = await context.connection
      .refresh(`${clientName}-${randomUUID()}`, { deadlineMs: context.callTimeoutMs })
      .then(() => undefined, asCallError);
    switch (error?.grpcCode) {
      case undefined:
      case grpcCode.notFound:
        return ok("accepted");
      case grpcCode.unauthenticated:
        return failed(
          `The core agent refused the token from ${place.authTokenFile.value} (UNAUTHENTICATED).`,
          `The file (${place.authTokenFile.from}) is of another core agent, or was written anew after a copy of it was made: ` +
            "compare it with the core agent's own auth_token.",
        );
      case grpcCode.permissionDenied:
      case grpcCode.unimplemented:
      case grpcCode.failedPrecondition:
        return warn(
          `cannot be told apart: the question was answered with ${grpcCodeName(error?.grpcCode ?? 0)}`,
          "The next checks tell more.",
        );
      default:
        return failedBy(error);
    }
  },
};

export const registrationCheck: Check<DoctorContext> = {
  id: "registration",
  title: "registration",
  needs: ["token"],
  advice: "Look into the core agent's log; its remote agent registry must be switched on.",
  async run(context) {
    const place = need(context.place, "place");
    const connection = need(context.connection, "connection");
    try {
      const { sessionId, recommendedRefreshIntervalSecs: seconds } = await connection.register(
        { clientName, displayName: clientName },
        { deadlineMs: context.callTimeoutMs },
      );
      context.sessionId = sessionId;
      if (sessionId === "") return failed("The core agent answered the registration without a session id.");
      return ok(`session obtained, refresh ${seconds === 0 ? "as one likes" : `every ${seconds} s`}`);
    } catch (thrown) {
      const error = asCallError(thrown);
      if (error.grpcCode === grpcCode.permissionDenied || error.grpcCode === grpcCode.unauthenticated) {
        return failed(
          `The core agent at ${place.address.value} refused the registration (${grpcCodeName(error.grpcCode)}).`,
          "Its remote agent registry does not let this process in: see the core agent's log, and its remote_agent_registry settings.",
        );
      }
      return failedBy(error);
    }
  },
};

export const streamCheck: Check<DoctorContext> = {
  id: "stream",
  title: "stream",
  needs: ["registration"],
  advice: "Look into the core agent's log; its configuration stream must be switched on.",
  async run(context) {
    const opened = await openStream(context);
    if (!("call" in opened)) return opened;
    context.stream = opened;
    return ok("accepted");
  },
};

export const snapshotCheck: Check<DoctorContext> = {
  id: "snapshot",
  title: "first snapshot",
  needs: ["stream"],
  advice: "Look into the core agent's log.",
  async run(context) {
    const { firstSnapshot } = need(context.stream, "stream");
    const { snapshotTimeoutMs } = context;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), snapshotTimeoutMs);
    });
    try {
      const snapshot = await Promise.race([firstSnapshot, late]);
      if (snapshot !== undefined) {
        return ok(`${plural(snapshot.settings, "setting")}, sequence id ${snapshot.sequenceId}`);
      }
    } catch (thrown) {
      return failedBy(thrown);
    } finally {
      clearTimeout(timer);
    }
    return failed(
      `The stream is open, but no snapshot arrived within ${formatMs(snapshotTimeoutMs)}.`,
      "The core agent accepts streams and sends nothing: see its log, whether it still loads its configuration. A large " +
        "configuration on a busy machine may need a longer --timeout.",
    );
  },
};

/** Opens a stream. A finding: it was refused. */
async function openStream(context: DoctorContext): Promise<OpenStream | Finding> {
  const connection = need(context.connection, "connection");
  const request = { clientName, sessionId: need(context.sessionId, "session") };
  return new Promise((resolve) => {
    let arrived = (_snapshot: { settings: number; sequenceId: number }): void => {};
    let ended = (_error: Error): void => {};
    const firstSnapshot = new Promise<{ settings: number; sequenceId: number }>((onArrival, onEnd) => {
      arrived = onArrival;
      ended = onEnd;
    });
    // A caller may wait for it, or none: without one, the rejection must not count as unhandled.
    firstSnapshot.catch(() => {});
    let timer: NodeJS.Timeout | undefined;
    const accepted = (): void => {
      clearTimeout(timer);
      resolve({ call, firstSnapshot });
    };
    const call = connection.openStream(request, {
      onConnected() {
        timer = setTimeout(accepted, refusalMs);
      },
      onEvent(event) {
        if (event.kind === "snapshot") {
          arrived({ settings: event.settings.length, sequenceId: event.sequenceId });
        }
        accepted();
      },
      onBadMessage(error) {
        ended(error);
        accepted();
      },
      onEnd(error: TransportError | undefined) {
        clearTimeout(timer);
        const end =
          error ?? new ConfigStreamError("stream", "The core agent ended the stream before its first snapshot.");
        ended(end);
        // A message that is too large shows that the stream was accepted.
        if (error instanceof GrpcCallError && error.code === "message_too_large") accepted();
        else resolve(failedBy(end));
      },
    });
  });
}

function asCallError(thrown: unknown): TransportError {
  if (thrown instanceof GrpcCallError) return thrown;
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  return Object.assign(error, { grpcCode: grpcCode.unknown });
}
