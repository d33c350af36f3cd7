/** The credentials of a channel: TLS that trusts the core agent's certificate alone, or none; its sockets are watched. */
import { ChannelCredentials } from "@grpc/grpc-js";
import { ConfigStreamError } from "../../shared/errors.js";
import type { EngineParams } from "../../shared/params.js";
import type { Credentials } from "../ports.js";
import type { SocketWatch } from "./socket-watch.js";
import { pinnedTrust } from "./tls-trust.js";

/** Makes the credentials for a channel to `host`. Throws `credentials` when TLS is wanted and none were read. */
export function watchedCredentials(
  params: Pick<EngineParams, "tls" | "ipcCertFile">,
  credentials: Credentials | undefined,
  host: string,
  watch: SocketWatch,
): ChannelCredentials {
  return new WatchedCredentials(channelCredentials(params, credentials, host), watch);
}

function channelCredentials(
  params: Pick<EngineParams, "tls" | "ipcCertFile">,
  credentials: Credentials | undefined,
  host: string,
) {
  if (!params.tls) return ChannelCredentials.createInsecure();
  if (credentials === undefined) {
    throw new ConfigStreamError("credentials", "TLS needs the certificate and key; none were read.");
  }
  const trust = pinnedTrust(credentials, host, params.ipcCertFile);
  return ChannelCredentials.createFromSecureContext(trust.secureContext, trust.verifyOptions);
}

type ConnectorArguments = Parameters<ChannelCredentials["_createSecureConnector"]>;
type SecureConnector = ReturnType<ChannelCredentials["_createSecureConnector"]>;

/** Passes everything on to other credentials, and shows the sockets to a {@link SocketWatch}. */
class WatchedCredentials extends ChannelCredentials {
  readonly #inner: ChannelCredentials;
  readonly #watch: SocketWatch;

  constructor(inner: ChannelCredentials, watch: SocketWatch) {
    super();
    this.#inner = inner;
    this.#watch = watch;
  }

  override _isSecure(): boolean {
    return this.#inner._isSecure();
  }

  override _equals(other: ChannelCredentials): boolean {
    return this === other;
  }

  override _createSecureConnector(...args: ConnectorArguments): SecureConnector {
    const connector = this.#inner._createSecureConnector(...args);
    const watch = this.#watch;
    return {
      waitForReady: () => connector.waitForReady(),
      getCallCredentials: () => connector.getCallCredentials(),
      destroy: () => connector.destroy(),
      async connect(socket) {
        watch.add(socket);
        try {
          const result = await connector.connect(socket);
          watch.secured = true;
          if (result.socket !== socket) watch.add(result.socket);
          result.socket.on("error", (error) => watch.failed(error));
          return result;
        } catch (thrown) {
          watch.failed(thrown);
          throw thrown;
        }
      },
    };
  }
}
