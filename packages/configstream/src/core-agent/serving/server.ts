/** The core agent's gRPC surface: TLS with client certificates, both register services, the configuration stream. */
import {
  type handleServerStreamingCall,
  Server,
  ServerCredentials,
  status,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import {
  agentSecureService,
  type HostPort,
  remoteAgentService,
  type StreamRequest,
} from "configstream-consumer/internal";
import type { AgentCredentials } from "../credentials/credentials.js";
import type { RegisterServices } from "../options.js";
import { maxMessageBytes } from "./broadcaster.js";
import { listen } from "./listen.js";
import { registryMethods, streamMethod } from "./methods.js";
import { OpenSockets } from "./open-sockets.js";
import { refuseEarly } from "./refuse-early.js";
import { createRegistryService, type RegistryParts } from "./registry-service.js";
import { type ReportServiceParts, reportServices } from "./report-service.js";
import { createStreams, type StreamsParts } from "./streams.js";

/** Largest request, in bytes: three names, an address, and a list of services. */
const maxRequestBytes = 64 * 1024;
/** Most streams and calls at a time on one connection; a consumer has one stream and one call. */
const maxStreamsPerConnection = 100;
/** How long stop waits for clients to take leave before their connections are cut, in ms. */
const shutdownGraceMs = 250;

export interface AgentServerParams extends RegistryParts, ReportServiceParts, StreamsParts {
  readonly credentials: AgentCredentials;
  readonly services: RegisterServices;
}

export interface AgentServer {
  /** Resolves with the real port. Rejects with code `address_unavailable`, and nothing stays open. */
  start(address: HostPort): Promise<number>;
  /** Ends all open streams; without a code, or with 0, cleanly. */
  endStreams(grpcCode: number | undefined, details: string): void;
  /** Ends all streams and frees the port. */
  stop(): Promise<void>;
}

export function createAgentServer(params: AgentServerParams): AgentServer {
  const server = new Server({
    "grpc.max_receive_message_length": maxRequestBytes,
    "grpc.max_concurrent_streams": maxStreamsPerConnection,
    // Nobody asks this server for statistics of each of its connections and calls, and keeping them is work for each message.
    "grpc.enable_channelz": 0,
    // A receiver whose process is stopped or gone is cut off, and what waits for it is given back.
    "grpc.keepalive_time_ms": 30_000,
    "grpc.keepalive_timeout_ms": 10_000,
    interceptors: [refuseEarly(params.authorize)],
    "grpc.max_send_message_length": maxMessageBytes,
  });
  const streams = createStreams(params);
  let sockets: OpenSockets | undefined;
  for (const { definition, implementation } of reportServices(params, params.services)) {
    server.addService(definition, implementation);
  }
  addServices(server, params.services, createRegistryService(params), streams.handler);

  return {
    endStreams: (grpcCode, details) => streams.end(grpcCode, details),
    async start(address) {
      const opened = new OpenSockets();
      sockets = opened;
      try {
        const place = await listen(server, address, serverCredentials(params.credentials));
        opened.keepOnly(place);
        streams.start();
        return place.port;
      } catch (error) {
        opened.forget();
        server.forceShutdown();
        throw error;
      }
    },
    async stop() {
      streams.stop();
      streams.end(status.UNAVAILABLE, "The core agent is stopping.");
      await new Promise<void>((done) => {
        // Real time whatever clock the agent was given: this waits for sockets. Those that never said a word of HTTP/2 would
        // hold it up for as long as they like.
        const enough = setTimeout(done, shutdownGraceMs);
        server.tryShutdown(() => {
          clearTimeout(enough);
          done();
        });
      });
      server.forceShutdown();
      // It ends neither those nor, without channelz, sessions whose client does not answer.
      sockets?.destroy();
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

/** The certificate is its own authority: a process that holds it and its key is a client. */
function serverCredentials({ certificate, privateKey }: AgentCredentials): ServerCredentials {
  const cert = Buffer.from(certificate);
  return ServerCredentials.createSsl(cert, [{ cert_chain: cert, private_key: Buffer.from(privateKey) }], true);
}
