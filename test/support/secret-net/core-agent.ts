/** Stands for `configstream/core-agent` in all tests: the built one, with the net below it. */
import * as built from "../../../packages/configstream/dist/core-agent/index.js";
import { watchedAgent } from "./watched.js";

export * from "../../../packages/configstream/dist/core-agent/index.js";
export const createCoreAgent = watchedAgent(built.createCoreAgent);
