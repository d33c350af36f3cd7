/**
 * How a process that started `configstream agent` with an IPC channel says what it has to change: plain messages, both ways.
 * The agent ends when the channel closes, so it cannot outlive its parent.
 */

import type { ConfigValue } from "configstream-consumer";
import type { CoreAgent } from "../../core-agent/index.js";

/** One change to make. */
export interface PlannedWrite {
  /** Comes back in the report. */
  readonly id: number;
  /** Time from the arrival of the order, in ms. */
  readonly afterMs: number;
  readonly key: string;
  /** Left out: the key is cleared in this source. */
  readonly value?: ConfigValue;
  readonly source: string;
}

/** From the parent. */
export interface Order {
  readonly kind: "write";
  readonly writes: readonly PlannedWrite[];
}

/** To the parent. Times are those of {@link machineTimeMs}. */
export type Report =
  | {
      readonly kind: "started";
      readonly address: string;
      readonly authTokenFile: string;
      readonly ipcCertFile: string;
      readonly settings: number;
    }
  | { readonly kind: "wrote"; readonly id: number; readonly sequenceId: number; readonly atMs: number }
  /** Why the process is about to end, as a sentence. */
  | { readonly kind: "failed"; readonly why: string };

/** Milliseconds on the machine's monotonic clock, which all its processes share. */
export function machineTimeMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** The channel to the parent, when there is one. */
export interface ParentChannel {
  report(report: Report): void;
  /** No further order is taken. */
  close(): void;
}

/** Reports to the parent, when there is one that holds a channel. */
export function report(message: Report): void {
  // A parent that has just gone must not become an error here.
  if (process.connected) process.send?.(message, undefined, undefined, () => {});
}

/** Follows the parent's orders; `onClosed` is called when it is gone. `undefined`: no parent holds a channel. */
export function serveParent(agent: CoreAgent, onClosed: () => void): ParentChannel | undefined {
  if (process.send === undefined) return undefined;
  const timers = new Set<NodeJS.Timeout>();
  const write = ({ id, key, value, source }: PlannedWrite): void => {
    const atMs = machineTimeMs();
    if (value === undefined) agent.unset(key, source);
    else agent.set(key, value, source);
    report({ kind: "wrote", id, sequenceId: agent.sequenceId, atMs });
  };
  const onMessage = (message: unknown): void => {
    const order = message as Order;
    if (order?.kind !== "write") return;
    for (const planned of order.writes) {
      const timer = setTimeout(() => {
        timers.delete(timer);
        write(planned);
      }, planned.afterMs);
      timers.add(timer);
    }
  };
  process.on("message", onMessage);
  process.once("disconnect", onClosed);
  // It may have gone while the agent started, when nothing listened yet.
  if (!process.connected) onClosed();
  return {
    report,
    close: () => {
      process.off("message", onMessage);
      process.off("disconnect", onClosed);
      for (const timer of timers) clearTimeout(timer);
      if (process.connected) process.disconnect();
    },
  };
}
