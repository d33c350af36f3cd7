/** Who may call: the bearer token and the session of a call's metadata. Pure. */
import { createHash, timingSafeEqual } from "node:crypto";
import { type Metadata, status } from "@grpc/grpc-js";
import type { SessionRegistry } from "./sessions.js";

/** Why a call ends, in gRPC's terms. The text never holds what the caller sent. */
export interface Refusal {
  readonly code: number;
  readonly details: string;
}

export type Authorizer = (metadata: Metadata) => Refusal | undefined;

/** Compares digests, so that neither the content nor the length of a guess shows in the time that it takes. */
export function createAuthorizer(token: string): Authorizer {
  const expected = digest(`Bearer ${token}`);
  return (metadata) => {
    const given = firstText(metadata, "authorization");
    if (given === undefined) {
      return {
        code: status.UNAUTHENTICATED,
        details: "The call has no authorization metadata; send the bearer token.",
      };
    }
    if (timingSafeEqual(digest(given), expected)) return undefined;
    return { code: status.UNAUTHENTICATED, details: "The bearer token is not valid; read the auth_token file again." };
  };
}

/** What ends a stream whose session no longer exists. */
export const sessionGone: Refusal = {
  code: status.PERMISSION_DENIED,
  details: "The session is unknown or has expired; register again.",
};

/** The session of a stream: missing → `UNAUTHENTICATED`, unknown or expired → `PERMISSION_DENIED`. */
export function checkSession(metadata: Metadata, sessions: SessionRegistry): Refusal | undefined {
  const sessionId = sessionOf(metadata);
  if (sessionId === undefined || sessionId === "") {
    return { code: status.UNAUTHENTICATED, details: "The call has no session_id metadata; register first." };
  }
  if (sessions.has(sessionId)) return undefined;
  return sessionGone;
}

/** The session that a call names. */
export function sessionOf(metadata: Metadata): string | undefined {
  return firstText(metadata, "session_id");
}

function firstText(metadata: Metadata, name: string): string | undefined {
  const value = metadata.get(name)[0];
  return value === undefined ? undefined : value.toString();
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
