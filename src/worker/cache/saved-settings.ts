/** What a process leaves behind for the next one: the settings of the core agent, as they were last known to be right. */
import type { SourceValue } from "../../shared/types.js";

/** A key with the layers that the core agent claims for it, lowest priority first. Never empty. */
export type SavedSetting = readonly [key: string, layers: readonly SourceValue[]];

/** The settings of one publish, overrides left out: those belong to the process that reads. */
export interface SavedSettings {
  /** Name of the core agent that sent them. */
  readonly origin: string;
  /** The core agent's number of the state. It says nothing about any stream of the process that reads it. */
  readonly sequenceId: number;
  /** When the state became readable, in ms since the epoch. */
  readonly publishedAtMs: number;
  /** Until when the stream stood behind it, in ms since the epoch: its age counts from then. */
  readonly confirmedAtMs: number;
  readonly settings: readonly SavedSetting[];
}

/** The consumer that a file belongs to. The file of another one is not used. */
export interface CacheOwner {
  readonly clientName: string;
  /** `host:port`. */
  readonly coreAgentAddress: string;
}
