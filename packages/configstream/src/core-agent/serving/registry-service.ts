/** Answers the calls of the Remote Agent Registry: registration, and refreshes of a session. */
import { type handleUnaryCall, status, type UntypedServiceImplementation } from "@grpc/grpc-js";
import type { ReadRegisterRequest, RefreshRequest, Registration } from "configstream-consumer/internal";
import type { Registrations } from "../clients/registrations.js";
import type { AgentLog } from "../options.js";
import type { Authorizer, Refusal } from "./auth.js";
import type { CallTap } from "./call-tap.js";
import type { SessionRegistry } from "./sessions.js";

export interface RegistryParts {
  readonly authorize: Authorizer;
  readonly sessions: SessionRegistry;
  readonly registrations: Registrations;
  readonly recommendedRefreshIntervalSecs: number;
  readonly tap: CallTap;
  readonly log: AgentLog;
}

type UnaryMethod<Request, Response> = (request: Request) => Response | Refusal;

export function createRegistryService(parts: RegistryParts): UntypedServiceImplementation {
  const { authorize, sessions, registrations, recommendedRefreshIntervalSecs, tap, log } = parts;

  const unary =
    <Request, Response>(
      method: "register" | "refresh",
      answer: UnaryMethod<Request, Response>,
    ): handleUnaryCall<Request, Response> =>
    (call, callback) => {
      const denied = authorize(call.metadata);
      if (denied !== undefined) return callback(denied);
      return tap.unary(method, (refusal) => {
        const result = refusal ?? answer(call.request);
        if (isRefusal(result)) callback(result);
        else callback(null, result);
      });
    };

  const register = unary<ReadRegisterRequest, Registration>("register", (request) => {
    const { displayName, flavor, services, apiEndpointUri } = request;
    for (const [field, text] of [
      ["display_name", displayName],
      ["flavor", flavor],
    ]) {
      if (text === "") return { code: status.INVALID_ARGUMENT, details: `The field ${field} must not be empty.` };
    }
    const served = services.length > 0 ? `, and serves at ${JSON.stringify(apiEndpointUri)}` : "";
    log("info", `Remote agent ${JSON.stringify(displayName)} registered${served}.`);
    const sessionId = sessions.register();
    registrations.add(sessionId, request);
    return { sessionId, recommendedRefreshIntervalSecs };
  });

  const refresh = unary<RefreshRequest, object>("refresh", ({ sessionId }) => {
    if (sessions.refresh(sessionId)) return {};
    return { code: status.NOT_FOUND, details: "The session is unknown or has expired; register again." };
  });

  return { RegisterRemoteAgent: register, RefreshRemoteAgent: refresh };
}

function isRefusal(result: unknown): result is Refusal {
  return typeof result === "object" && result !== null && "details" in result && "code" in result;
}
