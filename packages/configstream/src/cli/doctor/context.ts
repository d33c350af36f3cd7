/** What the checks of `configstream doctor` work on, and leave for each other. */
import { ConfigStreamError, type HostPort, parseAddress } from "configstream-consumer/internal";
import type { Connection, Credentials, StreamCall } from "configstream-consumer/internal/link";
import type { Place } from "../connection/place.js";

export interface DoctorContext {
  /** Finds the core agent; rejects when a file is not known. */
  readonly findPlace: () => Promise<Place>;
  /** How long the first snapshot may take, in ms. */
  readonly snapshotTimeoutMs: number;
  /** How long any other answer may take, in ms. */
  readonly callTimeoutMs: number;
  readonly maxReceiveMessageBytes: number;
  /** In ms since the epoch. */
  readonly now: () => number;

  place?: Place;
  token?: string;
  /** Text of the certificate file. */
  pem?: string;
  pair?: Omit<Credentials, "token">;
  /** Addresses of the host. */
  addresses?: readonly string[];
  connection?: Connection;
  sessionId?: string;
  stream?: OpenStream;
}

/** A stream that the core agent has accepted. */
export interface OpenStream {
  readonly call: StreamCall;
  /** Settings and sequence id of the first snapshot. Rejects when the stream ends before it. */
  readonly firstSnapshot: Promise<{ readonly settings: number; readonly sequenceId: number }>;
}

/** What an earlier check must have left. */
export function need<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new ConfigStreamError("internal", `A check ran without its ${what}.`);
  return value;
}

export function hostAndPort(place: Place): HostPort {
  return need(parseAddress(place.address.value), "address");
}

/** Closes what is open. */
export function closeContext({ stream, connection }: DoctorContext): void {
  stream?.call.cancel();
  connection?.close();
}
