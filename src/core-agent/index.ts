/** A small core agent: the producer that the consumer of this library talks to. */

export type { Environment } from "../files/env.js";
export type { DefaultSetting, Defaults } from "../files/known-keys.js";
export type { CoreAgent, CoreAgentStatus, SettingEntry } from "./core-agent.js";
export { createCoreAgent } from "./core-agent.js";
export type { Faults } from "./faults.js";
export type { AgentLog, CoreAgentOptions, RegisterServices } from "./options.js";
