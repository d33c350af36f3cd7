/** Calls to what a remote agent serves: with this core agent's certificate and token, and only to one that shows that certificate. */
import {
  ChannelCredentials,
  Client,
  type ClientReadableStream,
  type ClientUnaryCall,
  Metadata,
  type MethodDefinition,
  type ServiceError,
  status,
} from "@grpc/grpc-js";
import { ConfigStreamError } from "configstream-consumer/internal";
import { grpcCodeName, pinnedTrust, serverNameOverride } from "configstream-consumer/internal/link";
import { loadContract } from "../contract.js";
import type { AgentCredentials } from "../credentials/credentials.js";
import type { Registration } from "./registrations.js";

/** Largest answer that is taken, in bytes. */
const maxAnswerBytes = 32 * 1024 * 1024;

export interface ProviderCall {
  readonly client: Registration;
  readonly credentials: AgentCredentials;
  readonly service: string;
  readonly method: string;
  readonly request: object;
  readonly timeoutMs: number;
}

/** One answer, or all of a stream's. Rejects with a `ConfigStreamError` that names the remote agent. */
export async function callProvider(params: ProviderCall): Promise<readonly unknown[]> {
  const { client, credentials, service, method, request, timeoutMs } = params;
  if (!client.services.includes(service)) throw failure(client, `does not serve ${service}`);
  const channel = connect(client, credentials);
  const metadata = new Metadata();
  metadata.set("authorization", `Bearer ${credentials.token}`);
  const definition = methodOf(service, method);
  const { path, requestSerialize, responseDeserialize, responseStream } = definition;
  const options = { deadline: Date.now() + timeoutMs };
  try {
    return await new Promise<readonly unknown[]>((resolve, reject) => {
      const answers: unknown[] = [];
      const fail = (error: ServiceError) => reject(failure(client, whatFailed(error)));
      const finish = () => resolve(answers);
      if (responseStream) {
        const call = channel.makeServerStreamRequest(
          path,
          requestSerialize,
          responseDeserialize,
          request,
          metadata,
          options,
        );
        checkSession(call, client, reject);
        call
          .on("data", (answer) => answers.push(answer))
          .on("error", fail)
          .on("end", finish);
        return;
      }
      const call = channel.makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        request,
        metadata,
        options,
        (error, answer) => {
          if (error !== null) return fail(error);
          answers.push(answer);
          finish();
        },
      );
      checkSession(call, client, reject);
    });
  } finally {
    channel.close();
  }
}

/** An answer without the session comes from another process than the one that registered. */
function checkSession(
  call: ClientUnaryCall | ClientReadableStream<unknown>,
  client: Registration,
  reject: (error: Error) => void,
): void {
  call.on("metadata", (metadata: Metadata) => {
    if (metadata.get("session_id")[0]?.toString() === client.sessionId) return;
    reject(failure(client, "answers without its session; another process may have its address"));
    call.cancel();
  });
}

function connect(client: Registration, credentials: AgentCredentials): Client {
  const { target, host } = dialled(client);
  const { secureContext, verifyOptions } = pinnedTrust(credentials, host, "ipc_cert.pem");
  const serverName = serverNameOverride(host);
  return new Client(target, ChannelCredentials.createFromSecureContext(secureContext, verifyOptions), {
    "grpc.max_receive_message_length": maxAnswerBytes,
    "grpc.use_local_subchannel_pool": 1,
    "grpc.enable_retries": 0,
    "grpc.enable_http_proxy": 0,
    "grpc.service_config_disable_resolution": 1,
    ...(serverName === undefined ? {} : { "grpc.ssl_target_name_override": serverName }),
  });
}

function dialled(client: Registration): { readonly target: string; readonly host: string } {
  const { uri } = client;
  if (uri.startsWith("unix:///")) return { target: `unix:${uri.slice("unix://".length)}`, host: "localhost" };
  const match = /^https:\/\/((?:\[[0-9a-fA-F:.]+\]|[^\s:/?#@[\]]+):\d{1,5})\/?$/.exec(uri);
  const address = match?.[1];
  if (address === undefined) throw failure(client, "registered an address that cannot be dialled");
  return { target: `dns:${address}`, host: address.replace(/:\d*$/, "").replace(/^\[|\]$/g, "") };
}

type Contract = { readonly [service: string]: { readonly [method: string]: MethodDefinition<object, unknown> } };
let contract: Contract | undefined;

function methodOf(service: string, method: string): MethodDefinition<object, unknown> {
  // Built once: building it takes longer than a call.
  contract ??= loadContract() as unknown as Contract;
  const found = contract[service]?.[method];
  if (found === undefined) throw new ConfigStreamError("internal", `The contract has no ${service}/${method}.`);
  return found;
}

/** What the remote agent wrote is repeated only where it refused, because in other cases its text may quote anything. */
function whatFailed({ code, details }: ServiceError): string {
  if (code === status.RESOURCE_EXHAUSTED) return `refused (${grpcCodeName(code)}): ${details.replace(/\.$/, "")}`;
  return `did not answer (${grpcCodeName(code)})`;
}

function failure({ name, pid }: Registration, what: string): ConfigStreamError {
  return new ConfigStreamError("unavailable", `The remote agent ${JSON.stringify(name)} (process ${pid}) ${what}.`, {
    details: { reason: what },
  });
}
