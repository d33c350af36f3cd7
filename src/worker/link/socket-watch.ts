import type { Socket } from "node:net";
import type { SocketFailure } from "./grpc-failure.js";

/**
 * Knows the sockets of one channel. grpc-js has no limit for a TLS or HTTP/2 handshake and leaves such a socket behind at
 * `close()`: with a core agent that accepts and then hangs, each attempt would leave one more.
 */
export class SocketWatch {
  readonly #sockets = new Set<Socket>();
  #released = false;
  /** Why a connection could not be set up, or broke; a real error with a code, where grpc-js only passes on text. */
  lastFailure: SocketFailure | undefined;
  /** A connection got through the TLS handshake. */
  secured = false;

  /** A socket of the channel; destroyed at once when the channel has been released. */
  add(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once("close", () => this.#sockets.delete(socket));
    if (this.#released) socket.destroy();
  }

  /** A connection could not be set up, or broke. */
  failed(thrown: unknown): void {
    if (!(thrown instanceof Error)) return;
    this.lastFailure = { code: (thrown as NodeJS.ErrnoException).code ?? "", message: thrown.message };
  }

  /** The channel is closed: lets go of every socket that is left. */
  release(): void {
    this.#released = true;
    // Two turns of the loop for the frames that inform the core agent that the calls are cancelled: one in which HTTP/2
    // queues them, one in which they are written.
    setImmediate(() => {
      setImmediate(() => {
        for (const socket of this.#sockets) socket.destroy();
      });
    });
  }
}
