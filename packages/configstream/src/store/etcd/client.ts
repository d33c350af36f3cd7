/** One member of an etcd cluster over gRPC. */
import { isIP } from "node:net";
import { checkServerIdentity as checkIdentity, type PeerCertificate } from "node:tls";
import {
  Channel,
  type ChannelCredentials,
  type ClientDuplexStream,
  credentials,
  loadPackageDefinition,
  Metadata,
  type ServiceError,
} from "@grpc/grpc-js";
import { type Connect, type Connection, StoreError } from "./connection.js";
import { loadEtcdContract } from "./contract.js";
import { storeError } from "./failures.js";
import type { RangeResponse, TxnResponse, WatchResponse } from "./messages.js";

/** How long one call may take, in ms. */
const callTimeoutMs = 5_000;
/** Largest answer that is taken, in bytes: forty of the largest requests that a member takes by default. */
const maxMessageBytes = 64 * 1024 * 1024;

export interface Login {
  readonly user: string;
  readonly password: string;
}

export interface ClientParams {
  /** Read at each new connection, so that renewed certificates and passwords are used. */
  readonly tls: (endpoint: string) => {
    readonly credentials: ChannelCredentials;
    readonly serverName: string | undefined;
  };
  readonly login: () => Login | undefined;
}

type Unary = (
  request: object,
  metadata: Metadata,
  options: { deadline: Date },
  done: (error: ServiceError | null, response?: unknown) => void,
) => { cancel(): void };

interface Stub {
  readonly [method: string]: Unary;
}

type StubConstructor = new (
  endpoint: string,
  channel: ChannelCredentials,
  options: { channelOverride: Channel },
) => Stub;

interface EtcdServices {
  readonly etcdserverpb: { readonly [name in "KV" | "Watch" | "Auth"]: StubConstructor };
}

/** Credentials of a channel without TLS. */
export const plaintext = (): ChannelCredentials => credentials.createInsecure();

/**
 * Credentials of a channel with TLS; `ca` left out: the system's authorities.
 *
 * @param host What the member's certificate must be of.
 */
export function tlsCredentials(host: string, ca?: Buffer, key?: Buffer, certificate?: Buffer): ChannelCredentials {
  const checkServerIdentity = (_sent: string, shown: PeerCertificate) => checkIdentity(host, shown);
  return credentials.createSsl(ca ?? null, key ?? null, certificate ?? null, { checkServerIdentity });
}

/** The name to send in place of an IP address, which is not allowed in the TLS handshake. */
export function sentName(host: string): string | undefined {
  return isIP(host) === 0 ? host : "etcd.invalid";
}

export function createConnect(params: ClientParams): Connect {
  let services: EtcdServices | undefined;
  return async (endpoint, signal) => {
    services ??= loadPackageDefinition(loadEtcdContract()) as unknown as EtcdServices;
    const { KV, Watch, Auth } = services.etcdserverpb;
    const { credentials: channelCredentials, serverName } = params.tls(endpoint);
    const options = {
      // A member whose process is stopped, or that a network has swallowed, is noticed within ten seconds; etcd takes no more
      // than one ping in five.
      "grpc.keepalive_time_ms": 6_000,
      "grpc.keepalive_timeout_ms": 4_000,
      "grpc.max_receive_message_length": maxMessageBytes,
      // Proxies of the environment are for other things.
      "grpc.enable_http_proxy": 0,
      // The back-off is the follower's.
      "grpc.enable_retries": 0,
      "grpc.initial_reconnect_backoff_ms": 1_000,
      "grpc.use_local_subchannel_pool": 1,
      ...(serverName === undefined
        ? {}
        : { "grpc.ssl_target_name_override": serverName, "grpc.default_authority": serverName }),
    };
    const channel = new Channel(endpoint, channelCredentials, options);
    const [kv, watcher, auth] = [KV, Watch, Auth].map(
      (Service) => new Service(endpoint, channelCredentials, { channelOverride: channel }),
    ) as [Stub, Stub, Stub];
    const metadata = new Metadata();
    // A member that has lost its leader then ends the watch, instead of being silent.
    metadata.set("hasleader", "true");
    const call = <T>(stub: Stub, method: string, request: object): Promise<T> =>
      new Promise((resolve, reject) => {
        const deadline = new Date(Date.now() + callTimeoutMs);
        const running = stub[method]?.(request, metadata, { deadline }, (error, response) => {
          signal?.removeEventListener("abort", cancel);
          if (error === null) resolve(response as T);
          else reject(storeError(endpoint, error));
        });
        const cancel = (): void => running?.cancel();
        signal?.addEventListener("abort", cancel);
        if (signal?.aborted) cancel();
      });
    const login = params.login();
    if (login !== undefined) {
      try {
        const { token = "" } = await call<{ token?: string }>(auth, "Authenticate", {
          name: login.user,
          password: login.password,
        });
        metadata.set("token", token);
      } catch (error) {
        channel.close();
        throw error;
      }
    }
    const connection: Connection = {
      endpoint,
      range: (request) => call<RangeResponse>(kv, "Range", request),
      txn: (request) => call<TxnResponse>(kv, "Txn", request),
      watch(create, { onResponse, onEnd }) {
        const open = watcher.Watch as unknown as (metadata: Metadata) => ClientDuplexStream<object, WatchResponse>;
        const stream = open.call(watcher, metadata);
        let over = false;
        const end = (error: StoreError): void => {
          if (over) return;
          over = true;
          stream.cancel();
          onEnd(error);
        };
        stream.on("data", (response: WatchResponse) => {
          if (!over) onResponse(response);
        });
        stream.on("error", (error: ServiceError) => end(storeError(endpoint, error)));
        stream.on("end", () => end(new StoreError("unavailable", `The store at ${endpoint} ended the watch.`)));
        stream.write({ create_request: { ...create, progress_notify: true, fragment: true } });
        return {
          cancel() {
            over = true;
            stream.cancel();
          },
        };
      },
      close: () => channel.close(),
    };
    return connection;
  };
}
