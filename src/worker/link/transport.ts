/**
 * The connection to the core agent, over grpc-js.
 *
 * One {@link Connection} is one grpc-js channel with a subchannel pool of its own. The engine makes a new one for each
 * attempt and closes the old one, so grpc-js's own reconnecting, retrying and back-off never get to act.
 */
import {
  ChannelCredentials,
  Client,
  connectivityState,
  logVerbosity,
  Metadata,
  type ServiceError,
  setLogVerbosity,
} from "@grpc/grpc-js";
import { ConfigStreamError } from "../../shared/errors.js";
import type { EngineParams } from "../../shared/params.js";
import { type HostPort, parseAddress } from "../../shared/place/address.js";
import type { WireEvent } from "../../shared/types.js";
import { agentSecureService, remoteAgentService } from "../../wire/service-names.js";
import type {
  CallOptions,
  Connection,
  Credentials,
  Registration,
  StreamCall,
  StreamHandlers,
  Transport,
} from "../ports.js";
import { type ChannelParams, channelOptions } from "./channel-options.js";
import { grpcCode } from "./grpc-codes.js";
import { type CallName, explainFailure, type FailedCall, type GrpcCallError, isTooManyPings } from "./grpc-failure.js";
import { type Method, methodPath, refreshMethod, registerMethod, streamMethod, streamPath } from "./methods.js";
import { SocketWatch } from "./socket-watch.js";
import { pinnedTrust, serverNameOverride } from "./tls-trust.js";
import { channelTarget } from "./zoned-resolver.js";

/** The parameters that the transport looks at. */
export type TransportParams = ChannelParams &
  Pick<
    EngineParams,
    "coreAgentAddress" | "authTokenFile" | "ipcCertFile" | "tls" | "callTimeoutMs" | "processInstanceId"
  >;

/** What connections of one transport learn from the core agent and hand on to the next connection. */
interface Learned {
  /** Service that answered a registration; tried first next time. */
  registry: string;
  /** The core agent answered `too_many_pings`. */
  keepaliveRefused: boolean;
}

/** Makes the transport. Nothing is connected before the first call on a connection. */
export function createGrpcTransport(params: TransportParams): Transport {
  const learned: Learned = { registry: remoteAgentService, keepaliveRefused: false };
  return { connect: (credentials) => new GrpcConnection(params, learned, credentials) };
}

/**
 * Stops grpc-js from writing to stderr, for the whole thread: what matters reaches the caller's logger as an error. To be
 * called where the thread belongs to this library.
 */
export function quietGrpcLog(): void {
  setLogVerbosity(logVerbosity.NONE);
}

class GrpcConnection implements Connection {
  readonly #params: TransportParams;
  readonly #learned: Learned;
  readonly #token: string | undefined;
  readonly #sockets = new SocketWatch();
  readonly #client: Client;
  readonly #open = new Set<{ cancel(): void }>();
  #closed = false;

  constructor(given: TransportParams, learned: Learned, credentials: Credentials | undefined) {
    const params = { ...given, ...credentials?.place };
    this.#params = params;
    this.#learned = learned;
    this.#token = credentials?.token;
    const { host, port } = hostAndPort(params.coreAgentAddress);
    const serverName = params.tls ? serverNameOverride(host) : undefined;
    const channel = new WatchedCredentials(channelCredentials(params, credentials, host), this.#sockets);
    this.#client = new Client(
      channelTarget({ host, port }),
      channel,
      channelOptions(params, learned.keepaliveRefused, serverName),
    );
  }

  async register(request: Parameters<Connection["register"]>[0], options: CallOptions): Promise<Registration> {
    const { endpoint } = request;
    const message = {
      pid: String(process.pid),
      flavor: request.clientName,
      displayName: request.displayName,
      apiEndpointUri: endpoint?.uri ?? `https://configstream-consumer/${encodeURIComponent(request.clientName)}`,
      services: endpoint?.services ?? [],
      processInstanceId: this.#params.processInstanceId ?? "",
    };
    return await this.#callRegistry(registerMethod, message, options, []);
  }

  async refresh(sessionId: string, options: CallOptions): Promise<void> {
    await this.#callRegistry(refreshMethod, { sessionId }, options, [sessionId]);
  }

