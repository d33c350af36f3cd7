/** The engine's transport over the virtual network: the library's own messages, fallbacks and sentences, without grpc-js. */
import type { Client, Metadata, ServiceError } from "@grpc/grpc-js";
import type { EngineParams } from "../../../src/shared/params.js";
import type { WireEvent } from "../../../src/shared/types.js";
import { remoteAgentService } from "../../../src/wire/service-names.js";
import { callMetadata } from "../../../src/worker/link/call-metadata.js";
import { grpcCode } from "../../../src/worker/link/grpc-codes.js";
import { type CallName, explainFailure, type GrpcCallError } from "../../../src/worker/link/grpc-failure.js";
import { refreshMethod, registerMethod, streamMethod, streamPath } from "../../../src/worker/link/methods.js";
import { callRegistry, type KnownRegistry, type RegistryParts } from "../../../src/worker/link/registry-calls.js";
import { callReport } from "../../../src/worker/link/report-calls.js";
import type { Connection, Credentials, StreamCall, StreamHandlers, Transport } from "../../../src/worker/ports.js";
import { Attempts, Refreshes } from "../checks/attempts.js";
import type { Life } from "./life.js";
import type { Network, Wire } from "./network.js";
import type { CallStatus, ServerSide } from "./server-call.js";

export interface LinkParts {
  readonly network: Network;
  readonly life: Life;
  readonly params: EngineParams;
  /** Accepts a connection; `undefined` while nothing listens. */
  readonly accept: (wire: Wire) => ServerSide | undefined;
  readonly fail: (what: string) => unknown;
  /** Between two refreshes of a session, in ms; as the core agent recommends. */
  readonly refreshMs: number;
}

type UnaryCallback = (error: ServiceError | null, response?: unknown) => void;

export function createVirtualTransport(parts: LinkParts): Transport {
  const { life } = parts;
  const known: KnownRegistry = { registry: remoteAgentService };
  const open = new Set<VirtualConnection>();
  const attempts = new Attempts(life.clock, parts.fail);
  const { onEnd } = life;
  life.onEnd = () => {
    onEnd();
    for (const connection of open) connection.vanish();
  };
  return {
    connect(credentials) {
      attempts.made(open.size);
      const connection: VirtualConnection = new VirtualConnection(parts, known, credentials, () =>
        open.delete(connection),
      );
      open.add(connection);
      return connection;
    },
  };
}

class VirtualConnection implements Connection {
  readonly #parts: LinkParts;
  readonly #known: KnownRegistry;
  readonly #token: string | undefined;
  readonly #onClose: () => void;
  /** What fails when the connection does. */
  readonly #calls = new Set<(status: CallStatus) => void>();
  readonly #streams = new Set<StreamCall>();
  readonly #refreshes: Refreshes;
  readonly #registryCalls = new Set<{ cancel(): void }>();
  #wire: Wire | undefined;
  #side: ServerSide | undefined;
  #whenUp: (() => void)[] = [];
  #closed = false;
  #isBroken = false;

  constructor(parts: LinkParts, known: KnownRegistry, credentials: Credentials | undefined, onClose: () => void) {
    this.#parts = parts;
    this.#known = known;
    this.#token = credentials?.token;
    this.#onClose = onClose;
    this.#refreshes = new Refreshes(parts.life.clock, parts.refreshMs, parts.fail);
  }

