/** The engine in this thread, without a worker. */
import { ConfigStreamError } from "../shared/errors.js";
import type { HostMessage, Runtime, RuntimeInit, WorkerMessage } from "../shared/messages.js";
import type { EngineHost, EngineHostInit } from "./engine-host.js";
import { missingModule, workerEntryUrl } from "./worker-host.js";

/** Starts the engine in this thread. */
export function startInline(init: EngineHostInit): EngineHost {
  let stopped = false;
  let runtime: Runtime | undefined;
  let reportEnd: (error: ConfigStreamError) => void = () => {};
  const ended = new Promise<ConfigStreamError>((resolve) => {
    reportEnd = resolve;
  });
  const early: HostMessage[] = [];
  const post = (message: HostMessage): void => {
    if (runtime === undefined) early.push(message);
    else runtime.receive(message);
  };
  const receive = (message: WorkerMessage): void => {
    if (stopped) return;
    if (message.kind === "changes") {
      init.onChanges(message);
      post({ kind: "ack" });
    } else if (message.kind === "log") {
      init.onLog(message.level, message.message);
      post({ kind: "logged" });
    }
  };
  const provider = init.host.sessionIdProvider;
  const runtimeInit: RuntimeInit = {
    memory: init.memory,
    untold: undefined,
    params: init.engine,
    logs: init.host.logger !== undefined,
    sessionIdProvider: provider && (async () => provider()),
    onDefect(error) {
      stopped = true;
      void runtime?.stop().then(() => reportEnd(error));
    },
    // Later, so that an application's handler never runs inside the engine.
    post: (message) => void setImmediate(receive, message),
    poll: () => {},
  };
  const run = async (): Promise<void> => {
    try {
      const create = await loadRuntime(init.host.workerUrl);
      if (stopped) return;
      runtime = create(runtimeInit);
      for (const message of early.splice(0)) runtime.receive(message);
      runtime.start();
    } catch (thrown) {
      const missing = missingModule(thrown);
      const error =
        missing === undefined
          ? ConfigStreamError.from(thrown, "worker_died")
          : new ConfigStreamError("worker_died", `The engine could not be started: ${missing}`);
      reportEnd(error);
      throw error;
    }
  };
  const up = run();
  up.catch(() => {});
  return {
    up,
    ended,
    isGone: true,
    post,
    // Only a worker is watched: a thread cannot find itself stuck.
    kill: () => {},
    async stop() {
      stopped = true;
      await up.catch(() => {});
      await runtime?.stop();
      reportEnd(new ConfigStreamError("worker_died", "The engine was stopped."));
    },
  };
}

async function loadRuntime(url = workerEntryUrl()): Promise<(init: RuntimeInit) => Runtime> {
  // By address: the application's side has no import of the worker's, and loads it only when it is asked to.
  const module: { readonly createRuntime: (init: RuntimeInit) => Runtime } = await import(url.href);
  return module.createRuntime;
}
