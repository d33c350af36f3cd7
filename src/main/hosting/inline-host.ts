/** The engine in this thread, without a worker. */
import { compileFunction } from "node:vm";
import { ConfigStreamError } from "../../shared/errors.js";
import type { HostMessage, Runtime, RuntimeInit, WorkerMessage } from "../../shared/messages.js";
import type { EngineHost, EngineHostInit } from "./engine-host.js";
import { inlineCode } from "./worker-code.js";
import { missingModule } from "./worker-host.js";

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
      try {
        init.onChanges(message);
      } finally {
        // Whatever happens here, the next batch has to come.
        post({ kind: "ack" });
      }
    } else if (message.kind === "notice") {
      init.onNotice(message);
      post({ kind: "noticed" });
    } else if (message.kind === "guards") {
      init.onGuards(message.rules);
    } else if (message.kind === "log") {
      init.onLog(message.level, message.message);
      post({ kind: "logged" });
    }
  };
  const provider = init.host.sessionIdProvider;
  const runtimeInit: RuntimeInit = {
    memory: init.memory,
    untold: undefined,
    writers: init.writers,
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

interface RuntimeModule {
  readonly createRuntime: (init: RuntimeInit) => Runtime;
}

async function loadRuntime(workerUrl: URL | undefined): Promise<RuntimeModule["createRuntime"]> {
  const code = inlineCode(workerUrl);
  if (code.kind === "text") return evaluate(code.text).createRuntime;
  // By address: the application's side has no import of the worker's, and loads it only when it is asked to. The comments
  // tell bundlers that nothing is to be found at build time.
  const module: RuntimeModule = await import(/* webpackIgnore: true */ /* @vite-ignore */ code.url.href);
  return module.createRuntime;
}

/** Runs the text as the CommonJS module that it is. It loads nothing but what Node.js brings. */
function evaluate(text: string): RuntimeModule {
  const exports = {};
  compileFunction(text, ["exports", "require"], { filename: "configstream-worker.cjs" })(
    exports,
    process.getBuiltinModule,
  );
  return exports as RuntimeModule;
}
