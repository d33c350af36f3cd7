/** What all attempts of an engine share, and how an attempt ends. */
import type { ConfigStreamError } from "../../../shared/errors.js";
import type { EngineParams } from "../../../shared/params.js";
import type { EnginePorts } from "../../ports.js";
import type { Applier } from "../applier.js";
import type { Defer } from "../defer.js";
import type { Lifecycle } from "../lifecycle.js";
import type { OutageLog } from "../outage-log.js";
import type { Reopenings } from "../reopenings.js";
import type { SessionSource } from "../session.js";

export interface AttemptParts {
  readonly params: EngineParams;
  readonly ports: EnginePorts;
  readonly defer: Defer;
  /** Aborted when the engine is stopped. */
  readonly signal: AbortSignal;
  readonly lifecycle: Lifecycle;
  readonly outage: OutageLog;
  readonly applier: Applier;
  readonly sessions: SessionSource;
  readonly reopenings: Reopenings;
}

/** How an attempt ended: it failed, or its stream was given up for the snapshot of a new one. */
export type AttemptEnd = Failure | "wants a snapshot";

export interface Failure {
  readonly error: ConfigStreamError;
  /** The core agent rejected the session. */
  readonly rejected: boolean;
  /** How long the stream was live, in ms; 0 when it never was. */
  readonly liveMs: number;
}
