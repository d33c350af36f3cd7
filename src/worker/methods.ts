/** The contract's methods in typed form, and the decoding of stream events. */
import {
  agentSecureService,
  type ConfigStreamRequest,
  loadContract,
  type ProtoConfigEvent,
} from "../shared/contract.js";
import { ConfigStreamError } from "../shared/errors.js";
import type { WireEvent } from "../shared/types.js";
import { readEvent } from "./event-decoder.js";
import { type CallName, UnknownEventError } from "./grpc-failure.js";

/** One method of the contract. */
export interface Method<Request, Response> {
  readonly path: string;
  readonly requestSerialize: (request: Request) => Buffer;
  readonly responseDeserialize: (bytes: Buffer) => Response;
}

const contract = loadContract();

/** The method of a service. */
export function methodOf<Request, Response>(service: string, call: CallName): Method<Request, Response> {
  const methods = contract[service] as unknown as { readonly [name: string]: Method<Request, Response> };
  const method = methods[call];
  if (method === undefined) throw new ConfigStreamError("internal", `The contract has no method ${service}.${call}.`);
  return method;
}

/** The stream of configuration events. */
export const streamMethod = methodOf<ConfigStreamRequest, ProtoConfigEvent>(agentSecureService, "StreamConfigEvents");

/** Decodes in one step, so that a message that cannot be read costs that message and not the stream. */
export function decodeEvent(bytes: Buffer): WireEvent | Error {
  try {
    return readEvent(bytes) ?? new UnknownEventError();
  } catch (thrown) {
    return ConfigStreamError.from(thrown, "bad_message");
  }
}
