/**
 * The calls that a core agent answers, with codecs of the library's own: proto-loader's make code from text, which a process may forbid.
 */
import type { ServiceDefinition } from "@grpc/grpc-js";
import {
  agentSecureService,
  type ReadRegisterRequest,
  type RefreshRequest,
  type Registration,
  readRefreshRequest,
  readRegisterRequest,
  readStreamRequest,
  type remoteAgentService,
  type StreamRequest,
  writeRegistration,
} from "configstream-consumer/internal";

interface Codec<Request, Response> {
  readonly read: (bytes: Buffer) => Request;
  readonly write: (response: Response) => Buffer;
}

const empty = Buffer.alloc(0);
const register: Codec<ReadRegisterRequest, Registration> = { read: readRegisterRequest, write: writeRegistration };
const refresh: Codec<RefreshRequest, object> = { read: readRefreshRequest, write: () => empty };
// Events are encoded once for all subscribers, so the service passes bytes on.
const stream: Codec<StreamRequest, Buffer> = { read: readStreamRequest, write: (bytes) => bytes };

/** Registration, in one of its two services. */
export function registryMethods(service: typeof agentSecureService | typeof remoteAgentService): ServiceDefinition {
  return {
    RegisterRemoteAgent: method(service, "RegisterRemoteAgent", register),
    RefreshRemoteAgent: method(service, "RefreshRemoteAgent", refresh),
  };
}

/** The stream of events. */
export function streamMethod(): ServiceDefinition {
  return { StreamConfigEvents: method(agentSecureService, "StreamConfigEvents", stream, true) };
}

/** One method, as a server takes it. */
export function method<Request, Response>(
  service: string,
  name: string,
  { read, write }: Codec<Request, Response>,
  responseStream = false,
) {
  return {
    path: `/${service}/${name}`,
    requestStream: false,
    responseStream,
    requestDeserialize: read,
    responseSerialize: write,
    // The other direction is not for a server.
    requestSerialize: () => empty,
    responseDeserialize: (bytes: Buffer) => bytes,
  };
}