  async register(request: Parameters<Connection["register"]>[0], { deadlineMs }: { deadlineMs: number }) {
    const message = {
      pid: "1",
      flavor: request.clientName,
      displayName: request.displayName,
      apiEndpointUri: `https://configstream-consumer/${request.clientName}`,
      services: [],
      processInstanceId: "",
    };
    return await callRegistry(this.#registry(deadlineMs), registerMethod, message, { deadlineMs }, []);
  }

  async refresh(sessionId: string, { deadlineMs }: { deadlineMs: number }): Promise<void> {
    this.#refreshes.made();
    await callRegistry(this.#registry(deadlineMs), refreshMethod, { sessionId }, { deadlineMs }, [sessionId]);
  }

  async report(sessionId: string, report: Parameters<Connection["report"]>[1], options: { deadlineMs: number }) {
    await callReport(this.#registry(options.deadlineMs), sessionId, report, options);
  }

  openStream(request: { clientName: string; sessionId: string }, handlers: StreamHandlers): StreamCall {
    const { life, params } = this.#parts;
    let over = false;
    const name = {};
    const end = (status: CallStatus): void => {
      if (over) return;
      finish();
      const isClean = status.code === 0;
      handlers.onEnd(isClean ? undefined : this.#explain("StreamConfigEvents", status, params.callTimeoutMs));
    };
    const late = life.clock.setTimer(params.callTimeoutMs, () => end({ code: grpcCode.deadlineExceeded, details: "" }));
    const finish = (): void => {
      over = true;
      late.cancel();
      this.#calls.delete(end);
      this.#streams.delete(stream);
    };
    this.#calls.add(end);
    const bytes = streamMethod.requestSerialize({ name: request.clientName });
    const metadata = callMetadata(this.#token, request.sessionId);
    this.#onceUp(() => {
      if (over) return;
      late.cancel();
      handlers.onConnected?.();
      this.#wire?.send("toServer", () =>
        this.#side?.stream(name, streamPath, bytes, metadata, {
          onMessage: (message) => life.run(() => void (over || deliver(streamMethod.responseDeserialize(message)))),
          onEnd: (status) => life.run(() => end(status)),
        }),
      );
    });
    const deliver = (event: WireEvent | Error): void => {
      if (event instanceof Error) handlers.onBadMessage(event);
      else handlers.onEvent(event);
    };
    const stream: StreamCall = {
      cancel: () => {
        if (over) return;
        finish();
        this.#wire?.send("toServer", () => this.#side?.cancel(name));
      },
    };
    this.#streams.add(stream);
    return stream;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#onClose();
    for (const stream of [...this.#streams]) stream.cancel();
    for (const fail of [...this.#calls]) fail({ code: grpcCode.cancelled, details: "closed" });
    this.#wire?.leave("client");
  }

  /** Its thread has ended: no call comes to an end, and the machine closes the socket. */
  vanish(): void {
    this.#closed = true;
    this.#calls.clear();
    this.#wire?.leave("client");
  }

  #onceUp(work: () => void): void {
    if (this.#isBroken) {
      this.#parts.life.clock.setTimer(0, () => this.#broken());
      return;
    }
    if (this.#wire === undefined) this.#connect();
    if (this.#side !== undefined) work();
    else this.#whenUp.push(work);
  }

  #connect(): void {
    const { network, life, accept } = this.#parts;
    // What promises still run after the end of their thread.
    if (life.ended) return;
    const wire = network.open();
    this.#wire = wire;
    wire.client = { onBroken: () => life.run(() => this.#broken()) };
    wire.send("toServer", () => {
      const side = accept(wire);
      if (side === undefined) {
        wire.send("toClient", () => wire.leave("client", true));
        return;
      }
      wire.server = side;
      wire.send("toClient", () =>
        life.run(() => {
          this.#side = side;
          for (const work of this.#whenUp.splice(0)) work();
        }),
      );
    });
  }

  #broken(): void {
    this.#isBroken = true;
    for (const fail of [...this.#calls]) fail({ code: grpcCode.unavailable, details: "Connection dropped" });
  }

  /** What the library's calls need of a grpc-js client. The deadline that they reckon by the real clock is left out. */
  #registry(deadlineMs: number): RegistryParts {
    const client = {
      makeUnaryRequest: (
        path: string,
        serialize: (request: unknown) => Buffer,
        deserialize: (bytes: Buffer) => unknown,
        request: unknown,
        metadata: Metadata,
        _options: object,
        callback: UnaryCallback,
      ) => this.#unary(path, serialize(request), metadata, deadlineMs, deserialize, callback),
    };
    return {
      client: client as unknown as Client,
      token: this.#token,
      known: this.#known,
      open: this.#registryCalls,
      explain: (call, error) => this.#explain(call, error, deadlineMs),
    };
  }

  #unary(
    path: string,
    bytes: Buffer,
    metadata: Metadata,
    deadlineMs: number,
    deserialize: (bytes: Buffer) => unknown,
    callback: UnaryCallback,
  ): { cancel(): void } {
    const { life } = this.#parts;
    const fail = (status: CallStatus): void => {
      finish();
      callback(Object.assign(new Error(status.details), status, { metadata }));
    };
    const timer = life.clock.setTimer(deadlineMs, () => fail({ code: grpcCode.deadlineExceeded, details: "late" }));
    const finish = (): void => {
      timer.cancel();
      this.#calls.delete(fail);
    };
    this.#calls.add(fail);
    this.#onceUp(() => {
      this.#wire?.send("toServer", () =>
        this.#side?.unary(path, bytes, metadata, (failure, response) =>
          life.run(() => {
            if (!this.#calls.has(fail)) return;
            if (failure !== undefined) return fail(failure);
            finish();
            callback(null, deserialize(response as Buffer));
          }),
        ),
      );
    });
    return { cancel: () => fail({ code: grpcCode.cancelled, details: "cancelled" }) };
  }

  #explain(
    call: CallName,
    { code, details }: Pick<CallStatus, "code"> & { details?: string },
    timeoutMs: number,
  ): GrpcCallError {
    const { params } = this.#parts;
    const failed = { call, grpcCode: code, details: details ?? "", socketError: undefined, secured: true };
    return explainFailure(failed, { ...params, address: params.coreAgentAddress, timeoutMs, secrets: [] });
  }
}
