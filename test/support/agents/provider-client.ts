/** Calls a consumer's providers, as a core agent that follows only the rules of the test. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { checkServerIdentity, createSecureContext } from "node:tls";
import { ChannelCredentials, Client, Metadata, type MethodDefinition, type ServiceError } from "@grpc/grpc-js";
import { loadContract } from "../../../packages/configstream/src/core-agent/contract.js";
import { saw } from "../secret-net/net.js";

const contract = loadContract() as unknown as {
  readonly [service: string]: { readonly [method: string]: MethodDefinition<object, unknown> };
};

export interface Caller {
  /** Default: that of the folder; `undefined`: none is shown. */
  readonly token?: string | undefined;
  /** Folder of the certificate that is shown. */
  readonly certificate?: string;
}

export interface Answer {
  readonly answers: readonly unknown[];
  readonly error: ServiceError | undefined;
  /** `session_id` of the answer's metadata. */
  readonly session: string | undefined;
}

/** One call; never rejects. Answers are shown to the secret net. */
export async function callProvider(
  folder: string,
  uri: string,
  [service, method]: readonly [service: string, method: string],
  request: object = {},
  caller: Caller = {},
): Promise<Answer> {
  const ca = await readFile(join(folder, "ipc_cert.pem"), "utf8");
  const own = await readFile(join(caller.certificate ?? folder, "ipc_cert.pem"), "utf8");
  const token = "token" in caller ? caller.token : (await readFile(join(folder, "auth_token"), "utf8")).trim();
  const context = createSecureContext({ ca, cert: own, key: own });
  const target = uri.startsWith("unix://") ? `unix:${uri.slice(7)}` : `dns:${uri.slice("https://".length)}`;
  const channel = new Client(
    target,
    ChannelCredentials.createFromSecureContext(context, {
      checkServerIdentity: (_host, peer) => checkServerIdentity("localhost", peer),
    }),
    { "grpc.ssl_target_name_override": "localhost", "grpc.use_local_subchannel_pool": 1, "grpc.enable_retries": 0 },
  );
  const metadata = new Metadata();
  if (token !== undefined) metadata.set("authorization", `Bearer ${token}`);
  const definition = contract[service]?.[method];
  if (definition === undefined) throw new Error(`no ${service}/${method}`);
  const { path, requestSerialize, responseDeserialize, responseStream } = definition;
  const options = { deadline: Date.now() + 20_000 };
  const answer = await new Promise<Answer>((resolve) => {
    const answers: unknown[] = [];
    let session: string | undefined;
    const onMetadata = (sent: Metadata) => {
      session = sent.get("session_id")[0]?.toString();
    };
    const end = (error?: ServiceError | null) => resolve({ answers, error: error ?? undefined, session });
    if (responseStream) {
      channel
        .makeServerStreamRequest(path, requestSerialize, responseDeserialize, request, metadata, options)
        .on("metadata", onMetadata)
        .on("data", (message) => answers.push(message))
        .on("error", end)
        .on("end", end);
      return;
    }
    channel
      .makeUnaryRequest(path, requestSerialize, responseDeserialize, request, metadata, options, (error, message) => {
        if (message !== undefined) answers.push(message);
        end(error);
      })
      .on("metadata", onMetadata);
  });
  channel.close();
  saw(
    "provider",
    JSON.stringify([answer.answers, answer.error?.details], (_key, value) => asText(value)),
  );
  return answer;
}

/** Bytes as the text that they are. */
function asText(value: unknown): unknown {
  if (Buffer.isBuffer(value)) return value.toString();
  const { type, data } = (value ?? {}) as { type?: unknown; data?: number[] };
  return type === "Buffer" && data !== undefined ? Buffer.from(data).toString() : value;
}
