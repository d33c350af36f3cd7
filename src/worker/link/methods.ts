/** The three calls as grpc-js takes them: names, and how their messages become bytes and come back. */
import { ConfigStreamError } from "../../shared/errors.js";
import type { WireEvent } from "../../shared/types.js";
import {
  type RefreshRequest,
  type RegisterRequest,
  type Registration,
  readRefreshed,
  readRegistration,
  type StreamRequest,
  writeRefreshRequest,
  writeRegisterRequest,
  writeStreamRequest,
} from "../../wire/call-messages.js";
import { readEvent } from "../../wire/event-decoder.js";
import { agentSecureService } from "../../wire/service-names.js";
import { type CallName, UnknownEventError } from "./grpc-failure.js";

/** One method of the contract. */
export interface Method<Request, Response> {
  readonly name: CallName;
  readonly requestSerialize: (request: Request) => Buffer;
  readonly responseDeserialize: (bytes: Buffer) => Response;
}

/** Opens a session; both services have it. */
export const registerMethod: Method<RegisterRequest, Registration> = {
  name: "RegisterRemoteAgent",
  requestSerialize: writeRegisterRequest,
  responseDeserialize: readRegistration,
};

/** Keeps a session alive; both services have it. */
export const refreshMethod: Method<RefreshRequest, Record<string, never>> = {
  name: "RefreshRemoteAgent",
  requestSerialize: writeRefreshRequest,
  responseDeserialize: readRefreshed,
};

/** The stream of configuration events, of {@link agentSecureService}. */
export const streamMethod: Method<StreamRequest, WireEvent | Error> = {
  name: "StreamConfigEvents",
  requestSerialize: writeStreamRequest,
  responseDeserialize: decodeEvent,
};

export const streamPath = methodPath(agentSecureService, streamMethod.name);

/** The path of a method in HTTP/2. */
export function methodPath(service: string, name: CallName): string {
  return `/${service}/${name}`;
}

/** Decodes in one step, so that a message that cannot be read costs that message and not the stream. */
export function decodeEvent(bytes: Buffer): WireEvent | Error {
  try {
    return readEvent(bytes) ?? new UnknownEventError();
  } catch (thrown) {
    if (thrown instanceof ConfigStreamError) return thrown;
    const message = "A message of the core agent could not be read: its bytes are not an event of this contract.";
    return new ConfigStreamError("bad_message", message, { cause: thrown });
  }
}
