/** A bare grpc-js server with the contract's services, for tests of the transport alone. */
import {
  type Metadata,
  Server,
  ServerCredentials,
  type ServerWritableStream,
  status,
  type UntypedHandleCall,
} from "@grpc/grpc-js";
import type { ServiceDefinition } from "@grpc/proto-loader";
import {
  type ConfigStreamRequest,
  loadContract,
  type ProtoConfigEvent,
} from "../../../packages/configstream/src/core-agent/contract.js";
import { agentSecureService, remoteAgentService } from "../../../src/wire/service-names.js";
import type { TestCertificate } from "./certificates.js";

export type StreamOfAgent = ServerWritableStream<ConfigStreamRequest, ProtoConfigEvent>;

export interface RawAgentOptions {
  /** Undefined: without TLS. */
  readonly certificate?: TestCertificate;
  /** The authority of the client certificates that are accepted; the core agent's own when absent. */
  readonly clientAuthority?: TestCertificate;
  readonly token?: string;
  readonly services?: readonly string[];
  /** Of those, the services that answer each call as one that they do not have. */
  readonly unimplemented?: readonly string[];
  readonly onStream?: (stream: StreamOfAgent) => void;
  /** Status text of an answer to a refresh with another session id than `session`. */
  readonly refreshRefusal?: string;
  /** What every call is answered with, instead of the contract's message. */
  readonly answer?: Buffer;
  readonly port?: number;
}

export interface RawAgent {
  readonly address: string;
  readonly port: number;
  /** Full method names, in the order of their calls. */
  readonly calls: string[];
  readonly metadata: Metadata[];
  readonly requests: unknown[];
  close(): void;
}

const contract = loadContract();

export async function startRawAgent(options: RawAgentOptions = {}): Promise<RawAgent> {
  const server = new Server({ "grpc.max_send_message_length": -1 });
  const calls: string[] = [];
  const metadata: Metadata[] = [];
  const requests: unknown[] = [];

  const refusal = (call: { metadata: Metadata; request: unknown }, name: string) => {
    calls.push(name);
    metadata.push(call.metadata);
    requests.push(call.request);
    if (options.unimplemented?.includes(name.split("/")[0] as string)) return { code: status.UNIMPLEMENTED };
    const expected = `Bearer ${options.token ?? "token"}`;
    return call.metadata.get("authorization")[0] === expected
      ? undefined
      : { code: status.UNAUTHENTICATED, details: `bad token ${String(call.metadata.get("authorization")[0])}` };
  };

  for (const name of options.services ?? [remoteAgentService, agentSecureService]) {
    const implementation: Record<string, UntypedHandleCall> = {
      RegisterRemoteAgent: ((call: never, callback: (error: unknown, response?: unknown) => void) => {
        const refused = refusal(call, `${name}/RegisterRemoteAgent`);
        callback(refused ?? null, { session_id: "session", recommended_refresh_interval_secs: 7 });
      }) as UntypedHandleCall,
      RefreshRemoteAgent: ((call: never, callback: (error: unknown, response?: unknown) => void) => {
        const refused = refusal(call, `${name}/RefreshRemoteAgent`);
        const { session_id } = (call as { request: { session_id: string } }).request;
        const unknown = { code: status.NOT_FOUND, details: options.refreshRefusal ?? "unknown" };
        callback(refused ?? (session_id === "session" ? null : unknown), {});
      }) as UntypedHandleCall,
      StreamConfigEvents: ((stream: StreamOfAgent) => {
        const refused = refusal(stream, `${name}/StreamConfigEvents`);
        if (refused !== undefined) stream.emit("error", refused);
        else options.onStream?.(stream);
      }) as UntypedHandleCall,
    };
    server.addService(answering(contract[name] as ServiceDefinition, options.answer), implementation);
  }

  const { certificate } = options;
  const credentials =
    certificate === undefined
      ? ServerCredentials.createInsecure()
      : ServerCredentials.createSsl(
          Buffer.from((options.clientAuthority ?? certificate).certificate),
          [{ cert_chain: Buffer.from(certificate.certificate), private_key: Buffer.from(certificate.privateKey) }],
          true,
        );
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${options.port ?? 0}`, credentials, (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
  return { address: `127.0.0.1:${port}`, port, calls, metadata, requests, close: () => server.forceShutdown() };
}

/** The service, with an answer of the test's own where there is one. */
function answering(service: ServiceDefinition, answer: Buffer | undefined): ServiceDefinition {
  if (answer === undefined) return service;
  const methods = Object.entries(service).map(([name, method]) => [
    name,
    { ...method, responseSerialize: () => answer },
  ]);
  return Object.fromEntries(methods);
}
