/** Judges any consumer, and any core agent, by the contract of the stream. */
export { agentScenarios, type JudgedAgent, judgeAgent } from "./agent/index.js";
export { type JudgeOptions, judgeConsumer } from "./judge-consumer.js";
export { choose, type Scenario, type Verdict } from "./scenario.js";
export { consumerScenarios } from "./scenarios/index.js";
