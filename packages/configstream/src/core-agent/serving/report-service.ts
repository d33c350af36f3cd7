/**
 * Takes what remote agents report, with the checks of the real core agent: a report of an issue keeps its session alive, one without a
 * session comes from a process that has not registered, and one of an unknown session is `UNAUTHENTICATED`, or of an event `NOT_FOUND`.
 */
import { type handleUnaryCall, type ServiceDefinition, status, type UntypedServiceImplementation } from "@grpc/grpc-js";
import {
  agentSecureService,
  type EventReport,
  type IssueReport,
  type IssueResolution,
  readEventReport,
  readIssueReport,
  readIssueResolution,
  remoteAgentService,
} from "configstream-consumer/internal";
import type { Reports } from "../clients/reports.js";
import type { RegisterServices } from "../options.js";
import type { Authorizer, Refusal } from "./auth.js";
import { method } from "./methods.js";
import type { SessionRegistry } from "./sessions.js";

export interface ReportServiceParts {
  readonly authorize: Authorizer;
  readonly sessions: SessionRegistry;
  readonly reports: Reports;
}

interface Service {
  readonly definition: ServiceDefinition;
  readonly implementation: UntypedServiceImplementation;
}

const empty = Buffer.alloc(0);
const nothing = (): Buffer => empty;
const badSession: Refusal = {
  code: status.UNAUTHENTICATED,
  details: "The session is unknown or has expired; register again.",
};
const noSession: Refusal = { ...badSession, code: status.NOT_FOUND };
const noRoom: Refusal = {
  code: status.RESOURCE_EXHAUSTED,
  details: "Too many issues are open already, or the id of this one is too long.",
};
const missing = (field: string): Refusal => ({
  code: status.INVALID_ARGUMENT,
  details: `The field ${field} must not be empty.`,
});

/** The services, each a part of one that has other methods besides. */
export function reportServices(parts: ReportServiceParts, registerServices: RegisterServices): readonly Service[] {
  const { sessions, reports } = parts;
  const report = answering<IssueReport>(parts, ({ sessionId, issue }) => {
    if (!isLive(sessions, sessionId)) return badSession;
    if (issue === undefined) return missing("issue");
    if (issue.id === "") return missing("issue.id");
    if (issue.issueName === "") return missing("issue.issue_name");
    return reports.issue(sessionId, issue) ? undefined : noRoom;
  });
  const resolve = answering<IssueResolution>(parts, ({ sessionId, issueId }) => {
    if (!isLive(sessions, sessionId)) return badSession;
    if (issueId === "") return missing("issue_id");
    reports.resolved(sessionId, issueId);
    return undefined;
  });
  const events = answering<EventReport>(parts, ({ sessionId, sentences }) => {
    if (!sessions.has(sessionId)) return noSession;
    reports.events(sessionId, sentences);
    return undefined;
  });
  const issues = {
    definition: {
      ReportHealthIssue: method(agentSecureService, "ReportHealthIssue", { read: readIssueReport, write: nothing }),
      ResolveHealthIssue: method(agentSecureService, "ResolveHealthIssue", {
        read: readIssueResolution,
        write: nothing,
      }),
    },
    implementation: { ReportHealthIssue: report, ResolveHealthIssue: resolve },
  };
  // Core agents without the newer service take no events.
  if (registerServices === "agent-secure") return [issues];
  const name = "ReportRemoteAgentEvent";
  const definition = { [name]: method(remoteAgentService, name, { read: readEventReport, write: nothing }) };
  return [issues, { definition, implementation: { [name]: events } }];
}

/** One without a session is none that could expire. */
function isLive(sessions: ReportServiceParts["sessions"], sessionId: string): boolean {
  return sessionId === "" || sessions.refresh(sessionId);
}

function answering<Request>(
  { authorize }: ReportServiceParts,
  take: (request: Request) => Refusal | undefined,
): handleUnaryCall<Request, object> {
  return (call, callback) => {
    const refusal = authorize(call.metadata) ?? take(call.request);
    if (refusal === undefined) callback(null, {});
    else callback(refusal);
  };
}
