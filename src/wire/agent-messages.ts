/**
 * The small messages of the three calls as the core agent reads and writes them; the other side of call-messages.ts. Pure, and without
 * code that is made from text, which a process may forbid.
 *
 * In requests, unknown fields are skipped, absent fields have proto3's zero values, and of a repeated occurrence of a field the
 * last one counts; bytes that are not a message throw a `RangeError`. A test compares all of this with proto-loader.
 */
import type { RefreshRequest, RegisterRequest, Registration, StreamRequest } from "./call-messages.js";
import { refreshTag, registerTag, registrationTag, streamTag } from "./tags.js";
import { WireReader } from "./wire-reader.js";
import { textFieldSize, varintSize, WireWriter } from "./wire-writer.js";

/** RegisterRemoteAgentRequest as it arrives: its services are a list, which may be empty. */
export type ReadRegisterRequest = Required<RegisterRequest>;

export function readRegisterRequest(bytes: Buffer): ReadRegisterRequest {
  const read = { pid: "", flavor: "", displayName: "", apiEndpointUri: "", processInstanceId: "" };
  const services: string[] = [];
  const reader = new WireReader(bytes);
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === registerTag.pid) read.pid = reader.text();
    else if (tag === registerTag.flavor) read.flavor = reader.text();
    else if (tag === registerTag.displayName) read.displayName = reader.text();
    else if (tag === registerTag.apiEndpointUri) read.apiEndpointUri = reader.text();
    else if (tag === registerTag.services) services.push(reader.text());
    else if (tag === registerTag.processInstanceId) read.processInstanceId = reader.text();
    else reader.skip(tag);
  }
  return { ...read, services };
}

export function readRefreshRequest(bytes: Buffer): RefreshRequest {
  return { sessionId: readOneText(bytes, refreshTag.sessionId) };
}

export function readStreamRequest(bytes: Buffer): StreamRequest {
  return { name: readOneText(bytes, streamTag.name) };
}

/** RegisterRemoteAgentResponse. */
export function writeRegistration({ sessionId, recommendedRefreshIntervalSecs: seconds }: Registration): Buffer {
  const writer = new WireWriter(textFieldSize(sessionId) + (seconds === 0 ? 0 : 1 + varintSize(seconds)));
  writer.textField(registrationTag.sessionId, sessionId);
  if (seconds !== 0) {
    writer.byte(registrationTag.recommendedRefreshIntervalSecs);
    writer.varint(seconds);
  }
  return writer.bytes;
}

function readOneText(bytes: Buffer, wanted: number): string {
  let text = "";
  const reader = new WireReader(bytes);
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === wanted) text = reader.text();
    else reader.skip(tag);
  }
  return text;
}
