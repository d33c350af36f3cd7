/** Stands for the package in all tests: the built one, with the net below it. */
import * as built from "../../../dist/index.js";
import { watchedConsumer } from "./watched.js";

export * from "../../../dist/index.js";
export const createConsumer = watchedConsumer(built.createConsumer);
