/** Stands for `configstream-consumer/core-agent` in all tests: the built one, with the net below it. */
import * as built from "../../../dist/core-agent/index.js";
import { watchedAgent } from "./watched.js";

export * from "../../../dist/core-agent/index.js";
export const createCoreAgent = watchedAgent(built.createCoreAgent);
