/** What the core agent knows of a registered remote agent. Types only. */
import type { ReportedEvent, ReportedIssue } from "./reports.js";

/**
 * How a remote agent stands to the configuration of this core agent.
 *
 * | state | meaning |
 * |---|---|
 * | `synced` | its stream is live, and it has the newest state |
 * | `behind` | it has an older state, or its stream is not live |
 * | `held` | it has the newest state, and keeps the last good value of some settings |
 * | `silent` | it serves no status, so that only what was sent to it is known, or does not answer |
 */
export type ClientState = "synced" | "behind" | "held" | "silent";

/** A setting that a remote agent holds at its last good value. */
export interface HeldByClient {
  readonly key: string;
  /** In the remote agent's own words: the rule, since when, from which source. */
  readonly reason: string;
}

/** A registered remote agent, as far as it was registered and has answered. Holds no session id. */
export interface RegisteredClient {
  /** Its name for people. */
  readonly name: string;
  /** Its kind, such as `trace-agent`. */
  readonly flavor: string;
  /** Process id, as it was registered. */
  readonly pid: string;
  /** When it registered, in ms since the epoch. */
  readonly sinceMs: number;
  /** Full names of the gRPC services that it serves. */
  readonly services: readonly string[];
  readonly state: ClientState;
  /** The number of the newest state that it has; `undefined`: not known. */
  readonly sequenceId: number | undefined;
  /** Sequence ids that it has still to reach; `undefined`: not known. */
  readonly behind: number | undefined;
  /** Settings that it holds at their last good value; `undefined`: not known. */
  readonly held: number | undefined;
  /** Those settings, as far as it names them, at most 100: in its status, or else in the issues that it has reported. */
  readonly heldSettings: readonly HeldByClient[];
  /** The number of the newest state that was sent to it; `undefined`: it has no open stream. It need not have taken it. */
  readonly sent: number | undefined;
  /** Health issues that it has reported and not resolved, at most 200. */
  readonly issues: readonly ReportedIssue[];
  /** The last events that it has reported, at most 20, oldest first. */
  readonly events: readonly ReportedEvent[];
  /** A sentence on why the state is not `synced`; empty when it is. */
  readonly reason: string;
}

/** What a command of a remote agent gave. */
export interface CommandResult {
  /** As of a process; 0 when all is well. */
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}
