/** One worker thread: starts it, talks with it, and knows when it has ended. */

import { statSync } from "node:fs";
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from "node:worker_threads";
// By its plain name Node.js finds the CommonJS build, and no other package here needs the loader for that.
import { expose, wrap } from "comlink/dist/esm/comlink.mjs";
import nodeEndpoint from "comlink/dist/esm/node-adapter.mjs";
import { isMissing } from "../../shared/disk/file-faults.js";
import { ConfigStreamError } from "../../shared/errors.js";
import { holdProcess } from "../../shared/hold.js";
import type { ControlApi, HostApi, HostMessage, WorkerInit, WorkerMessage } from "../../shared/messages.js";
import { describeThrown, textIn } from "../../shared/thrown.js";
import type { EngineHost, EngineHostInit } from "./engine-host.js";
import { missingCodeHint, workerCode } from "./worker-code.js";
import { workerArguments, workerEnvironment } from "./worker-environment.js";
import { yarnResolver } from "./yarn-resolver.js";

/** How long a thread may take to end after it was ended by force, in ms. JavaScript ends at once; native code does not. */
const exitWaitMs = 5_000;

/**
 * Room for young objects, in MB, when the application does not say. Each of its collections stops the thread for a time that grows with
 * the room, so little room makes short pauses, which a change on its way waits for. Nearly all that a flow of updates leaves dies at
 * once, so that more room would not save work; half as much costs a tenth of the rate at which updates can be taken.
 */
const youngGenerationMb = 6;

/** Deno says that a thread has ended when it was told to end it; one that is stuck goes on running, and may write. */
const endsStuckThreads = process.versions.deno === undefined;

/** What to do, by the code of the error. */
const startHints: { readonly [code: string]: string } = {
  ERR_ACCESS_DENIED: ' Start Node.js with --allow-worker, or use the option isolation: "none".',
  // A bundle in CommonJS does not know its own address.
  ERR_INVALID_URL: ` ${missingCodeHint}`,
};

/** Starts a worker. It does not keep the process alive, except until it is up. Throws when no thread can be made. */
export function startWorker(init: EngineHostInit): EngineHost {
  try {
    return new WorkerHost(init);
  } catch (thrown) {
    if (thrown instanceof ConfigStreamError) throw thrown;
    const { code = "unknown error", message } = thrown as NodeJS.ErrnoException;
    const hint = startHints[code] ?? "";
    throw new ConfigStreamError("worker_died", `No worker thread could be started (${code}): ${message}.${hint}`);
  }
}

class WorkerHost implements EngineHost {
  readonly up: Promise<void>;
  readonly ended: Promise<ConfigStreamError>;
  readonly #init: EngineHostInit;
  readonly #worker: Worker;
  readonly #events: MessagePort;
  readonly #ports: readonly MessagePort[];
  readonly #control: { stop(): Promise<void> };
  #reportUp = (): void => {};
  /** The worker's own word on why it ends. */
  #fatal: ConfigStreamError | undefined;
  /** It may have thrown anything, `undefined` as well. */
  #hasThrown = false;
  #thrown: unknown;
  /** Why this side has ended it. */
  #killedSince: string | undefined;
  #reportEnd = (_error: ConfigStreamError): void => {};
  #isGone = false;

