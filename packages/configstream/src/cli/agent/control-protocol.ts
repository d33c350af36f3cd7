/**
 * How `configstream set` and `unset` reach a running `configstream agent`: HTTP over a Unix socket in the agent's data
 * directory (a named pipe on Windows), with the token that also opens the stream.
 *
 * Any program that can read the token file may call; it may also read every setting. The socket's mode is 0600 besides. No port
 * is opened, so nothing outside this machine, and no web page in a browser on it, can reach it.
 */
import { createHash } from "node:crypto";
import { join, resolve } from "node:path";
import type { ConfigValue } from "configstream-consumer/internal";
import type { ChangeNote, ClientVerdict } from "../../core-agent/index.js";

/** The one resource. */
export const controlPath = "/v1/settings";
/** Largest request, in bytes: the largest value that a consumer takes, as JSON, with room for the rest. */
export const maxRequestBytes = 32 * 1024 * 1024;
/** What all systems can bind, in bytes; the shortest limit is that of macOS. */
const longestSocketPath = 103;

/** Changes to make, as one change set. */
export interface ControlRequest {
  readonly source: string;
  readonly writes: readonly ControlWrite[];
  /** Who and why, for the history. */
  readonly note?: ChangeNote;
  /** True: nothing is changed, and the answer is a {@link TrialResponse}, which says what would be. */
  readonly dryRun?: boolean;
  /** Of a dry run: further keys whose state is asked for. */
  readonly others?: readonly string[];
}

export interface ControlWrite {
  readonly key: string;
  /** Left out: the key is cleared in the source. */
  readonly value?: ConfigValue;
}

/** What a key resolves to. */
export interface Effective {
  readonly value: ConfigValue;
  readonly source: string;
}

export interface ControlResponse {
  /** One for each write, in their order. */
  readonly results: readonly WriteResult[];
  /** Of the state after the change set. */
  readonly sequenceId: number;
}

export interface WriteResult {
  /** Lower-case key. */
  readonly key: string;
  /** False: the layer held that value already, or nothing to clear. */
  readonly changed: boolean;
  /** `null`: no such setting. */
  readonly before: Effective | null;
  readonly after: Effective | null;
  /** Names that are close to the key; only when it did not exist before. */
  readonly near: readonly string[];
}

/** `results` as they would be; `sequenceId` of the state as it is. */
export interface TrialResponse extends ControlResponse {
  /** What the keys of `others` resolve to, in their order. */
  readonly others: readonly (Effective | null)[];
  /** What the agent's log would say of the values, as sentences. */
  readonly warnings: readonly string[];
  /** What every registered remote agent would hold. */
  readonly clients: readonly ClientVerdict[];
}

export interface ControlError {
  readonly error: string;
}

/** Where the agent of a data directory listens; `undefined`: its path is too long for a socket. */
export function controlAddress(dataDir: string, platform: NodeJS.Platform = process.platform): string | undefined {
  if (platform === "win32") {
    const digest = createHash("sha256").update(resolve(dataDir).toLowerCase()).digest("hex").slice(0, 32);
    return `\\\\.\\pipe\\configstream-${digest}`;
  }
  const path = join(dataDir, "control.sock");
  return Buffer.byteLength(path) <= longestSocketPath ? path : undefined;
}
