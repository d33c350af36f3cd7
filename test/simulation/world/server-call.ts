/** Calls as grpc-js hands them to a server, over a wire of the virtual network. */
import { EventEmitter } from "node:events";
import { type Metadata, type ServiceDefinition, status, type UntypedServiceImplementation } from "@grpc/grpc-js";
import type { Wire, WireEnd } from "./network.js";

/** How a call ends. */
export interface CallStatus {
  readonly code: number;
  readonly details: string;
}

/** What a client sees of a stream. */
export interface StreamReceiver {
  onMessage(bytes: Buffer): void;
  onEnd(status: CallStatus): void;
}

export interface Service {
  readonly definition: ServiceDefinition;
  readonly implementation: UntypedServiceImplementation;
}

type UnaryAnswer = (failure: CallStatus | undefined, bytes: Buffer | undefined) => void;
type UnaryHandler = (call: object, callback: (failure: CallStatus | null, response?: unknown) => void) => void;

/** The server's end of one connection. */
export class ServerSide implements WireEnd {
  readonly #wire: Wire;
  readonly #services: readonly Service[];
  readonly #streams = new Map<object, EventEmitter>();
  readonly #onGone: (side: ServerSide) => void;

  constructor(wire: Wire, services: readonly Service[], onGone: (side: ServerSide) => void) {
    this.#wire = wire;
    this.#services = services;
    this.#onGone = onGone;
  }

  unary(path: string, bytes: Buffer, metadata: Metadata, answer: UnaryAnswer): void {
    const method = this.#find(path);
    const reply: UnaryAnswer = (failure, response) => this.#wire.send("toClient", () => answer(failure, response));
    if (method === undefined) {
      reply({ code: status.UNIMPLEMENTED, details: "unknown method" }, undefined);
      return;
    }
    const { definition, handler } = method;
    const call = { request: definition.requestDeserialize(bytes), metadata };
    (handler as unknown as UnaryHandler)(call, (failure, response) => {
      if (failure !== null) reply(failure, undefined);
      else reply(undefined, definition.responseSerialize(response));
    });
  }

  /** `call` names the stream, to cancel it by. */
  stream(call: object, path: string, bytes: Buffer, metadata: Metadata, receiver: StreamReceiver): void {
    const method = this.#find(path);
    if (method === undefined) throw new Error(`The core agent has no ${path}.`);
    const wire = this.#wire;
    let over = false;
    const end = (final: CallStatus): void => {
      if (over) return;
      over = true;
      this.#streams.delete(call);
      wire.send("toClient", () => receiver.onEnd(final));
    };
    const server = Object.assign(new EventEmitter(), {
      request: method.definition.requestDeserialize(bytes),
      metadata,
      sendMetadata() {},
      write(message: Buffer, taken?: () => void): void {
        if (over) return;
        wire.send("toClient", () => {
          receiver.onMessage(message);
          taken?.();
        });
      },
      end: () => end({ code: status.OK, details: "" }),
    });
    server.on("error", (refusal: CallStatus) => end(refusal));
    server.on("cancelled", () => {
      over = true;
    });
    this.#streams.set(call, server);
    (method.handler as unknown as (call: EventEmitter) => void)(server);
  }

  cancel(call: object): void {
    const server = this.#streams.get(call);
    this.#streams.delete(call);
    server?.emit("cancelled");
  }

  onBroken(): void {
    for (const call of [...this.#streams.keys()]) this.cancel(call);
    this.#onGone(this);
  }

  #find(path: string) {
    for (const { definition, implementation } of this.#services) {
      for (const [name, each] of Object.entries(definition)) {
        const handler = implementation[name];
        if (each.path === path && handler !== undefined) return { definition: each, handler };
      }
    }
    return undefined;
  }
}
