/** What `configstream clients`, `flare` and `command` ask a running `configstream agent`, over its control socket. */
import type { CommandResult, RegisteredClient } from "../../core-agent/index.js";

/** The resources, each asked by POST. */
export const clientsPaths = { clients: "/v1/clients", flare: "/v1/flare", command: "/v1/command" } as const;

export interface FlareRequest {
  /** Name, flavor or process id of the remote agent. */
  readonly name: string;
}

export interface CommandRequest extends FlareRequest {
  readonly path: readonly string[];
  readonly arguments: { readonly [name: string]: string };
}

export interface ClientsResponse {
  readonly clients: readonly RegisteredClient[];
  /** Of the agent, when it was asked. */
  readonly sequenceId: number;
}

export interface FlareResponse {
  /** By file name; as text, in which bytes that are not UTF-8 are U+FFFD. */
  readonly files: { readonly [name: string]: string };
}

export type CommandResponse = CommandResult;
