/** The worker's ends of the ports to the application's thread, and what runs between them. */
import { setImmediate } from "node:timers/promises";
import { receiveMessageOnPort } from "node:worker_threads";
import { expose, wrap } from "comlink";
import nodeEndpoint from "comlink/dist/esm/node-adapter.mjs";
import { ConfigStreamError } from "../shared/errors.js";
import type {
  ControlApi,
  HostApi,
  HostMessage,
  Runtime,
  RuntimeInit,
  WorkerInit,
  WorkerMessage,
} from "../shared/messages.js";

/** Runs a composition that talks over these ports. They are closed once it was stopped, so that nothing keeps the thread alive. */
export function runAttached(given: WorkerInit, create: (init: RuntimeInit) => Runtime): void {
  const { control, host, events } = given;
  const post = (message: WorkerMessage): void => events.postMessage(message);
  try {
    const application = host && wrap<HostApi>(nodeEndpoint(host));
    const runtime = create({
      memory: given.memory,
      untold: given.untold,
      writers: given.writers,
      params: given.params,
      logs: given.logs,
      sessionIdProvider: application && (async () => application.sessionId()),
      post,
      onDefect(error) {
        // A worker that does nothing is worse than one that is replaced.
        post({ kind: "fatal", error: error.serialize() });
        process.exit(1);
      },
      // Some runtimes cannot end a thread that is stuck; this one is no more, and nothing listens to it.
      onSuperseded: () => process.exit(1),
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
