/**
 * Entry of the worker thread: takes its ports, runs the composition, and ends by itself once it is stopped. Loaded by any other
 * thread, it does nothing but give the composition, so that one file serves both ways of running.
 */
import { workerData } from "node:worker_threads";
import type { WorkerInit } from "../shared/messages.js";
import { runAttached } from "./attached.js";
import { quietGrpcLog } from "./link/transport.js";
import { createRuntime } from "./runtime.js";
import { keepTickShape } from "./tick-shape.js";

export { createRuntime };

const init = workerData as WorkerInit | null | undefined;
if (init?.kind === "configstream-worker") {
  quietGrpcLog();
  keepTickShape();
  runAttached(init, createRuntime);
}
