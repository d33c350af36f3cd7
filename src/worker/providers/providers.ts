/**
 * What this remote agent serves to its core agent: status, metrics, flare files and commands, over TLS with the certificate and
 * the token that also open the stream. Loaded only where the option `serve` asks for it.
 */
import { Server, ServerCredentials } from "@grpc/grpc-js";
import { ConfigStreamError } from "../../shared/errors.js";
import type { ServeParams } from "../../shared/params.js";
import { providerService } from "../../wire/service-names.js";
import type { Credentials, Endpoint, EngineLog, Providers } from "../ports.js";
import { Gate } from "./gate.js";
import { Listener } from "./listener.js";
import { addServices } from "./services.js";
import type { ProviderSources } from "./sources.js";

/** Largest request, in bytes; they name a command and a key, or settings that are tried. */
const maxRequestBytes = 64 * 1024;
/** Calls at a time on one connection. */
const maxConcurrentCalls = 4;

export function createProviders(params: ServeParams, sources: ProviderSources, log: EngineLog): Providers {
  const gate = new Gate(sources.clock, params.maxCallsPerSecond);
  let session = "";
  let isLastFailureLogged = false;
  const server = new Server({
    "grpc.max_receive_message_length": maxRequestBytes,
    "grpc.max_send_message_length": -1,
    "grpc.max_concurrent_streams": maxConcurrentCalls,
    "grpc.enable_channelz": 0,
  });
  addServices(server, { sources, gate, sessionId: () => session, maxAnswerBytes: params.maxAnswerBytes });
  // The connections have gone through TLS already.
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
  const listener = new Listener(params.address, (socket) => injector.injectConnection(socket));

  const open = async (credentials: Credentials): Promise<Endpoint | undefined> => {
    gate.expect(credentials.token);
    try {
      const uri = await listener.open(credentials);
      isLastFailureLogged = false;
      return { uri, services: Object.values(providerService) };
    } catch (thrown) {
      // Settings matter more: the consumer goes on as one that serves nothing, and tries again at the next attempt to connect.
      if (!isLastFailureLogged) log("warn", notServed(params.address, thrown));
      isLastFailureLogged = true;
      return undefined;
    }
  };
  return {
    open,
    answerAs(sessionId) {
      session = sessionId;
    },
    async close() {
      await listener.close();
      injector.destroy();
      server.forceShutdown();
    },
  };
}

function notServed(address: ServeParams["address"], thrown: unknown): string {
  const where = address.kind === "unix" ? address.path : `${address.host}:${address.port}`;
  const { code } = thrown as NodeJS.ErrnoException;
  const why = code === undefined ? ConfigStreamError.from(thrown).message : `(${code})`;
  return `The option "serve" has no effect for now: ${where} cannot be listened on ${why}. Give another address, or free it.`;
}
