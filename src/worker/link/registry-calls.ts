/** Calls of the Remote Agent Registry, at whichever of its two services the core agent has. */
import type { Client, ServiceError } from "@grpc/grpc-js";
import { agentSecureService, remoteAgentService } from "../../wire/service-names.js";
import type { CallOptions } from "../ports.js";
import { callMetadata } from "./call-metadata.js";
import { grpcCode } from "./grpc-codes.js";
import type { CallName, GrpcCallError } from "./grpc-failure.js";
import { type Method, methodPath } from "./methods.js";

/** Which service answered a registration last; tried first the next time. Connections of one transport share it. */
export interface KnownRegistry {
  registry: string;
}

/** What the calls of one connection share. */
export interface RegistryParts {
  readonly client: Client;
  readonly token: string | undefined;
  readonly known: KnownRegistry;
  /** Calls under way, so that the connection can cancel them. */
  readonly open: Set<{ cancel(): void }>;
  readonly explain: (
    call: CallName,
    error: ServiceError,
    timeoutMs: number,
    secrets: readonly string[],
  ) => GrpcCallError;
}

/** Calls the registry at the service that answered last, or the other one where that is not implemented. */
export async function callRegistry<Request, Response>(
  parts: RegistryParts,
  method: Method<Request, Response>,
  request: Request,
  { deadlineMs }: CallOptions,
  secrets: readonly string[],
): Promise<Response> {
  const { known, explain } = parts;
  const { name } = method;
  const deadline = Date.now() + deadlineMs;
  const first = known.registry;
  const second = first === remoteAgentService ? agentSecureService : remoteAgentService;
  const call = (service: string) => unary(parts, service, method, request, deadline);
  try {
    return await call(first);
  } catch (thrown) {
    const error = thrown as ServiceError;
    if (error.code !== grpcCode.unimplemented) throw explain(name, error, deadlineMs, secrets);
  }
  try {
    const response = await call(second);
    known.registry = second;
    return response;
  } catch (thrown) {
    throw explain(name, thrown as ServiceError, deadlineMs, secrets);
  }
}

/** One call at one service. Rejects with grpc-js's error. */
export function unary<Request, Response>(
  { client, token, open }: RegistryParts,
  service: string,
  { name, requestSerialize, responseDeserialize }: Method<Request, Response>,
  request: Request,
  deadline: number,
): Promise<Response> {
  const metadata = callMetadata(token);
  return new Promise((resolve, reject) => {
    const call = client.makeUnaryRequest(
      methodPath(service, name),
      requestSerialize,
      responseDeserialize,
      request,
      metadata,
      { deadline },
      (error, response) => {
        open.delete(call);
        if (error !== null) reject(error);
        else resolve(response as Response);
      },
    );
    open.add(call);
  });
}
