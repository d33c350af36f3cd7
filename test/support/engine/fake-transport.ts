/** A core agent that does what the test says, behind the engine's transport port. */
import { ConfigStreamError } from "../../../src/shared/errors.js";
import type { ConfigValue, WireEvent } from "../../../src/shared/types.js";
import type { Report } from "../../../src/wire/report-messages.js";
import { GrpcCallError } from "../../../src/worker/link/grpc-failure.js";
import type {
  Connection,
  Credentials,
  Registration,
  StreamCall,
  StreamHandlers,
  Transport,
} from "../../../src/worker/ports.js";

/** A failed call with a gRPC status. */
export function grpcError(status: number, message = `status ${status}.`): GrpcCallError {
  return new GrpcCallError(
    status === 14 || status === 4 ? "unavailable" : "stream",
    status,
    message.endsWith(".") ? message.slice(0, -1) : message,
  );
}

/** One opened stream, driven by the test. */
export class FakeStream implements StreamCall {
  readonly sessionId: string;
  readonly openedAtMs: number;
  readonly handlers: StreamHandlers;
  cancelled = false;
  ended = false;

  constructor(sessionId: string, openedAtMs: number, handlers: StreamHandlers) {
    this.sessionId = sessionId;
    this.openedAtMs = openedAtMs;
    this.handlers = handlers;
  }

  get isOpen(): boolean {
    return !this.cancelled && !this.ended;
  }

  cancel(): void {
    this.cancelled = true;
  }

  snapshot(sequenceId: number, settings: Record<string, ConfigValue>, source = "file"): void {
    this.handlers.onEvent(snapshotEvent(sequenceId, settings, source));
  }

  update(sequenceId: number, key: string, value: ConfigValue, source = "file"): void {
    this.handlers.onEvent({
      kind: "update",
      origin: "core-agent",
      sequenceId,
      setting: { source, key, value, unsetSource: "" },
    });
  }

  end(error?: GrpcCallError): void {
    this.ended = true;
    this.handlers.onEnd(error);
  }
}

function snapshotEvent(sequenceId: number, settings: Record<string, ConfigValue>, source: string): WireEvent {
  const list = Object.entries(settings).map(([key, value]) => ({ source, key, value, unsetSource: "" }));
  return { kind: "snapshot", origin: "core-agent", sequenceId, settings: list };
}

/** What the fake does at a call; a test replaces the functions. */
export class FakeTransport implements Transport {
  readonly streams: FakeStream[] = [];
  readonly connections: FakeConnection[] = [];
  readonly credentialsSeen: (Credentials | undefined)[] = [];
  readonly registeredAtMs: number[] = [];
  readonly registeredWithinMs: number[] = [];
  readonly refreshes: { sessionId: string; atMs: number; deadlineMs: number }[] = [];
  readonly now: () => number;
  /** Throws or resolves; the default gives `session-1`, `session-2`, … and no opinion about the interval. */
  onRegister: () => Promise<Registration> = async () => ({
    sessionId: `session-${this.registeredAtMs.length}`,
    recommendedRefreshIntervalSecs: 0,
  });
  onRefresh: () => Promise<void> = async () => {};
  readonly reports: { sessionId: string; report: Report; deadlineMs: number }[] = [];
  onReport: (report: Report) => Promise<void> = async () => {};
  /** Called when a stream was opened. */
  onStream: (stream: FakeStream) => void = () => {};

  constructor(now: () => number) {
    this.now = now;
  }

  connect(credentials: Credentials | undefined): Connection {
    this.credentialsSeen.push(credentials);
    const connection = new FakeConnection(this);
    this.connections.push(connection);
    return connection;
  }

  /** The newest stream. */
  get stream(): FakeStream {
    const stream = this.streams.at(-1);
    if (stream === undefined) throw new Error("No stream has been opened.");
    return stream;
  }

  get openConnections(): number {
    return this.connections.filter((connection) => !connection.closed).length;
  }

  get openStreams(): number {
    return this.streams.filter((stream) => stream.isOpen).length;
  }
}

export class FakeConnection implements Connection {
  readonly #transport: FakeTransport;
  closed = false;

  constructor(transport: FakeTransport) {
    this.#transport = transport;
  }

  register(_details: object, { deadlineMs }: { deadlineMs: number }): Promise<Registration> {
    this.#mustBeOpen();
    this.#transport.registeredWithinMs.push(deadlineMs);
    this.#transport.registeredAtMs.push(this.#transport.now());
    return this.#transport.onRegister();
  }

  refresh(sessionId: string, options: { deadlineMs: number }): Promise<void> {
    this.#mustBeOpen();
    this.#transport.refreshes.push({ sessionId, atMs: this.#transport.now(), deadlineMs: options.deadlineMs });
    return this.#transport.onRefresh();
  }

  report(sessionId: string, report: Report, { deadlineMs }: { deadlineMs: number }): Promise<void> {
    this.#mustBeOpen();
    this.#transport.reports.push({ sessionId, report, deadlineMs });
    return this.#transport.onReport(report);
  }

  openStream(request: { clientName: string; sessionId: string }, handlers: StreamHandlers): StreamCall {
    this.#mustBeOpen();
    const stream = new FakeStream(request.sessionId, this.#transport.now(), handlers);
    this.#transport.streams.push(stream);
    this.#transport.onStream(stream);
    return stream;
  }

  close(): void {
    this.closed = true;
  }

  #mustBeOpen(): void {
    if (this.closed) throw new ConfigStreamError("internal", "A call was made on a closed connection.");
  }
}
