/**
 * Entry of the worker thread: takes its ports, runs the composition, and ends by itself once it is stopped. Loaded by any other
 * thread, it does nothing but give the composition, so that one file serves both ways of running.
 */
import { setImmediate } from "node:timers/promises";
import { receiveMessageOnPort, workerData } from "node:worker_threads";
import { expose, wrap } from "comlink";
import nodeEndpoint from "comlink/dist/esm/node-adapter.mjs";
import { ConfigStreamError } from "../shared/errors.js";
import type { ControlApi, HostApi, HostMessage, WorkerInit, WorkerMessage } from "../shared/messages.js";
import { quietGrpcLog } from "./link/transport.js";
import { createRuntime } from "./runtime.js";
import { keepTickShape } from "./tick-shape.js";

export { createRuntime };

const init = workerData as WorkerInit | null | undefined;
if (init?.kind === "configstream-worker") run(init);

function run(given: WorkerInit): void {
  const { control, host, events } = given;
  const post = (message: WorkerMessage): void => events.postMessage(message);
  quietGrpcLog();
  keepTickShape();
  try {
    const application = host && wrap<HostApi>(nodeEndpoint(host));
    const runtime = createRuntime({
      memory: given.memory,
      untold: given.untold,
      params: given.params,
      logs: given.logs,
      sessionIdProvider: application && (async () => application.sessionId()),
      post,
      onDefect(error) {
        // A worker that does nothing is worse than one that is replaced.
        post({ kind: "fatal", error: error.serialize() });
        process.exit(1);
      },
      poll() {
        for (let next = receiveMessageOnPort(events); next; next = receiveMessageOnPort(events)) {
          runtime.receive(next.message as HostMessage);
        }
      },
    });
    events.on("message", (message: HostMessage) => runtime.receive(message));
    const api: ControlApi = {
      async stop() {
        await runtime.stop();
        void closePorts(given);
      },
    };
    expose(api, nodeEndpoint(control));
    runtime.start();
  } catch (thrown) {
    // The 'error' event would carry it without its class and code.
    post({ kind: "fatal", error: ConfigStreamError.from(thrown).serialize() });
    throw thrown;
  }
}

/** Lets go of what keeps this thread alive, after the answer to `stop` is on its way. */
async function closePorts({ control, host, events }: WorkerInit): Promise<void> {
  await setImmediate();
  for (const port of [control, host, events]) port?.close();
}
