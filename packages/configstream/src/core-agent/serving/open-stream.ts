/** One open stream: a call connected with a subscriber. */
import { Metadata, type ServerWritableStream, status } from "@grpc/grpc-js";
import type { StreamRequest } from "configstream-consumer/internal";
import type { Sent } from "../clients/sent.js";
import { type Refusal, sessionOf } from "./auth.js";
import type { Broadcaster } from "./broadcaster.js";
import type { CallTap } from "./call-tap.js";
import type { Outflow } from "./outflow.js";
import type { EventSink } from "./subscriber.js";

const tooSlow: Refusal = {
  code: status.RESOURCE_EXHAUSTED,
  details: "The stream does not take its messages while others wait for room; open a new one when they can be read.",
};

export interface OpenStream {
  readonly sessionId: string;
  end(refusal: Refusal | undefined): void;
}

export interface OpenStreamParts {
  readonly outflow: Outflow;
  readonly broadcaster: Broadcaster;
  readonly tap: CallTap;
  readonly sent: Pick<Sent, "open">;
  /** The stream is open; before anything is sent on it. */
  onOpen(stream: OpenStream): void;
  /** It is over. Called once. */
  onOver(stream: OpenStream): void;
}

/** Connects a call with a subscriber, until one of both ends. */
export function openStream(
  call: ServerWritableStream<StreamRequest, Buffer>,
  { outflow, broadcaster, tap, sent, onOpen, onOver }: OpenStreamParts,
): void {
  let over = false;
  const sessionId = sessionOf(call.metadata) ?? "";
  const sentHere = sent.open(sessionId);
  const lane = outflow.open({
    onReady: () => subscriber.pump(),
    end: () => end(tooSlow),
  });
  const raw: EventSink = {
    get ready() {
      return lane.ready;
    },
    takes: (bytes) => lane.takes(bytes),
    send: ({ bytes, sequenceId }) => {
      sentHere.note(sequenceId);
      call.write(bytes, lane.wrote(bytes.length));
    },
  };
  const tapped = tap.wrap(raw);
  const subscriber = broadcaster.subscribe(tapped.sink);
  const detach = (): void => {
    if (over) return;
    over = true;
    lane.close();
    sentHere.close();
    tapped.detach();
    broadcaster.unsubscribe(subscriber);
    onOver(stream);
  };
  const end = (refusal: Refusal | undefined): void => {
    if (over) return;
    detach();
    if (refusal === undefined) call.end();
    else call.emit("error", refusal);
  };
  const stream: OpenStream = { sessionId, end };
  onOpen(stream);
  for (const event of ["cancelled", "error", "close", "finish"]) call.on(event, detach);
  // Headers at once: a stream that is open and quiet differs from one that is not answered.
  call.sendMetadata(new Metadata());
  tapped.attach(subscriber);
  subscriber.pump();
}
