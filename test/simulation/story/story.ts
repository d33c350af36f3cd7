/** What happens in a run, as plain data: it can be run again, and with parts left out. */
import type { DialectName } from "../../../packages/configstream/src/core-agent/dialects/spoken.js";
import type { RegisterServices } from "../../../packages/configstream/src/core-agent/options.js";
import type { ConfigValue } from "../../../src/shared/types.js";
import type { Write } from "../world/agent.js";

/** How the host is set up. */
export interface Setup {
  readonly clients: readonly string[];
  readonly dialect: DialectName;
  readonly services: RegisterServices;
  readonly guards: boolean;
  readonly report: boolean;
  readonly cache: boolean;
  /** Whether a layer comes from the store. */
  readonly store: boolean;
  readonly settleMs: number;
  readonly refreshSecs: number;
  readonly subscriberBuffer: number;
  readonly firstSequenceId: number;
}

/** How a core agent comes back. */
export interface Return {
  readonly downMs: number;
  readonly sequenceId: number;
  readonly dialect: DialectName;
  readonly services: RegisterServices;
  /** Its credentials are others than before. */
  readonly newToken: boolean;
}

export type Happening =
  | { readonly kind: "set"; readonly writes: readonly Write[] }
  | { readonly kind: "edit of the file"; readonly leaves: readonly (readonly [key: string, value: ConfigValue])[] }
  | { readonly kind: "burst"; readonly key: string; readonly values: readonly number[] }
  | { readonly kind: "flood"; readonly keys: number }
  | { readonly kind: "core agent restarts"; readonly as: Return }
  | {
      readonly kind: "sessions are evicted" | "stream forgotten" | "event sent twice" | "connections cut" | "half-open";
    }
  | { readonly kind: "stale event" | "older event"; readonly event: "update" | "snapshot" }
  | { readonly kind: "updates lost"; readonly count: number; readonly resync: boolean }
  | { readonly kind: "silence"; readonly on: boolean; readonly scope: "streams" | "all" }
  | { readonly kind: "streams end"; readonly code: number }
  | {
      readonly kind: "streams refused" | "registrations refused" | "refreshes refused";
      readonly code: number | undefined;
    }
  | { readonly kind: "garbage" }
  | { readonly kind: "partition"; readonly ms: number }
  | { readonly kind: "slow network"; readonly ms: number }
  | { readonly kind: "worker dies"; readonly client: number; readonly steps: number; readonly proved: boolean }
  | { readonly kind: "worker stands still" | "main thread blocked"; readonly client: number; readonly ms: number }
  | { readonly kind: "process ends"; readonly client: number; readonly downMs: number; readonly crash: boolean }
  | { readonly kind: "another subscriber"; readonly client: number }
  | { readonly kind: "disk"; readonly client: number; readonly slowestMs: number; readonly failing: boolean }
  | { readonly kind: "store: put"; readonly puts: readonly (readonly [key: string, value: ConfigValue | undefined])[] }
  | { readonly kind: "store: away"; readonly ms: number }
  | { readonly kind: "store: compacted" | "store: watch lost" }
  | { readonly kind: "no credentials"; readonly ms: number }
  | { readonly kind: "clock step"; readonly ms: number }
  | { readonly kind: "calm" };

export interface Event {
  /** Time that passes before it, in ms. */
  readonly afterMs: number;
  readonly what: Happening;
}

export interface Story {
  readonly seed: number;
  readonly setup: Setup;
  readonly events: readonly Event[];
}
