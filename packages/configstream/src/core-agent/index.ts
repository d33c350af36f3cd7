/// <reference types="node" preserve="true" />
/**
 * A small core agent: the producer that the consumer of this library talks to.
 *
 * @module configstream/core-agent
 */

export type {
  Clock,
  ConfigValue,
  DefaultSetting,
  Defaults,
  Environment,
  FileStatus,
  SourceValue,
  Timer,
} from "configstream-consumer/internal";
export type { StoreAuth, StoreFault, StoreOptions, StoreStatus, StoreTls } from "../store/index.js";
export type { ClientState, CommandResult, HeldByClient, RegisteredClient } from "./clients/client.js";
export type { ReportedEvent, ReportedIssue } from "./clients/reports.js";
export type { ClientVerdict, VerdictName, WouldHold } from "./clients/verdict.js";
export type {
  ProtoConfigEvent,
  ProtoConfigSetting,
  ProtoConfigSnapshot,
  ProtoConfigUpdate,
  ProtoValue,
} from "./contract.js";
export type { CoreAgent, CoreAgentStatus } from "./core-agent.js";
export { createCoreAgent } from "./core-agent.js";
export type { DialectName } from "./dialects/spoken.js";
export type { Faults } from "./faults.js";
export type { HistoryEntry, PastChange, PastValue } from "./history/entry.js";
export type { ChangeNote } from "./history/note.js";
export type { AgentLog, CoreAgentOptions, RegisterServices } from "./options.js";
export type { Transaction } from "./settings/change-set.js";
export type { EffectiveSetting } from "./settings/layer-store.js";
export type { ChangeCause } from "./settings/sources/source.js";
export type { Trial } from "./settings/trial.js";
