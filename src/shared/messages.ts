/**
 * What the application's thread and the worker say to each other. Types only.
 *
 * Settings never travel this way, they stand in the region; a reader needs none of these messages. Three ports connect
 * the two: `control` (comlink, calls from the host), `host` (comlink, calls from the worker, only with a
 * `sessionIdProvider`) and `events` (plain messages, {@link WorkerMessage} one way and {@link HostMessage} the other).
 */
import type { MessagePort } from "node:worker_threads";
import type { ConfigStreamError, SerializedError } from "./errors.js";
import type { Guards } from "./guards/guard-rule.js";
import type { HeldChange } from "./held-setting.js";
import type { EngineParams } from "./params.js";
import type { ConfigChange, LifecycleState, SharedMemory } from "./types.js";

/** How serious a log line is. */
export type LogLevel = "debug" | "info" | "warn" | "error";

/** The `workerData` of a worker. */
export interface WorkerInit {
  /** Tells our worker data from any other. */
  readonly kind: "configstream-worker";
  readonly memory: SharedMemory;
  /** See untold.ts. */
  readonly untold: SharedArrayBuffer;
  /** How many writers the memory had when this worker was asked for: one that begins only after its successor is too late. */
  readonly writers: number;
  readonly params: EngineParams;
  /** Whether anybody reads log lines; otherwise none are sent. */
  readonly logs: boolean;
  readonly control: MessagePort;
  readonly host: MessagePort | undefined;
  readonly events: MessagePort;
}

/** Calls from the host to the worker, over `control`. */
export interface ControlApi {
  /** Closes stream and channel; afterwards the worker ends by itself. */
  stop(): Promise<void>;
}

/** Calls from the worker to the host, over `host`. */
export interface HostApi {
  /** Asks the application's `sessionIdProvider`. */
  sessionId(): Promise<string>;
}

/** Some changes, in order. At most one batch is under way: the next is sent after {@link HostMessage} `ack`. */
export interface ChangeBatch {
  readonly kind: "changes";
  readonly changes: readonly ConfigChange[];
  /**
   * Where change sets end: for each one that is complete with this batch, the number of changes up to its end, rising. Changes
   * after the last one belong to a set that the next batch goes on with.
   */
  readonly setEnds: readonly number[];
  /** For each change, the number of the publish that made it visible: a later subscriber is not told of it. */
  readonly publishes: readonly number[];
  /** Events were merged away, since the main thread did not take them fast enough. */
  readonly lagged: boolean;
}

/** What has happened to the consumer as a whole. At most one is under way: the next is sent after {@link HostMessage} `noticed`. */
export interface Notice extends HeldChange {
  readonly kind: "notice";
  /** `undefined`: the same as before. */
  readonly state: LifecycleState | undefined;
}

/** From the worker to the host. */
export type WorkerMessage =
  /** The engine was started. */
  | { readonly kind: "up" }
  | ChangeBatch
  | Notice
  | { readonly kind: "log"; readonly level: LogLevel; readonly message: string }
  /** The guards file has other rules: a worker that follows begins with them, whatever the file holds by then. */
  | { readonly kind: "guards"; readonly rules: Guards }
  /** The worker cannot work and ends. */
  | { readonly kind: "fatal"; readonly error: SerializedError };

/** From the host to the worker. */
export type HostMessage =
  /** Whether there is any subscriber. With none, no change is sent and the main thread is never woken. */
  | { readonly kind: "subscribed"; readonly active: boolean }
  /** The batch was taken; the next may come. */
  | { readonly kind: "ack" }
  /** The notice was taken; the next may come. */
  | { readonly kind: "noticed" }
  /** A log line was taken. */
  | { readonly kind: "logged" };

/** What the composition in src/worker/runtime.ts needs, in a thread of its own or not. */
export interface RuntimeInit {
  readonly memory: SharedMemory;
  /** See untold.ts; `undefined` when no other engine can follow on this one. */
  readonly untold: SharedArrayBuffer | undefined;
  /** See {@link WorkerInit}. */
  readonly writers: number;
  readonly params: EngineParams;
  readonly logs: boolean;
  readonly sessionIdProvider: (() => Promise<string>) | undefined;
  /** The engine has ended by a defect: it is to be replaced. */
  readonly onDefect: (error: ConfigStreamError) => void;
  /** It was given up, and another one may run: it has to end, with its thread. What it holds open is closed next. */
  readonly onSuperseded?: () => void;
  /** Sends to the host. */
  readonly post: (message: WorkerMessage) => void;
  /** Takes what the host has sent and no code has looked at yet, and passes it to `receive`, without waiting. */
  readonly poll: () => void;
}

/** The running composition. */
export interface Runtime {
  start(): void;
  receive(message: HostMessage): void;
  /** Resolves when nothing runs any more. Idempotent. */
  stop(): Promise<void>;
}
