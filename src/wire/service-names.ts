/** Full names of the core agent's gRPC services, the beginning of a call's path. */
export const agentSecureService = "datadog.api.v1.AgentSecure";
export const remoteAgentService = "datadog.remoteagent.v1.RemoteAgent";

/** Full names of the services that a remote agent can serve. */
export const providerService = {
  status: "datadog.remoteagent.status.v1.StatusProvider",
  telemetry: "datadog.remoteagent.telemetry.v1.TelemetryProvider",
  flare: "datadog.remoteagent.flare.v1.FlareProvider",
  command: "datadog.remoteagent.command.v1.RemoteCommandProvider",
} as const;
