/** The engine in the application's own thread, without a worker. */
import { describe, expect, it } from "vitest";
import type { EngineHost } from "../../../../src/main/hosting/engine-host.js";
import { startInline } from "../../../../src/main/hosting/inline-host.js";
import { ConfigStreamError } from "../../../../src/shared/errors.js";
import type { HostMessage, RuntimeInit, WorkerMessage } from "../../../../src/shared/messages.js";

type Init = Parameters<typeof startInline>[0];

interface Stage {
  readonly host: EngineHost;
  /** What the engine says to the application, as it does when it works. */
  readonly say: (message: WorkerMessage) => void;
  /** The engine ends by a defect of its own. */
  readonly fail: (error: ConfigStreamError) => void;
  /** What the engine was made with. */
  readonly init: () => RuntimeInit | undefined;
  /** What the engine was told and what was done to it, in order. */
  readonly engine: readonly string[];
  /** What the application was told. */
  readonly application: string[];
}

let stages = 0;

/** An engine that does nothing by itself, in the place of the real one. */
function stage(changes: Partial<Init> = {}, given: object = {}): Stage {
  const name = `stage-${++stages}`;
  const engine: string[] = [];
  const application: string[] = [];
  let started: RuntimeInit | undefined;
  const createRuntime = (init: RuntimeInit) => {
    started = init;
    engine.push("made");
    return {
      start: () => void engine.push("started"),
      receive: ({ kind }: HostMessage) => void engine.push(kind),
      stop: async () => void engine.push("stopped"),
    };
  };
  Object.assign(globalThis, { [name]: createRuntime });
  const workerUrl = new URL(`data:text/javascript,export const createRuntime = globalThis["${name}"];`);
  const host = startInline({
    memory: {},
    untold: new SharedArrayBuffer(8),
    engine: {},
    host: { workerUrl, ...given },
    holdsProcess: true,
    onChanges: () => application.push("changes"),
    onNotice: () => application.push("notice"),
    onGuards: (rules: unknown) => application.push(`guards ${JSON.stringify(rules)}`),
    onLog: () => application.push("log"),
    ...changes,
  } as unknown as Init);
  return {
    host,
    say: (message) => started?.post(message),
    fail: (error) => started?.onDefect(error),
    init: () => started,
    engine,
    application,
  };
}

const changes: WorkerMessage = { kind: "changes", changes: [], setEnds: [], publishes: [], lagged: false };
const notice: WorkerMessage = { kind: "notice", state: "live", held: [], healed: [] };
const log: WorkerMessage = { kind: "log", level: "info", message: "A line." };
const guards = { kind: "guards", rules: { a: 1 } } as unknown as WorkerMessage;
const up: WorkerMessage = { kind: "up" };
const nextTurn = () => new Promise<void>((resolve) => setImmediate(() => setImmediate(resolve)));

describe("an engine in the application's own thread", () => {
  it("is heard, in a later turn, and each message is acknowledged", async () => {
    const { host, say, engine, application } = stage();
    host.post({ kind: "subscribed", active: true });
    await host.up;
    for (const message of [up, changes, notice, guards, log]) say(message);
    expect(application).toEqual([]);
    await nextTurn();
    expect(application).toEqual(["changes", "notice", 'guards {"a":1}', "log"]);
    expect(engine).toEqual(["made", "subscribed", "started", "ack", "noticed", "logged"]);
    await host.stop(10);
  });

  it("is not heard any more once it has been stopped, also of what it had said before", async () => {
    const { host, say, application } = stage();
    await host.up;
    for (const message of [changes, notice, log]) say(message);
    const stopped = host.stop(10);
    for (const message of [changes, notice, log]) say(message);
    await stopped;
    await nextTurn();
    expect(application).toEqual([]);
    expect(await host.ended).toMatchObject({ code: "worker_died", message: "The engine was stopped." });
    // No thread is left that could write.
    expect(host.isGone).toBe(true);
  });

  it("is not even made when it is stopped while its code is loaded", async () => {
    const { host, engine } = stage();
    await host.stop(10);
    await nextTurn();
    expect(engine).toEqual([]);
  });

  it("is acknowledged although the application's handler throws", async () => {
    const thrown: unknown[] = [];
    const { host, say, engine } = stage({
      onChanges: () => {
        throw new Error("The handler's own.");
      },
    });
    await host.up;
    const onThrown = (error: unknown) => void thrown.push(error);
    const others = process.listeners("uncaughtException");
    process.removeAllListeners("uncaughtException");
    process.once("uncaughtException", onThrown);
    try {
      say(changes);
      await nextTurn();
    } finally {
      process.off("uncaughtException", onThrown);
      for (const other of others) process.on("uncaughtException", other);
    }
    expect(thrown).toEqual([new Error("The handler's own.")]);
    expect(engine).toContain("ack");
    await host.stop(10);
  });

  it("that ends by a defect is stopped first and not heard any more, and then reported with the defect", async () => {
    const { host, say, fail, engine, application } = stage();
    await host.up;
    say(changes);
    const defect = new ConfigStreamError("internal", "A defect.");
    fail(defect);
    expect(await host.ended).toBe(defect);
    await nextTurn();
    expect(engine).toEqual(["made", "started", "stopped"]);
    expect(application).toEqual([]);
  });

  it("gives log lines only to a logger, and asks for a session only the application's own function", async () => {
    const bare = stage();
    const logger = { debug() {}, info() {}, warn() {}, error() {} };
    const given = stage({}, { logger, sessionIdProvider: () => "the session" });
    await Promise.all([bare.host.up, given.host.up]);
    expect(bare.init()).toMatchObject({ logs: false, sessionIdProvider: undefined });
    expect(given.init()).toMatchObject({ logs: true });
    expect(await given.init()?.sessionIdProvider?.()).toBe("the session");
    await Promise.all([bare.host.stop(10), given.host.stop(10)]);
  });

  it("whose code cannot be loaded never is up, and ends with the reason", async () => {
    const missing = new URL("./no-such-worker.js", import.meta.url);
    for (const [workerUrl, message] of [
      [
        new URL('data:text/javascript,throw new Error("Its own.");'),
        expect.stringMatching(/^Unexpected Error at data:/),
      ],
      [missing, expect.stringMatching(/^The engine could not be started: .*no-such-worker/)],
    ] as const) {
      const { host } = stage({}, { workerUrl });
      await expect(host.up).rejects.toMatchObject({ code: "worker_died", message });
      expect(await host.ended).toMatchObject({ code: "worker_died", message });
      await host.stop(10);
    }
  });
});
