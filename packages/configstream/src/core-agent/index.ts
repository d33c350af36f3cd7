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
export type { Transaction } from "./change-set.js";
export type { ClientState, CommandResult, RegisteredClient } from "./clients/client.js";
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
export type { EffectiveSetting } from "./layer-store.js";
export type { AgentLog, CoreAgentOptions, RegisterServices } from "./options.js";
