/** Where an engine runs, as the supervisor sees it: in a worker thread or in this one. */

import type { ConfigStreamError } from "../../shared/errors.js";
import type { Guards } from "../../shared/guards/guard-rule.js";
import type { ChangeBatch, HostMessage, LogLevel, Notice } from "../../shared/messages.js";
import type { EngineParams } from "../../shared/params.js";
import type { SharedMemory } from "../../shared/types.js";
import type { HostParams } from "../consumer/resolve.js";

/** What an engine is started with, and where it reports. */
export interface EngineHostInit {
  readonly memory: SharedMemory;
  /** See src/memory/untold.ts. */
  readonly untold: SharedArrayBuffer;
  /** How many writers the memory had so far. */
  readonly writers: number;
  readonly engine: EngineParams;
  readonly host: HostParams;
  /** Whether the process is kept alive until the engine is up. */
  readonly holdsProcess: boolean;
  readonly onChanges: (batch: ChangeBatch) => void;
  readonly onNotice: (notice: Notice) => void;
  /** Other rules of the guards file are in force. */
  readonly onGuards: (rules: Guards) => void;
  readonly onLog: (level: LogLevel, message: string) => void;
}

/** One life of an engine. */
export interface EngineHost {
  /** Resolves when the engine runs; rejects when it ended before. */
  readonly up: Promise<void>;
  /** Resolves when nothing of it runs any more, with the reason (code `worker_died`, also after `stop`). */
  readonly ended: Promise<ConfigStreamError>;
  /**
   * Whether its thread has provably ended. Before `ended` it has not; after it, only a thread that is held up in native code
   * has not, which cannot be ended by force: it was given up, and runs no more JavaScript whenever it comes back.
   */
  readonly isGone: boolean;
  post(message: HostMessage): void;
  /** Ends it by force; `why` completes the sentence "The worker thread ended: …". */
  kill(why: string): void;
  /** Asks it to end, and ends it by force after `deadlineMs`. Resolves when it has `ended`. Keeps the process alive. */
  stop(deadlineMs: number): Promise<void>;
}
