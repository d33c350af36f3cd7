/** What goes out in the headers of each call. */
import { Metadata } from "@grpc/grpc-js";
import { ConfigStreamError } from "../../shared/errors.js";

/** The metadata of a call: the token, and for a stream the session. Throws `unauthenticated` for what no header can carry. */
export function callMetadata(token: string | undefined, sessionId?: string): Metadata {
  const metadata = new Metadata();
  if (token !== undefined) setMetadata(metadata, "authorization", `Bearer ${token}`, "token");
  if (sessionId !== undefined) setMetadata(metadata, "session_id", sessionId, "session id");
  return metadata;
}

function setMetadata(metadata: Metadata, key: string, value: string, what: string): void {
  try {
    metadata.set(key, value);
  } catch {
    // grpc-js would quote the value.
    throw new ConfigStreamError("unauthenticated", `The ${what} has characters that a gRPC header cannot carry.`);
  }
}
