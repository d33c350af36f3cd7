/** What the answers to the core agent are made of. */
import type { Region } from "../../memory/region.js";
import type { Clock } from "../../shared/clock.js";
import type { EngineParams } from "../../shared/params.js";
import type { CredentialsReader } from "../ports.js";

/** A setting whose newest value broke its guard: readers keep the last good one. */
export interface HeldSetting {
  readonly key: string;
  /** The rule that is broken, in words. */
  readonly rule: string;
  /** Milliseconds since the epoch. */
  readonly sinceMs: number;
  /** Where the refused value came from. */
  readonly source: string;
  /** The core agent's number of the state that brought it. */
  readonly sequenceId: number;
}

export interface ProviderSources {
  readonly params: Pick<EngineParams, "clientName" | "displayName" | "coreAgentAddress" | "limits">;
  readonly region: Region;
  readonly clock: Clock;
  readonly credentials: CredentialsReader;
  /** The last lines of the log, oldest first. */
  readonly logLines: () => readonly string[];
  /** Left out: nothing guards settings. */
  readonly held?: () => readonly HeldSetting[];
}
