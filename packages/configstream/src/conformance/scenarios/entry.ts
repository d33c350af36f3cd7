/** A scenario for consumers. */
import type { Scenario } from "../scenario.js";
import type { ScriptedAgentOptions } from "../scripted/agent.js";
import type { Trial } from "../trial.js";

export interface ConsumerScenario extends Scenario<Trial> {
  /** The core agent that it needs. */
  readonly agent?: ScriptedAgentOptions;
}
