/** What the answers to the core agent are made of. */
import type { Region } from "../../memory/region.js";
import type { Clock } from "../../shared/clock.js";
import type { HeldSetting } from "../../shared/held-setting.js";
import type { EngineParams } from "../../shared/params.js";
import type { SavedSetting } from "../cache/saved-settings.js";
import type { CredentialsReader } from "../ports.js";

export type { HeldSetting };

export interface ProviderSources {
  readonly params: Pick<EngineParams, "clientName" | "displayName" | "coreAgentAddress" | "limits">;
  readonly region: Region;
  readonly clock: Clock;
  readonly credentials: CredentialsReader;
  /** The last lines of the log, oldest first. */
  readonly logLines: () => readonly string[];
  /** Left out: nothing guards settings. */
  readonly held?: () => readonly HeldSetting[];
  /** What would be held if keys had these layers; `undefined`: there are no settings yet. Throws `limit_exceeded`. */
  readonly trial: (settings: readonly SavedSetting[]) => readonly HeldSetting[] | undefined;
}
