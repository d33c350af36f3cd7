/// <reference types="node" preserve="true" />
/**
 * A small core agent: the producer that the consumer of this library talks to.
 *
 * @module configstream-consumer/core-agent
 */

export type { Environment } from "../files/env.js";
export type { DefaultSetting, Defaults } from "../files/known-keys.js";
export type { Clock, Timer } from "../shared/clock.js";
export type { ConfigValue, SourceValue } from "../shared/types.js";
export type {
  ProtoConfigEvent,
  ProtoConfigSetting,
  ProtoConfigSnapshot,
  ProtoConfigUpdate,
  ProtoValue,
} from "./contract.js";
export type { CoreAgent, CoreAgentStatus, SettingEntry } from "./core-agent.js";
export { createCoreAgent } from "./core-agent.js";
export type { Faults } from "./faults.js";
export type { EffectiveSetting } from "./layer-store.js";
export type { AgentLog, CoreAgentOptions, RegisterServices } from "./options.js";