  openStream(request: { clientName: string; sessionId: string }, handlers: StreamHandlers): StreamCall {
    const { sessionId } = request;
    const metadata = this.#metadata();
    setMetadata(metadata, "session_id", sessionId, "session id");
    const { requestSerialize, responseDeserialize } = streamMethod;
    const call = this.#client.makeServerStreamRequest(
      streamPath,
      requestSerialize,
      responseDeserialize,
      { name: request.clientName },
      metadata,
    );
    let over = false;
    const opened: StreamCall = {
      cancel: () => {
        over = true;
        this.#open.delete(opened);
        call.cancel();
      },
    };
    const end = (error: GrpcCallError | undefined): void => {
      if (over) return;
      over = true;
      this.#open.delete(opened);
      handlers.onEnd(error);
    };
    this.#open.add(opened);
    call.on("data", (message: WireEvent | Error) => {
      if (over) return;
      if (message instanceof Error) handlers.onBadMessage(message);
      else handlers.onEvent(message);
    });
    // "end" comes after the last message was handed out; an error comes before it and wins.
    call.on("end", () => end(undefined));
    call.on("error", (error: ServiceError) => {
      if (!over) end(this.#explain("StreamConfigEvents", error, this.#params.callTimeoutMs, [sessionId]));
    });
    this.#watchConnected(
      () => over,
      () => handlers.onConnected?.(),
      (error) => {
        end(error);
        call.cancel();
      },
    );
    return opened;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const call of this.#open) call.cancel();
    this.#open.clear();
    this.#client.close();
    this.#sockets.release();
  }

  /** A stream has no deadline, so the time to get connected is bounded here. */
  #watchConnected(isOver: () => boolean, connected: () => void, failed: (error: GrpcCallError) => void): void {
    const channel = this.#client.getChannel();
    const { callTimeoutMs } = this.#params;
    const deadline = Date.now() + callTimeoutMs;
    const look = (): void => {
      if (this.#closed || isOver()) return;
      const state = channel.getConnectivityState(false);
      if (state === connectivityState.READY) {
        connected();
        return;
      }
      channel.watchConnectivityState(state, deadline, (late) => {
        if (late === undefined) look();
        else if (!this.#closed && !isOver()) {
          const timedOut = { code: grpcCode.deadlineExceeded, details: "" };
          failed(this.#explain("StreamConfigEvents", timedOut, callTimeoutMs, []));
        }
      });
    };
    look();
  }

  /** Calls the registry at the service that answered last, or the other one where that is not implemented. */
  async #callRegistry<Request, Response>(
    method: Method<Request, Response>,
    request: Request,
    options: CallOptions,
    secrets: readonly string[],
  ): Promise<Response> {
    const { name } = method;
    const deadline = Date.now() + options.deadlineMs;
    const first = this.#learned.registry;
    const second = first === remoteAgentService ? agentSecureService : remoteAgentService;
    const call = (service: string) => this.#unary(service, method, request, deadline);
    try {
      return await call(first);
    } catch (thrown) {
      const error = thrown as ServiceError;
      if (error.code !== grpcCode.unimplemented) throw this.#explain(name, error, options.deadlineMs, secrets);
    }
    try {
      const response = await call(second);
      this.#learned.registry = second;
      return response;
    } catch (thrown) {
      throw this.#explain(name, thrown as ServiceError, options.deadlineMs, secrets);
    }
  }

  #unary<Request, Response>(
    service: string,
    method: Method<Request, Response>,
    request: Request,
    deadline: number,
  ): Promise<Response> {
    const { name, requestSerialize, responseDeserialize } = method;
    const metadata = this.#metadata();
    return new Promise((resolve, reject) => {
      const call = this.#client.makeUnaryRequest(
        methodPath(service, name),
        requestSerialize,
        responseDeserialize,
        request,
        metadata,
        { deadline },
        (error, response) => {
          this.#open.delete(call);
          if (error !== null) reject(error);
          else resolve(response as Response);
        },
      );
      this.#open.add(call);
    });
  }

  #metadata(): Metadata {
    const metadata = new Metadata();
    if (this.#token !== undefined) setMetadata(metadata, "authorization", `Bearer ${this.#token}`, "token");
    return metadata;
  }

  #explain(
    call: CallName,
    error: Pick<ServiceError, "code" | "details">,
    timeoutMs: number,
    secrets: readonly string[],
  ): GrpcCallError {
    const { details = "" } = error;
    const { lastFailure, secured } = this.#sockets;
    const failed: FailedCall = { call, grpcCode: error.code, details, socketError: lastFailure, secured };
    if (isTooManyPings(failed)) this.#learned.keepaliveRefused = true;
    return explainFailure(failed, {
      ...this.#params,
      address: this.#params.coreAgentAddress,
      timeoutMs,
      secrets: [...secrets, this.#token ?? ""],
    });
  }
}

function hostAndPort(address: string): HostPort {
  const parsed = parseAddress(address);
  if (parsed !== undefined) return parsed;
  throw new ConfigStreamError("internal", `The address ${address} got past its check.`);
}

function setMetadata(metadata: Metadata, key: string, value: string, what: string): void {
  try {
    metadata.set(key, value);
  } catch {
    // grpc-js would quote the value.
    throw new ConfigStreamError("unauthenticated", `The ${what} has characters that a gRPC header cannot carry.`);
  }
}

function channelCredentials(params: TransportParams, credentials: Credentials | undefined, host: string) {
  if (!params.tls) return ChannelCredentials.createInsecure();
  if (credentials === undefined) {
    throw new ConfigStreamError("credentials", "TLS needs the certificate and key; none were read.");
  }
  const trust = pinnedTrust(credentials, host, params.ipcCertFile);
  return ChannelCredentials.createFromSecureContext(trust.secureContext, trust.verifyOptions);
}

type ConnectorArguments = Parameters<ChannelCredentials["_createSecureConnector"]>;
type SecureConnector = ReturnType<ChannelCredentials["_createSecureConnector"]>;

/** Passes everything on to other credentials, and shows the sockets to a {@link SocketWatch}. */
class WatchedCredentials extends ChannelCredentials {
  readonly #inner: ChannelCredentials;
  readonly #watch: SocketWatch;

  constructor(inner: ChannelCredentials, watch: SocketWatch) {
    super();
    this.#inner = inner;
    this.#watch = watch;
  }

  override _isSecure(): boolean {
    return this.#inner._isSecure();
  }

  override _equals(other: ChannelCredentials): boolean {
    return this === other;
  }

  override _createSecureConnector(...args: ConnectorArguments): SecureConnector {
    const connector = this.#inner._createSecureConnector(...args);
    const watch = this.#watch;
    return {
      waitForReady: () => connector.waitForReady(),
      getCallCredentials: () => connector.getCallCredentials(),
      destroy: () => connector.destroy(),
      async connect(socket) {
        watch.add(socket);
        try {
          const result = await connector.connect(socket);
          watch.secured = true;
          if (result.socket !== socket) watch.add(result.socket);
          result.socket.on("error", (error) => watch.failed(error));
          return result;
        } catch (thrown) {
          watch.failed(thrown);
          throw thrown;
        }
      },
    };
  }
}
