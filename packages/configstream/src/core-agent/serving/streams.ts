/** The streams that are open: how one is accepted, what keeps its session, and how it ends. */
import { type handleServerStreamingCall, status } from "@grpc/grpc-js";
import type { Clock, StreamRequest, Timer } from "configstream-consumer/internal";
import type { Sent } from "../clients/sent.js";
import type { AgentLog } from "../options.js";
import { type Authorizer, checkSession, sessionGone } from "./auth.js";
import type { Broadcaster } from "./broadcaster.js";
import type { CallTap } from "./call-tap.js";
import { type OpenStream, openStream } from "./open-stream.js";
import { createOutflow } from "./outflow.js";
import type { SessionRegistry } from "./sessions.js";

export interface StreamsParts {
  readonly authorize: Authorizer;
  readonly sessions: SessionRegistry;
  readonly broadcaster: Broadcaster;
  readonly tap: CallTap;
  readonly sent: Pick<Sent, "open">;
  readonly log: AgentLog;
  readonly clock: Pick<Clock, "setTimer" | "monotonic">;
  readonly sessionIdleTimeoutMs: number;
}

export interface Streams {
  /** Answers a call that asks for a stream. */
  readonly handler: handleServerStreamingCall<StreamRequest, Buffer>;
  /** From now on, and until {@link stop}, the streams keep their sessions. */
  start(): void;
  /** Ends all; without a code, or with 0, cleanly. */
  end(grpcCode: number | undefined, details: string): void;
  /** Sessions are no longer kept. The streams are still open. */
  stop(): void;
}

export function createStreams(parts: StreamsParts): Streams {
  const { authorize, sessions, broadcaster, tap, sent, log, clock, sessionIdleTimeoutMs } = parts;
  const openStreams = new Set<OpenStream>();
  const outflow = createOutflow(clock);
  let keepAlive: Timer | undefined;

  /** A stream is activity of its session; without the session there is no stream. */
  const keepSessions = (): void => {
    keepAlive = clock.setTimer(sessionIdleTimeoutMs / 3, () => {
      for (const stream of [...openStreams]) if (!sessions.refresh(stream.sessionId)) stream.end(sessionGone);
      keepSessions();
    });
  };

  const handler: handleServerStreamingCall<StreamRequest, Buffer> = (call) => {
    const refusal = authorize(call.metadata) ?? checkSession(call.metadata, sessions) ?? tap.refuseStream();
    if (refusal !== undefined) {
      call.emit("error", refusal);
      return;
    }
    // As JSON, so that a line break in it cannot forge a log line.
    const name = JSON.stringify(call.request.name);
    log("info", `Remote agent ${name} opened a stream.`);
    openStream(call, {
      outflow,
      broadcaster,
      tap,
      sent,
      onOpen: (stream) => openStreams.add(stream),
      onOver: (stream) => {
        openStreams.delete(stream);
        log("info", `The stream of remote agent ${name} is over.`);
      },
    });
  };

  return {
    handler,
    start: keepSessions,
    end(grpcCode, details) {
      const refusal = grpcCode === undefined || grpcCode === status.OK ? undefined : { code: grpcCode, details };
      for (const stream of [...openStreams]) stream.end(refusal);
    },
    stop: () => keepAlive?.cancel(),
  };
}
