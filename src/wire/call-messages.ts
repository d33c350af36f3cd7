/**
 * The small messages of the three calls, to bytes and from bytes. Pure.
 *
 * Text that is no valid UTF-16 is sent with U+FFFD in it. Of answers, fields that are not known here are passed over, absent
 * fields are proto3's zero values, and of a field that stands there twice the last one counts; bytes that are no message
 * throw a `RangeError`. Names and numbers of the fields are those of proto/; a test compares all of this with proto-loader.
 */

import { refreshTag, registerTag, registrationTag, streamTag } from "./tags.js";
import { WireReader } from "./wire-reader.js";
import { textFieldSize, WireWriter } from "./wire-writer.js";

/** A new session. */
export interface Registration {
  readonly sessionId: string;
  /** 0 when the core agent has no opinion. */
  readonly recommendedRefreshIntervalSecs: number;
}

/** RegisterRemoteAgentRequest. */
export interface RegisterRequest {
  readonly pid: string;
  readonly flavor: string;
  readonly displayName: string;
  readonly apiEndpointUri: string;
  /** Full names of the gRPC services that are served there; none: it serves nothing. */
  readonly services?: readonly string[];
  /** One for the life of the process; empty: none is told. */
  readonly processInstanceId: string;
}

/** RefreshRemoteAgentRequest. */
export interface RefreshRequest {
  readonly sessionId: string;
}

/** ConfigStreamRequest. */
export interface StreamRequest {
  readonly name: string;
}

export function writeRegisterRequest(request: RegisterRequest): Buffer {
  const { pid, flavor, displayName, apiEndpointUri, services = [], processInstanceId } = request;
  return textFields([
    [registerTag.pid, pid],
    [registerTag.flavor, flavor],
    [registerTag.displayName, displayName],
    [registerTag.apiEndpointUri, apiEndpointUri],
    ...services.map((service) => [registerTag.services, service] as const),
    [registerTag.processInstanceId, processInstanceId],
  ]);
}

export function writeRefreshRequest({ sessionId }: RefreshRequest): Buffer {
  return textFields([[refreshTag.sessionId, sessionId]]);
}

export function writeStreamRequest({ name }: StreamRequest): Buffer {
  return textFields([[streamTag.name, name]]);
}

/** RegisterRemoteAgentResponse. */
export function readRegistration(bytes: Buffer): Registration {
  const reader = new WireReader(bytes);
  let sessionId = "";
  let recommendedRefreshIntervalSecs = 0;
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === registrationTag.sessionId) sessionId = reader.text();
    else if (tag === registrationTag.recommendedRefreshIntervalSecs) recommendedRefreshIntervalSecs = reader.uint32();
    else reader.skip(tag);
  }
  return { sessionId, recommendedRefreshIntervalSecs };
}

/** An answer without fields: RefreshRemoteAgentResponse, and those to reports. */
export function readEmpty(bytes: Buffer): Record<string, never> {
  const reader = new WireReader(bytes);
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) reader.skip(tag);
  return {};
}

/** A message of text fields alone. */
function textFields(fields: readonly (readonly [tag: number, text: string])[]): Buffer {
  let size = 0;
  for (const [, text] of fields) size += textFieldSize(text);
  const writer = new WireWriter(size);
  for (const [tag, text] of fields) writer.textField(tag, text);
  return writer.bytes;
}
