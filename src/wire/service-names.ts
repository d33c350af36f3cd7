/** Full names of the core agent's gRPC services, as a call's path begins with them. */
export const agentSecureService = "datadog.api.v1.AgentSecure";
export const remoteAgentService = "datadog.remoteagent.v1.RemoteAgent";
