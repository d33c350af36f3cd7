/** A small core agent: the producer that the consumer of this library talks to. */
export type { CoreAgent, CoreAgentStatus, SettingEntry } from "./core-agent.js";
export { createCoreAgent } from "./core-agent.js";
export type { Environment } from "./env.js";
export type { Faults } from "./faults.js";
export type { DefaultSetting, Defaults } from "./known-keys.js";
export type { AgentLog, CoreAgentOptions, RegisterServices } from "./options.js";
