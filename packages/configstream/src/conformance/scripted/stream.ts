/** One stream of a scripted core agent. */
import type { ServerWritableStream } from "@grpc/grpc-js";
import type { StreamRequest } from "configstream-consumer/internal";
import { type Refusal, sessionOf } from "../../core-agent/serving/auth.js";

export class ScriptedStream {
  readonly sessionId: string;
  /** When it was opened; monotonic. */
  readonly openedAtMs = performance.now();
  readonly #call: ServerWritableStream<StreamRequest, Buffer>;
  #isOpen = true;

  constructor(call: ServerWritableStream<StreamRequest, Buffer>) {
    this.#call = call;
    this.sessionId = sessionOf(call.metadata) ?? "";
    for (const event of ["cancelled", "error", "close", "finish"]) {
      call.on(event, () => {
        this.#isOpen = false;
      });
    }
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  send(bytes: Buffer): void {
    if (this.#isOpen) this.#call.write(bytes);
  }

  /** Ends it cleanly, or with a status. */
  end(refusal?: Refusal): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    if (refusal === undefined) this.#call.end();
    else this.#call.emit("error", refusal);
  }
}
