/** What the engine needs from the world, so that it runs in a worker thread, in the same thread, and in virtual time. */

import type { CounterName } from "../memory/counters.js";
import type { Publication, Skipped } from "../memory/writer/publication.js";
import type { Clock } from "../shared/clock.js";
import type { ConfigStreamError } from "../shared/errors.js";
import type { EngineParams } from "../shared/params.js";
import type { EngineStatus, WireEvent } from "../shared/types.js";
import type { Registration } from "../wire/call-messages.js";
import type { Report } from "../wire/report-messages.js";
import type { Gate } from "./guards/gate.js";

export type { EngineStatus, Publication, Registration, Skipped };

/** Receives what `status()` and the metrics report. Must not throw. */
export interface StatusSink {
  /** Replaces the engine's status. */
  set(status: EngineStatus): void;
  count(counter: CounterName, by?: number): void;
  /** A message arrived from the core agent just now. */
  messageReceived(): void;
}

/** Where states become visible: the one way from the store to readers, to subscribers, and to the cache. */
export interface StateSink {
  /**
   * Publishes all changes at once, calls `commit`, and then reports them to the subscribers. `commit` is given
   * those that were left out, because no reader could ever read them. Throws `limit_exceeded` without a trace when the state cannot
   * be published; `commit` is not called then.
   */
  show(publication: Publication, commit: (skipped: readonly Skipped[]) => void): void;
}

/** Token and certificate, as read from their files. */
export interface Credentials {
  readonly token: string;
  /** PEM of the certificate: trust root and client certificate in one. */
  readonly certificate: string;
  /** PEM of the private key. */
  readonly privateKey: string;
  /** Where the core agent is, when its own configuration file said so. */
  readonly place?: Pick<EngineParams, "coreAgentAddress" | "authTokenFile" | "ipcCertFile"> | undefined;
}

/** Reads the credential files. Rejects with a `ConfigStreamError` of code `credentials` that names path and fault. */
export interface CredentialsReader {
  read(): Promise<Credentials>;
}

/** A unary call's options. */
export interface CallOptions {
  readonly deadlineMs: number;
}

/** How a stream reports what happens to it. After `onEnd` nothing is called any more. */
export interface StreamHandlers {
  /** The connection is up and the call is on its way. Called at most once, before any message, and never after `onEnd`. */
  onConnected?(): void;
  onEvent(event: WireEvent): void;
  /** A message that could not be converted; the stream goes on. */
  onBadMessage(error: Error): void;
  /** The stream is over; `error` is undefined after a clean end. */
  onEnd(error: TransportError | undefined): void;
}

/** An open stream. */
export interface StreamCall {
  /** Cancels the call. `onEnd` is not called afterwards. */
  cancel(): void;
}

/** A failed call, with the gRPC status code that explains it. */
export interface TransportError extends Error {
  /** gRPC status code, see google.golang.org/grpc/codes. */
  readonly grpcCode: number;
}

/** One channel to the core agent: everything on it shares one HTTP/2 connection. */
export interface Connection {
  register(
    request: { clientName: string; displayName: string; endpoint?: Endpoint | undefined },
    options: CallOptions,
  ): Promise<Registration>;
  refresh(sessionId: string, options: CallOptions): Promise<void>;
  /** Rejects with a {@link TransportError}. */
  report(sessionId: string, report: Report, options: CallOptions): Promise<void>;
  openStream(request: { clientName: string; sessionId: string }, handlers: StreamHandlers): StreamCall;
  /** Closes the channel and cancels what is open on it. Idempotent. */
  close(): void;
}

/** Where the core agent can call this remote agent back. */
export interface Endpoint {
  /** `https://host:port` or `unix:///path`. */
  readonly uri: string;
  /** Full names of the gRPC services. */
  readonly services: readonly string[];
}

/** What this remote agent serves to its core agent. */
export interface Providers {
  /**
   * Serves, from now on with these credentials. Never rejects: what is in the way is in the log, and `undefined` says that nothing
   * is served for now.
   */
  open(credentials: Credentials): Promise<Endpoint | undefined>;
  /** The session that the answers belong to. */
  answerAs(sessionId: string): void;
  /** Idempotent. */
  close(): Promise<void>;
}

/** What this remote agent reports to its core agent. */
export interface Reports {
  /** From now on, reports are made over this connection and in this session. */
  reportOver(connection: Connection, sessionId: string): void;
  /** Nothing can be reported until the next {@link reportOver}. */
  interrupted(): void;
}

/** Makes connections. The connection attempt itself happens at the first call. */
export interface Transport {
  connect(credentials: Credentials | undefined): Connection;
}

/** Everything the engine needs. */
export interface EnginePorts {
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly transport: Transport;
  readonly credentials: CredentialsReader;
  readonly states: StateSink;
  readonly status: StatusSink;
  /** Asked for a session id at every (re)connection when the session kind is `provider`. */
  readonly sessionIdProvider: (() => Promise<string>) | undefined;
  readonly log: EngineLog;
  /** What judges changes before readers see them; `undefined`: nothing does. */
  readonly gate?: Gate | undefined;
  /** `undefined`: nothing is served. */
  readonly providers?: Pick<Providers, "open" | "answerAs"> | undefined;
  /** `undefined`: nothing is reported. */
  readonly reports?: Reports | undefined;
  /** The engine has ended by a defect of this library, and does nothing any more: another one may do better. */
  readonly onDefect?: (error: ConfigStreamError) => void;
}

/** Log lines of the engine; the main thread decides what is shown. Never a token, session id or value. */
export type EngineLog = (level: "debug" | "info" | "warn" | "error", message: string) => void;
