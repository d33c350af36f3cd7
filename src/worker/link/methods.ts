/** The calls as grpc-js takes them: names, and how their messages become bytes and come back. */
import { ConfigStreamError } from "../../shared/errors.js";
import type { WireEvent } from "../../shared/types.js";
import {
  type RefreshRequest,
  type RegisterRequest,
  type Registration,
  readEmpty,
  readRegistration,
  type StreamRequest,
  writeRefreshRequest,
  writeRegisterRequest,
  writeStreamRequest,
} from "../../wire/call-messages.js";
import { readEvent } from "../../wire/event-decoder.js";
import { type Report, writeEventReport, writeIssueReport, writeIssueResolution } from "../../wire/report-messages.js";
import { agentSecureService, remoteAgentService } from "../../wire/service-names.js";
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
  responseDeserialize: readEmpty,
};

/** The stream of configuration events, of {@link agentSecureService}. */
export const streamMethod: Method<StreamRequest, WireEvent | Error> = {
  name: "StreamConfigEvents",
  requestSerialize: writeStreamRequest,
  responseDeserialize: decodeEvent,
};

/** A report, in the session that makes it. */
export interface ReportRequest<Kind extends Report["kind"] = Report["kind"]> {
  readonly sessionId: string;
  readonly report: Extract<Report, { readonly kind: Kind }>;
}

interface ReportMethod<Kind extends Report["kind"]> extends Method<ReportRequest<Kind>, Record<string, never>> {
  readonly service: string;
}

/** How each kind of report is made; each kind is of one service. */
const reportMethods: { readonly [kind in Report["kind"]]: ReportMethod<kind> } = {
  issue: {
    name: "ReportHealthIssue",
    service: agentSecureService,
    requestSerialize: ({ sessionId, report }) => writeIssueReport(sessionId, report.issue),
    responseDeserialize: readEmpty,
  },
  resolution: {
    name: "ResolveHealthIssue",
    service: agentSecureService,
    requestSerialize: ({ sessionId, report }) => writeIssueResolution(sessionId, report.issueId),
    responseDeserialize: readEmpty,
  },
  events: {
    name: "ReportRemoteAgentEvent",
    service: remoteAgentService,
    requestSerialize: ({ sessionId, report }) => writeEventReport(sessionId, report.sentences),
    responseDeserialize: readEmpty,
  },
};

export function reportMethod(report: Report): ReportMethod<Report["kind"]> {
  // The kind of the report is that of the method, which types cannot follow through the table.
  return reportMethods[report.kind] as ReportMethod<Report["kind"]>;
}

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
