/** What `configstream history`, `diff` and `rollback` ask a running `configstream agent`, over its control socket. */
import type { ChangeNote, HistoryEntry, PastChange } from "../../core-agent/index.js";

/** The resources, each asked by POST. */
export const historyPaths = { history: "/v1/history", diff: "/v1/diff", rollback: "/v1/rollback" } as const;

export interface HistoryResponse {
  /** Oldest first. */
  readonly entries: readonly HistoryEntry[];
}

export interface DiffRequest {
  readonly from: number;
  /** Left out: the newest state. */
  readonly to?: number;
}

export interface DiffResponse {
  readonly changes: readonly PastChange[];
}

export interface RollbackRequest {
  readonly id: number;
  readonly note: ChangeNote;
  /** True: nothing is changed, and the answer says what would be. */
  readonly dryRun: boolean;
}

export interface RollbackResponse extends DiffResponse {
  /** Of the state after it. */
  readonly sequenceId: number;
}
