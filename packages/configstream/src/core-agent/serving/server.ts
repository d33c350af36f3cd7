/** The core agent's gRPC surface: TLS with client certificates, both register services, the configuration stream. */
import {
  type handleServerStreamingCall,
  type handleUnaryCall,
  Metadata,
  Server,
  ServerCredentials,
  ServerInterceptingCall,
  type ServerInterceptor,
  ServerListenerBuilder,
  type ServerWritableStream,
  status,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import {
  agentSecureService,
  type Clock,
  type HostPort,
  type ReadRegisterRequest,
  type RefreshRequest,
  type Registration,
  remoteAgentService,
  type StreamRequest,
  type Timer,
} from "configstream-consumer/internal";
import type { Registrations } from "../clients/registrations.js";
import type { AgentCredentials } from "../credentials/credentials.js";
import type { AgentLog, RegisterServices } from "../options.js";
import { type Authorizer, checkSession, type Refusal, sessionGone, sessionOf } from "./auth.js";
import { type Broadcaster, maxMessageBytes } from "./broadcaster.js";
import { listen } from "./listen.js";
import { registryMethods, streamMethod } from "./methods.js";
import { createOutflow } from "./outflow.js";
import type { SessionRegistry } from "./sessions.js";
import type { EventSink, Subscriber } from "./subscriber.js";

/** Largest request, in bytes: three names, an address, and a list of services. */
const maxRequestBytes = 64 * 1024;
/** Most streams and calls at a time on one connection; a consumer has one stream and one call. */
const maxStreamsPerConnection = 100;
/** How long stop waits for clients to take leave before their connections are cut, in ms. */
const shutdownGraceMs = 250;

const tooSlow: Refusal = {
  code: status.RESOURCE_EXHAUSTED,
  details: "The stream does not take its messages while others wait for room; open a new one when they can be read.",
};

/** Stands between the service and its callers, so that tests can make it misbehave. */
export interface CallTap {
  /** Lets a unary call pass, later, or not at all. */
  unary(method: "register" | "refresh", proceed: (refusal: Refusal | undefined) => void): void;
  /** Refuses a stream that would otherwise be opened. */
  refuseStream(): Refusal | undefined;
  /** Wraps the way to a stream's receiver. */
  wrap(sink: EventSink): TappedSink;
}

export interface TappedSink {
  readonly sink: EventSink;
  attach(subscriber: Subscriber): void;
  detach(): void;
}

export interface AgentServerParams {
  readonly authorize: Authorizer;
  readonly credentials: AgentCredentials;
  readonly sessions: SessionRegistry;
  readonly registrations: Registrations;
  readonly broadcaster: Broadcaster;
  readonly services: RegisterServices;
  readonly recommendedRefreshIntervalSecs: number;
  readonly tap: CallTap;
  readonly log: AgentLog;
  readonly clock: Pick<Clock, "setTimer" | "monotonic">;
  readonly sessionIdleTimeoutMs: number;
}

export interface AgentServer {
  /** Resolves with the real port. Rejects with code `address_unavailable`, and nothing stays open. */
  start(address: HostPort): Promise<number>;
  /** Ends all open streams; without a code, or with 0, cleanly. */
  endStreams(grpcCode: number | undefined, details: string): void;
  /** Ends all streams and frees the port. */
  stop(): Promise<void>;
}

interface OpenStream {
  readonly sessionId: string;
  end(refusal: Refusal | undefined): void;
}

type UnaryMethod<Request, Response> = (request: Request) => Response | Refusal;

export function createAgentServer(params: AgentServerParams): AgentServer {
  const { authorize, credentials, sessions, broadcaster, tap, log } = params;
  const server = new Server({
    "grpc.max_receive_message_length": maxRequestBytes,
    "grpc.max_concurrent_streams": maxStreamsPerConnection,
    // A receiver whose process is stopped or gone is cut off, and what waits for it is given back.
    "grpc.keepalive_time_ms": 30_000,
    "grpc.keepalive_timeout_ms": 10_000,
    interceptors: [refuseEarly(authorize)],
    "grpc.max_send_message_length": maxMessageBytes,
  });
  const openStreams = new Set<OpenStream>();
  const outflow = createOutflow(params.clock);
  let keepAlive: Timer | undefined;

  /** A stream is activity of its session; without the session there is no stream. */
  const keepSessions = (): void => {
    keepAlive = params.clock.setTimer(params.sessionIdleTimeoutMs / 3, () => {
      for (const stream of [...openStreams]) if (!sessions.refresh(stream.sessionId)) stream.end(sessionGone);
      keepSessions();
    });
  };

  const unary =
    <Request, Response>(
      method: "register" | "refresh",
      answer: UnaryMethod<Request, Response>,
    ): handleUnaryCall<Request, Response> =>
    (call, callback) => {
      const denied = authorize(call.metadata);
      if (denied !== undefined) return callback(denied);
      return tap.unary(method, (refusal) => {
        const result = refusal ?? answer(call.request);
        if (isRefusal(result)) callback(result);
        else callback(null, result);
      });
    };

  const register = unary<ReadRegisterRequest, Registration>("register", (request) => {
    const { displayName, flavor, services, apiEndpointUri } = request;
    for (const [field, text] of [
      ["display_name", displayName],
      ["flavor", flavor],
    ]) {
      if (text === "") return { code: status.INVALID_ARGUMENT, details: `The field ${field} must not be empty.` };
    }
    const served = services.length > 0 ? `, and serves at ${JSON.stringify(apiEndpointUri)}` : "";
    log("info", `Remote agent ${JSON.stringify(displayName)} registered${served}.`);
    const sessionId = sessions.register();
    params.registrations.add(sessionId, request);
    return { sessionId, recommendedRefreshIntervalSecs: params.recommendedRefreshIntervalSecs };
  });

  const refresh = unary<RefreshRequest, object>("refresh", ({ sessionId }) => {
    if (sessions.refresh(sessionId)) return {};
    return { code: status.NOT_FOUND, details: "The session is unknown or has expired; register again." };
  });

  const stream: handleServerStreamingCall<StreamRequest, Buffer> = (call) => {
    const refusal = authorize(call.metadata) ?? checkSession(call.metadata, sessions) ?? tap.refuseStream();
    if (refusal !== undefined) {
      call.emit("error", refusal);
      return;
    }
    // As JSON, so that a line break in it cannot forge a log line.
    const name = JSON.stringify(call.request.name);
    log("info", `Remote agent ${name} opened a stream.`);
    serve(call, () => log("info", `The stream of remote agent ${name} is over.`));
  };

  /** Connects a call with a subscriber, until one of both ends. */
  const serve = (call: ServerWritableStream<StreamRequest, Buffer>, onOver: () => void): void => {
    let over = false;
    const lane = outflow.open({
      onReady: () => subscriber.pump(),
      end: () => end(tooSlow),
    });
    const raw: EventSink = {
      get ready() {
        return lane.ready;
      },
      takes: (bytes) => lane.takes(bytes),
      send: ({ bytes }) => void call.write(bytes, lane.wrote(bytes.length)),
    };
    const tapped = tap.wrap(raw);
    const subscriber = broadcaster.subscribe(tapped.sink);
    const detach = (): void => {
      if (over) return;
      over = true;
      lane.close();
      tapped.detach();
      broadcaster.unsubscribe(subscriber);
      openStreams.delete(stream);
      onOver();
    };
    const end = (refusal: Refusal | undefined): void => {
      if (over) return;
      detach();
      if (refusal === undefined) call.end();
      else call.emit("error", refusal);
    };
    const stream: OpenStream = { sessionId: sessionOf(call.metadata) ?? "", end };
    openStreams.add(stream);
    for (const event of ["cancelled", "error", "close", "finish"]) call.on(event, detach);
    // Headers at once: a stream that is open and quiet differs from one that is not answered.
    call.sendMetadata(new Metadata());
    tapped.attach(subscriber);
    subscriber.pump();
  };

  const endStreams = (grpcCode: number | undefined, details: string): void => {
    const refusal = grpcCode === undefined || grpcCode === status.OK ? undefined : { code: grpcCode, details };
    for (const stream of [...openStreams]) stream.end(refusal);
  };

  addServices(server, params.services, { RegisterRemoteAgent: register, RefreshRemoteAgent: refresh }, stream);

  return {
    endStreams,
    async start(address) {
      try {
        const port = await listen(server, address, serverCredentials(credentials));
        keepSessions();
        return port;
      } catch (error) {
        server.forceShutdown();
        throw error;
      }
    },
    async stop() {
      keepAlive?.cancel();
      endStreams(status.UNAVAILABLE, "The core agent is stopping.");
      await new Promise<void>((done) => {
        // Real time whatever clock the agent was given: this waits for sockets. Those that never said a word of HTTP/2 would
        // hold it up for as long as they like, even beyond a forced shutdown.
        const enough = setTimeout(done, shutdownGraceMs);
        server.tryShutdown(() => {
          clearTimeout(enough);
          done();
        });
      });
      server.forceShutdown();
    },
  };
}

function addServices(
  server: Server,
  services: RegisterServices,
  registry: UntypedServiceImplementation,
  stream: handleServerStreamingCall<StreamRequest, Buffer>,
): void {
  const registersHere = services !== "remote-agent";
  server.addService(
    { ...(registersHere ? registryMethods(agentSecureService) : {}), ...streamMethod() },
    { ...(registersHere ? registry : {}), StreamConfigEvents: stream },
  );
  if (services !== "agent-secure") server.addService(registryMethods(remoteAgentService), registry);
}

/** The certificate is its own authority: whoever holds it and its key is a client. */
function serverCredentials({ certificate, privateKey }: AgentCredentials): ServerCredentials {
  const cert = Buffer.from(certificate);
  return ServerCredentials.createSsl(cert, [{ cert_chain: cert, private_key: Buffer.from(privateKey) }], true);
}

/** Looks at the token before a message is read, so that nothing is buffered on behalf of somebody unknown. */
function refuseEarly(authorize: Authorizer): ServerInterceptor {
  return (_method, call) =>
    new ServerInterceptingCall(call, {
      start: (next) =>
        next(
          new ServerListenerBuilder()
            .withOnReceiveMetadata((metadata, pass) => {
              const denied = authorize(metadata);
              if (denied === undefined) pass(metadata);
              else call.sendStatus(denied);
            })
            .build(),
        ),
    });
}

function isRefusal(result: unknown): result is Refusal {
  return typeof result === "object" && result !== null && "details" in result && "code" in result;
}