  constructor(init: EngineHostInit) {
    this.#init = init;
    const control = new MessageChannel();
    const events = new MessageChannel();
    const provider = init.host.sessionIdProvider;
    const host = provider && new MessageChannel();
    this.#worker = newWorker(init, control.port2, host?.port2, events.port2);
    this.#events = events.port1;
    this.#ports = [control.port1, events.port1, ...(host === undefined ? [] : [host.port1])];
    this.#control = wrap<ControlApi>(nodeEndpoint(control.port1));
    if (provider !== undefined && host !== undefined) {
      const api: HostApi = { sessionId: async () => provider() };
      expose(api, nodeEndpoint(host.port1));
    }
    this.#events.on("message", (message: WorkerMessage) => this.#receive(message));
    // Listening holds the process; only the worker itself may, and only until it is up.
    for (const port of this.#ports) port.unref();
    if (!init.holdsProcess) this.#worker.unref();

    this.ended = new Promise((resolve) => {
      this.#reportEnd = resolve;
    });
    this.#worker.on("error", (thrown) => {
      this.#hasThrown = true;
      this.#thrown = thrown;
    });
    this.#worker.on("exit", (code) => {
      this.#isGone = endsStuckThreads || this.#killedSince === undefined;
      this.#end(this.#reason(code));
    });
    this.up = Promise.race([
      new Promise<void>((resolve) => {
        this.#reportUp = () => {
          this.#worker.unref();
          resolve();
        };
      }),
      this.ended.then((error) => Promise.reject(error)),
    ]);
    // A caller that waits for it gets it; none has to.
    this.up.catch(() => {});
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  post(message: HostMessage): void {
    this.#events.postMessage(message);
  }

  kill(why: string): void {
    this.#killedSince ??= why;
    void this.#worker.terminate();
    // Terminating holds the process until the thread has ended, which may be never.
    this.#worker.unref();
    const giveUp = setTimeout(() => {
      this.#init.onLog("error", "A worker thread does not end: native code holds it up. It is given up.");
      this.#end(`${why} Native code holds its thread up, which was given up.`);
    }, exitWaitMs);
    giveUp.unref();
    void this.ended.then(() => clearTimeout(giveUp));
  }

  async stop(deadlineMs: number): Promise<void> {
    // Nothing else holds the process while the worker ends.
    const release = holdProcess();
    const deadline = setTimeout(() => this.kill(`it did not stop within ${deadlineMs} ms.`), deadlineMs);
    // Its answer is not waited for: what counts is the end, and one whose worker is gone never comes.
    this.#control.stop().catch(() => {});
    await this.ended;
    clearTimeout(deadline);
    release();
  }

  #receive(message: WorkerMessage): void {
    switch (message.kind) {
      case "up":
        this.#reportUp();
        break;
      case "changes":
        try {
          this.#init.onChanges(message);
        } finally {
          // Whatever happens here, the next batch has to come.
          this.post({ kind: "ack" });
        }
        break;
      case "notice":
        this.#init.onNotice(message);
        this.post({ kind: "noticed" });
        break;
      case "guards":
        this.#init.onGuards(message.rules);
        break;
      case "log":
        this.#init.onLog(message.level, message.message);
        this.post({ kind: "logged" });
        break;
      case "fatal":
        this.#fatal = ConfigStreamError.deserialize(message.error);
    }
  }

  /** Nothing comes from it any more. */
  #end(reason: string): void {
    // What it had sent before its end still counts.
    for (let next = receiveMessageOnPort(this.#events); next; next = receiveMessageOnPort(this.#events)) {
      this.#receive(next.message as WorkerMessage);
    }
    for (const port of this.#ports) port.close();
    // What was thrown is not passed on as the cause: what its message quotes is unchecked.
    this.#reportEnd(new ConfigStreamError("worker_died", `The worker thread ended: ${reason}`));
  }

  #reason(code: number): string {
    if (this.#killedSince !== undefined) return this.#killedSince;
    if (this.#fatal !== undefined) return this.#fatal.message;
    if (!this.#hasThrown) return `it was terminated or exited (exit code ${code}).`;
    if (textIn(this.#thrown, "code") === "ERR_WORKER_OUT_OF_MEMORY") {
      return "it ran out of memory. Raise the option resourceLimits.maxOldGenerationSizeMb, or send fewer settings.";
    }
    const missing = missingModule(this.#thrown);
    return missing ?? `uncaught ${describeThrown(this.#thrown)} (exit code ${code}).`;
  }
}

/** What to say of a failure to load the entry file; `undefined` for any other failure. */
export function missingModule(thrown: unknown): string | undefined {
  const code = textIn(thrown, "code");
  if (code !== "ERR_MODULE_NOT_FOUND" && code !== "MODULE_NOT_FOUND") return undefined;
  // A message about files; it names the one that is missing.
  return `its code could not be loaded. ${textIn(thrown, "message") ?? ""}. ${missingCodeHint}`;
}

/** Here, because a thread that blocks in `waitReadySync` would not hear from a worker that cannot even load its code. */
function refuseMissing(url: URL): void {
  try {
    statSync(url);
  } catch (thrown) {
    // Where it is no file at all, the thread finds out.
    if (!isMissing(thrown)) return;
    throw new ConfigStreamError(
      "worker_died",
      `The worker's code could not be loaded: ${url.href} does not exist. ${missingCodeHint}`,
    );
  }
}

function newWorker(
  init: EngineHostInit,
  control: MessagePort,
  host: MessagePort | undefined,
  events: MessagePort,
): Worker {
  const { memory, untold, writers, engine: params } = init;
  const { workerUrl, resourceLimits, logger } = init.host;
  const workerData: WorkerInit = {
    kind: "configstream-worker",
    memory,
    untold,
    writers,
    params,
    logs: logger !== undefined,
    control,
    host,
    events,
  };
  const options = {
    workerData,
    name: "configstream",
    transferList: host === undefined ? [control, events] : [control, host, events],
    // Flags of the application, such as loaders or an inspector, are not meant for this thread; nor are its variables.
    execArgv: workerArguments(process.versions, yarnResolver),
    env: workerEnvironment(process.env),
    resourceLimits: { maxYoungGenerationSizeMb: youngGenerationMb, ...resourceLimits },
  };
  const code = workerCode(workerUrl);
  if (code.kind === "text") return new Worker(code.text, { ...options, eval: true });
  refuseMissing(code.url);
  // Not `new`: bundlers look for the file behind each thread that they see being made, and this one is known only when it runs.
  return Reflect.construct(Worker, [code.url, options]) as Worker;
}
