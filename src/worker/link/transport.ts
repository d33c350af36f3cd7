/**
 * The connection to the core agent, over grpc-js.
 *
 * One {@link Connection} is one grpc-js channel with a subchannel pool of its own. The engine makes a new one for each
 * attempt and closes the old one, so grpc-js's own reconnecting, retrying and back-off never get to act.
 */
import { Client, logVerbosity, type ServiceError, setLogVerbosity } from "@grpc/grpc-js";
import { ConfigStreamError } from "../../shared/errors.js";
import type { EngineParams } from "../../shared/params.js";
import { type HostPort, parseAddress } from "../../shared/place/address.js";
import type { WireEvent } from "../../shared/types.js";
import type { Report } from "../../wire/report-messages.js";
import { remoteAgentService } from "../../wire/service-names.js";
import type {
  CallOptions,
  Connection,
  Credentials,
  Registration,
  StreamCall,
  StreamHandlers,
  Transport,
} from "../ports.js";
import { callMetadata } from "./call-metadata.js";
import { type ChannelParams, channelOptions } from "./channel-options.js";
import { watchConnected } from "./connected-watch.js";
import { grpcCode } from "./grpc-codes.js";
import { type CallName, explainFailure, type FailedCall, type GrpcCallError, isTooManyPings } from "./grpc-failure.js";
import { refreshMethod, registerMethod, streamMethod, streamPath } from "./methods.js";
import { callRegistry, type KnownRegistry, type RegistryParts } from "./registry-calls.js";
import { callReport } from "./report-calls.js";
import { SocketWatch } from "./socket-watch.js";
import { serverNameOverride } from "./tls-trust.js";
import { watchedCredentials } from "./watched-credentials.js";
import { channelTarget } from "./zoned-resolver.js";

/** The parameters that the transport looks at. */
export type TransportParams = ChannelParams &
  Pick<
    EngineParams,
    "coreAgentAddress" | "authTokenFile" | "ipcCertFile" | "tls" | "callTimeoutMs" | "processInstanceId"
  >;

/** What connections of one transport learn from the core agent and hand on to the next connection. */
interface Learned extends KnownRegistry {
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

/** How grpc-js says that a call failed. */
type CallFault = Pick<ServiceError, "code"> & Partial<Pick<ServiceError, "details">>;

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
    const channel = watchedCredentials(params, credentials, host, this.#sockets);
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
    return await callRegistry(this.#registry(), registerMethod, message, options, []);
  }

  async refresh(sessionId: string, options: CallOptions): Promise<void> {
    await callRegistry(this.#registry(), refreshMethod, { sessionId }, options, [sessionId]);
  }

  async report(sessionId: string, report: Report, options: CallOptions): Promise<void> {
    await callReport(this.#registry(), sessionId, report, options);
  }

  openStream(request: { clientName: string; sessionId: string }, handlers: StreamHandlers): StreamCall {
    const { sessionId } = request;
    const metadata = callMetadata(this.#token, sessionId);
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
    watchConnected(this.#client, this.#params.callTimeoutMs, {
      isOver: () => this.#closed || over,
      onConnected: () => handlers.onConnected?.(),
      onLate: () => {
        end(this.#explain("StreamConfigEvents", { code: grpcCode.deadlineExceeded }, this.#params.callTimeoutMs, []));
        call.cancel();
      },
    });
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

  #registry(): RegistryParts {
    return {
      client: this.#client,
      token: this.#token,
      known: this.#learned,
      open: this.#open,
      explain: (...failure) => this.#explain(...failure),
    };
  }

  #explain(call: CallName, error: CallFault, timeoutMs: number, secrets: readonly string[]): GrpcCallError {
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
