/** What the engine says of its attempts. */
import { ConfigStreamError } from "../../shared/errors.js";
import { duration } from "../../shared/text/duration.js";
import type { StartupStep } from "../../shared/types.js";
import { grpcCodeName } from "../link/grpc-codes.js";
import { GrpcCallError } from "../link/grpc-failure.js";
import type { Skipped } from "../ports.js";

/** Where an attempt failed. */
export interface Whereabouts {
  readonly coreAgentAddress: string;
  readonly step: StartupStep;
  readonly attempt: number;
  /** When the next one follows, in ms from now. */
  readonly delayMs: number;
}

/** For the log: which attempt failed, at what, and when the next one follows. */
export function failureLine(error: ConfigStreamError, at: Whereabouts): string {
  const { coreAgentAddress, step, attempt, delayMs } = at;
  const status = error instanceof GrpcCallError ? `, gRPC status ${grpcCodeName(error.grpcCode)}` : "";
  return (
    `${error.message} (Core agent ${coreAgentAddress}, step "${step === "done" ? "live stream" : step}", ` +
    `code ${error.code}${status}, attempt ${attempt}, next ${delayMs === 0 ? "at once" : `in ${duration(delayMs)}`}.)`
  );
}

/** Settings that were left out, as one error, whatever their number. */
export function skippedError(skipped: readonly Skipped[]): ConfigStreamError {
  const [first] = skipped as readonly [Skipped, ...Skipped[]];
  const others = skipped.slice(1, 10).map(({ key }) => `"${key.slice(0, 60)}"`);
  const further =
    others.length === 0 ? "" : ` Others, ${skipped.length - 1} in all, are skipped too: ${others.join(", ")}.`;
  return new ConfigStreamError(first.error.code, `${first.error.message}${further}`);
}

/** Why a stream is reopened although it was not lost. */
export function reopeningLine(intervalMs: number): string {
  return (
    "The core agent names sources in its updates that do not win, as versions before 0.85 do. " +
    `Where that leaves open what a setting is, the stream is opened anew for a snapshot, at most once in ${duration(intervalMs)}.`
  );
}
