/**
 * The sockets that a server has accepted, whatever has been said on them. grpc-js hands out none, and knows of those only that speak HTTP/2,
 * while any other keeps the process alive until its client closes it.
 */
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Socket } from "node:net";
import type { Listening } from "./listen.js";

/** Where Node.js tells of each socket that a server of this process accepts. */
const channel = "net.server.socket";
const everyAddress = ["0.0.0.0", "::"];

export class OpenSockets {
  readonly #open = new Set<Socket>();
  #place: Listening | undefined;

  /** Begins to look, before it is known where the server will listen: nobody is to slip in between. */
  constructor() {
    subscribe(channel, this.#onSocket);
  }

  /** Only sockets of this place are the server's. */
  keepOnly(place: Listening): void {
    this.#place = place;
    for (const socket of this.#open) if (!isOf(place, socket)) this.#open.delete(socket);
  }

  /** Looks no more. */
  forget(): void {
    unsubscribe(channel, this.#onSocket);
    this.#open.clear();
  }

  /** Closes all of them without waiting for their clients. */
  destroy(): void {
    for (const socket of this.#open) socket.destroy();
    this.forget();
  }

  readonly #onSocket = (message: unknown): void => {
    const { socket } = message as { readonly socket: Socket };
    if (this.#place !== undefined && !isOf(this.#place, socket)) return;
    this.#open.add(socket);
    socket.once("close", () => this.#open.delete(socket));
  };
}

function isOf({ hosts, port }: Listening, { localAddress, localPort }: Socket): boolean {
  return localPort === port && hosts.some((host) => host === localAddress || everyAddress.includes(host));
}
