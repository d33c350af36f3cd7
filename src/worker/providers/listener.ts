/**
 * The TLS listener behind the providers: on a loopback address or a Unix socket, for clients that show the pinned certificate or
 * one that it has signed.
 *
 * TLS ends here and not in grpc-js, so that new credentials take the place of old ones without another port, the time that
 * a handshake may take is bounded, and a taken address is an error and not a line on standard error.
 */
import { X509Certificate } from "node:crypto";
import type { AddressInfo, Socket } from "node:net";
import { createServer, type Server, type TLSSocket, type TlsOptions } from "node:tls";
import { listenAt } from "../../shared/disk/own-socket.js";
import type { ServeParams } from "../../shared/params.js";
import type { Credentials } from "../ports.js";

type Address = ServeParams["address"];

/** Connections at a time; the core agent needs one. */
const maxConnections = 8;
/** How long a handshake may take, in ms. */
const handshakeTimeoutMs = 5_000;

export class Listener {
  readonly #address: Address;
  readonly #onConnection: (socket: TLSSocket) => void;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  /** The last {@link open}, which may be under way. Never rejects. */
  #opening: Promise<unknown> = Promise.resolve();
  #certificate = "";

  constructor(address: Address, onConnection: (socket: TLSSocket) => void) {
    this.#address = address;
    this.#onConnection = onConnection;
  }

  /**
   * Listens, or goes on with other credentials, and gives the address as the core agent dials it. Rejects with the system's
   * error, and may then be called again.
   */
  open(credentials: Credentials): Promise<string> {
    const opening = this.#open(credentials);
    this.#opening = opening.catch(() => {});
    return opening;
  }

  async #open(credentials: Credentials): Promise<string> {
    const { certificate } = credentials;
    const server = this.#server ?? (await this.#listen(credentials));
    if (this.#server !== undefined && this.#certificate !== certificate) {
      server.setSecureContext(secureOptions(credentials));
      this.#dropConnections();
    }
    this.#server = server;
    this.#certificate = certificate;
    if (this.#address.kind === "unix") return `unix://${this.#address.path}`;
    const { address, port } = server.address() as AddressInfo;
    return `https://${dialled(address, certificate)}:${port}`;
  }

  /** Ends all connections and frees the address. Idempotent. */
  async close(): Promise<void> {
    // It would listen on, with nobody left to close it.
    await this.#opening;
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    const closed = new Promise<void>((done) => server.close(() => done()));
    this.#dropConnections();
    await closed;
  }

  async #listen(credentials: Credentials): Promise<Server> {
    const server = createServer({
      ...secureOptions(credentials),
      requestCert: true,
      rejectUnauthorized: true,
      ALPNProtocols: ["h2"],
      handshakeTimeout: handshakeTimeoutMs,
    });
    server.maxConnections = maxConnections;
    server.on("connection", (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
    });
    // A client without the right certificate; node:tls has closed its connection.
    server.on("tlsClientError", () => {});
    server.on("secureConnection", (socket) => {
      socket.on("error", () => {});
      this.#onConnection(socket);
    });
    if (this.#address.kind === "unix") await listenAt(server, this.#address.path);
    else await listen(server, this.#address.host, this.#address.port);
    return server;
  }

  #dropConnections(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}

/** Go checks the name that it dials, and the certificate may hold `localhost` alone. */
function dialled(address: string, certificate: string): string {
  const isNamed = new X509Certificate(certificate).checkIP(address) !== undefined;
  if (!isNamed) return "localhost";
  return address.includes(":") ? `[${address}]` : address;
}

function secureOptions({ certificate, privateKey }: Credentials): TlsOptions {
  return { ca: certificate, cert: certificate, key: privateKey, minVersion: "TLSv1.2" };
}

async function listen(server: Server, host: string, port: number): Promise<void> {
  await new Promise<void>((done, fail) => {
    server.once("error", fail);
    server.listen(port, host, () => {
      server.off("error", fail);
      server.on("error", () => {});
      done();
    });
  });
}
