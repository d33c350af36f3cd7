/** One worker thread, as the supervisor sees it: threads that do as each test says, in the place of the engine's. */
import { Worker } from "node:worker_threads";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { EngineHost, EngineHostInit } from "../../../../src/main/hosting/engine-host.js";
import { startWorker } from "../../../../src/main/hosting/worker-host.js";
import { ConfigStreamError } from "../../../../src/shared/errors.js";

/** Made known to the code of each thread: what it was given, how it speaks, and how it takes part in an orderly end. */
const prelude = `
  import { resourceLimits, workerData } from "node:worker_threads";
  const { control, host, events, ...given } = workerData;
  const say = (message) => events.postMessage(message);
  const log = (message) => say({ kind: "log", level: "info", message: String(message) });
  const answer = (port, id, value) => port.postMessage({ id, type: "RAW", value });
  const leave = () => { for (const port of [control, host, events]) port?.close(); };
  const stay = () => setInterval(() => {}, 1_000);
`;
/** Says that it is up, and ends when it is asked to. */
const orderly = `
  control.on("message", ({ id, path }) => { log(path); answer(control, id, undefined); setImmediate(leave); });
  say({ kind: "up" });
`;

interface Stage {
  readonly host: EngineHost;
  /** What the application heard. */
  readonly heard: unknown[];
}

const running = new Set<EngineHost>();
afterEach(async () => {
  vi.restoreAllMocks();
  for (const host of running) host.kill("the test is over.");
  await Promise.all([...running].map(({ ended }) => ended));
  running.clear();
});

function stage(code: string, changes: Partial<EngineHostInit> = {}, host: Partial<EngineHostInit["host"]> = {}): Stage {
  const heard: unknown[] = [];
  const hear = (message: unknown) => void heard.push(message);
  const started = startWorker({
    memory: { settings: new SharedArrayBuffer(8) },
    untold: new SharedArrayBuffer(8),
    engine: {},
    holdsProcess: true,
    onChanges: hear,
    onNotice: hear,
    onGuards: hear,
    onLog: (_level: string, message: string) => hear(message),
    host: { workerUrl: new URL(`data:text/javascript,${encodeURIComponent(prelude + code)}`), ...host },
    ...changes,
  } as unknown as EngineHostInit);
  running.add(started);
  return { host: started, heard };
}

/** Why it ended, in its own words. */
async function endOf({ host }: Stage): Promise<string> {
  const error = await host.ended;
  expect(error).toBeInstanceOf(ConfigStreamError);
  expect(error.code).toBe("worker_died");
  expect(error.message).toMatch(/^The worker thread ended: /);
  return error.message.replace("The worker thread ended: ", "");
}

/** A thread takes a while to begin where much else runs. */
const eventually = (check: () => void) => vi.waitFor(check, { timeout: 10_000 });
const told = (host: EngineHost) => Promise.race([host.up.then(() => "up"), host.ended.then(() => "ended")]);

describe("a worker thread", () => {
  it("is up once it says so, answers to stop, and is gone when it has ended by itself", async () => {
    const { host, heard } = stage(orderly);
    await host.up;
    expect(host.isGone).toBe(false);
    await host.stop(10_000);
    expect(host.isGone).toBe(true);
    expect(heard).toEqual(["stop"]);
    expect((await host.ended).message).toBe("The worker thread ended: it was terminated or exited (exit code 0).");
  });

  it("is heard, and each message that waits for an answer gets its own", async () => {
    const { host, heard } = stage(`
      ${orderly}
      events.on("message", ({ kind, active }) => { if (kind !== "logged") log([kind, active]); });
      for (const kind of ["changes", "notice"]) say({ kind });
      say({ kind: "guards", rules: ["a rule"] });
    `);
    await host.up;
    host.post({ kind: "subscribed", active: true });
    await eventually(() => expect(heard).toHaveLength(6));
    expect(heard.slice(0, 3)).toEqual([{ kind: "changes" }, { kind: "notice" }, ["a rule"]]);
    expect([...heard.slice(3)].sort()).toEqual(["ack,", "noticed,", "subscribed,true"]);
    await host.stop(10_000);
  });

  it("may send the next log line when one was taken, and the next batch although a handler threw", async () => {
    const { host, heard } = stage(
      `${orderly}
      events.on("message", ({ kind }) => { say({ kind: "guards", rules: kind }); });
      log("A line.");
      say({ kind: "changes" });`,
      {
        onChanges() {
          throw new Error("The handler's own.");
        },
      },
    );
    const thrown: unknown[] = [];
    const others = process.listeners("uncaughtException");
    process.removeAllListeners("uncaughtException");
    process.on("uncaughtException", (error) => thrown.push(error));
    try {
      await eventually(() => expect(heard).toHaveLength(3));
    } finally {
      process.removeAllListeners("uncaughtException");
      for (const other of others) process.on("uncaughtException", other);
    }
    expect(heard).toEqual(["A line.", "logged", "ack"]);
    expect(thrown).toEqual([new Error("The handler's own.")]);
    await host.stop(10_000);
  });

  it("is heard to the end: what it said just before it exited still counts, also by a thread that was busy meanwhile", async () => {
    const many = Array.from({ length: 3_000 }, (_, index) => String(index));
    const untold = new SharedArrayBuffer(8);
    const all = stage(
      `say({ kind: "up" });
      for (let i = 0; i < 3_000; i++) log(i);
      const said = new Int32Array(given.untold);
      Atomics.store(said, 0, 1);
      Atomics.notify(said, 0);
      process.exit(3);`,
      { untold },
    );
    const said = new Int32Array(untold);
    Atomics.wait(said, 0, 0, 5_000);
    // Until it has ended, most likely.
    Atomics.wait(said, 1, 0, 50);
    expect(await endOf(all)).toBe("it was terminated or exited (exit code 3).");
    expect(all.heard).toEqual(many);
    expect(() => all.host.post({ kind: "ack" })).not.toThrow();
    await all.host.stop(10_000);
    all.host.kill("it is over anyway.");
    expect(await endOf(all)).toContain("exit code 3");
  });

  it("knows the memory and the parameters, and whether anybody reads its log lines", async () => {
    const code = `
      log(JSON.stringify([given.kind, given.params, given.logs, host === undefined]));
      new Int32Array(given.untold)[0] = 7; new Int32Array(given.memory.settings)[0] = 8;
      ${orderly}`;
    const memory = { settings: new SharedArrayBuffer(8) };
    const untold = new SharedArrayBuffer(8);
    const bare = stage(code, { untold, memory: memory as never, engine: { clientName: "a" } as never });
    const given = stage(code, {}, { logger: console as never, sessionIdProvider: () => "s" });
    await Promise.all([bare.host.up, given.host.up]);
    expect([...new Int32Array(untold), ...new Int32Array(memory.settings)]).toEqual([7, 0, 8, 0]);
    expect(bare.heard).toEqual(['["configstream-worker",{"clientName":"a"},false,true]']);
    expect(given.heard).toEqual(['["configstream-worker",{},true,false]']);
    await Promise.all([bare.host.stop(10_000), given.host.stop(10_000)]);
  });

  it("has little room for young objects, unless the application says otherwise, and none of the application's flags", async () => {
    const code = `${orderly} log(JSON.stringify([resourceLimits, process.execArgv, process.env.DD_X, process.env.PATH]));`;
    process.env.DD_X = "seen";
    try {
      const own = stage(code);
      const given = stage(code, {}, { resourceLimits: { maxYoungGenerationSizeMb: 9, maxOldGenerationSizeMb: 50 } });
      await Promise.all([own, given].map(({ heard }) => eventually(() => expect(heard).toHaveLength(1))));
      const [limits, ...rest] = JSON.parse(String(own.heard[0]));
      expect(limits).toMatchObject({ maxYoungGenerationSizeMb: 6 });
      expect(rest).toEqual([[], "seen", null]);
      expect(JSON.parse(String(given.heard[0]))[0]).toMatchObject({
        maxYoungGenerationSizeMb: 9,
        maxOldGenerationSizeMb: 50,
      });
      await Promise.all([own.host.stop(10_000), given.host.stop(10_000)]);
    } finally {
      delete process.env.DD_X;
    }
  });

  it("gets a session from the application's own function", async () => {
    const { host, heard } = stage(
      `${orderly} host.on("message", ({ value }) => log(value));
      host.postMessage({ id: "1", type: "APPLY", path: ["sessionId"], argumentList: [] });`,
      {},
      { sessionIdProvider: async () => "the session" },
    );
    await eventually(() => expect(heard).toEqual(["the session"]));
    await host.stop(10_000);
  });
});

describe("the process", () => {
  const held = () => process.getActiveResourcesInfo().filter((kind) => kind === "MessagePort").length;

  it("is held by a worker until it is up, where somebody waits for that, and by nothing that listens", async () => {
    const before = held();
    const letGo = vi.spyOn(Worker.prototype, "unref");
    const provider = { sessionIdProvider: () => "s" };
    const waited = stage(`events.once("message", () => { say({ kind: "up" }); }); ${stayCode}`, {}, provider);
    expect(letGo).toHaveBeenCalledTimes(0);
    expect(held()).toBe(before);
    waited.host.post({ kind: "ack" });
    await waited.host.up;
    expect(letGo).toHaveBeenCalledTimes(1);
    stage(stayCode, { holdsProcess: false });
    expect(letGo).toHaveBeenCalledTimes(2);
    expect(held()).toBe(before);
  });

  it("is held while a worker is asked to stop, and not by one that is ended by force", async () => {
    const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length;
    const before = timers();
    const { host } = stage(orderly);
    await host.up;
    const stopped = host.stop(10_000);
    const during = timers();
    expect(during).toBeGreaterThan(before);
    await stopped;
    expect(timers()).toBeLessThan(during);
    const stuck = stage(stayCode);
    const letGo = vi.spyOn(Worker.prototype, "unref");
    const unforced = timers();
    stuck.host.kill("it was in the way.");
    expect(letGo).toHaveBeenCalledTimes(1);
    expect(timers()).toBe(unforced);
    expect(await endOf(stuck)).toBe("it was in the way.");
  });
});

const stayCode = "stay();";

describe("the end of a worker", () => {
  it("before it was up fails the start, with the same reason", async () => {
    const all = stage("process.exit(4);");
    await expect(all.host.up).rejects.toBe(await all.host.ended);
    expect(await endOf(all)).toContain("exit code 4");
  });

  it("is explained in its own words where it gave some", async () => {
    const error = new ConfigStreamError("internal", "It has no heart.").serialize();
    const all = stage(`say({ kind: "fatal", error: ${JSON.stringify(error)} }); process.exit(1);`);
    expect(await endOf(all)).toBe("It has no heart.");
  });

  it.each([
    [
      "an error, without its message",
      `throw new RangeError("sec" + "ret")`,
      /^uncaught RangeError at .*\(exit code 1\)\.$/,
    ],
    ["anything", "throw undefined", /^uncaught a thrown undefined \(exit code 1\)\.$/],
    [
      "a lack of memory",
      `throw Object.assign(new Error("sec" + "ret"), { code: "ERR_WORKER_OUT_OF_MEMORY" })`,
      /^it ran out of memory\. Raise the option resourceLimits\.maxOldGenerationSizeMb/,
    ],
    [
      "a module that is missing",
      `await import("file:///no/such/module.mjs")`,
      /^its code could not be loaded\. Cannot find module '\/no\/such\/module\.mjs'.*docs\/bundles\.md/s,
    ],
    [
      "a package that is missing",
      `(await import("node:module")).createRequire("file:///no/such/")("no-such-package")`,
      /^its code could not be loaded\. Cannot find module 'no-such-package'.*docs\/bundles\.md/s,
    ],
  ])("by %s is explained", async (_, code, reason) => {
    const ended = await endOf(stage(code));
    expect(ended).toMatch(reason);
    expect(ended).not.toContain("secret");
  });

  it("by force is explained by the first reason that was given", async () => {
    const all = stage(`say({ kind: "up" }); while (true);`);
    await all.host.up;
    all.host.kill("it was stuck.");
    all.host.kill("it was in the way.");
    expect(all.host.isGone).toBe(false);
    expect(await endOf(all)).toBe("it was stuck.");
    expect(all.host.isGone).toBe(true);
  });

  it("comes by force when it does not stop in time, whether it answers too late or refuses", async () => {
    const silent = stage(`say({ kind: "up" }); ${stayCode}`);
    const refusing = stage(`
      say({ kind: "up" }); ${stayCode}
      control.on("message", ({ id }) => answer(control, id, { isError: false, value: "no" }));
    `);
    await Promise.all([silent.host.up, refusing.host.up]);
    await Promise.all([silent.host.stop(20), refusing.host.stop(20)]);
    for (const all of [silent, refusing]) expect(await endOf(all)).toBe("it did not stop within 20 ms.");
  });

  it("that comes by force is not reported as one that does not come", async () => {
    const later = globalThis.setTimeout;
    vi.spyOn(globalThis, "setTimeout").mockImplementation(((callback: () => void, ms: number) =>
      later(callback, ms === 5_000 ? 100 : ms)) as never);
    const all = stage(`say({ kind: "up" }); ${stayCode}`);
    await all.host.up;
    all.host.kill("it was stuck.");
    expect(await endOf(all)).toBe("it was stuck.");
    await new Promise((resolve) => later(resolve, 150));
    expect(all.heard).toEqual([]);
  });

  it("that does not come by force either, because native code holds the thread up, is not waited for", async () => {
    const terminated = vi.spyOn(Worker.prototype, "terminate").mockImplementation(async () => 0);
    const timers = vi.spyOn(globalThis, "setTimeout");
    const all = stage(`say({ kind: "up" }); ${stayCode}`);
    await all.host.up;
    all.host.kill("it was stuck.");
    expect(terminated).toHaveBeenCalledTimes(1);
    const [giveUp] = timers.mock.calls.find(([, ms]) => ms === 5_000) ?? [];
    giveUp?.();
    expect(await endOf(all)).toBe("it was stuck. Native code holds its thread up, which was given up.");
    expect(all.heard).toEqual(["A worker thread does not end: native code holds it up. It is given up."]);
    expect(all.host.isGone).toBe(false);
    expect(await told(all.host)).toBe("up");
    terminated.mockRestore();
    all.host.kill("the test is over.");
    await eventually(() => expect(all.host.isGone).toBe(true));
  });
});

describe("a worker that cannot be started", () => {
  const failing = (fault: object) => ({
    engine: {
      get clientName() {
        throw fault;
      },
    } as never,
  });

  it("because its code is not there is an error that names the file and what to do", () => {
    const workerUrl = new URL("./no-such-worker.js", import.meta.url);
    expect(() => stage("", {}, { workerUrl })).toThrow(
      expect.objectContaining({
        code: "worker_died",
        message: expect.stringMatching(
          /^The worker's code could not be loaded: file:.*no-such-worker.js does not exist. In a/,
        ),
      }),
    );
  });

  it.each([
    [
      { code: "ERR_ACCESS_DENIED", message: "It is not allowed" },
      /\(ERR_ACCESS_DENIED\): It is not allowed\. .*--allow-worker/,
    ],
    [{ code: "ERR_INVALID_URL", message: "No URL" }, /\(ERR_INVALID_URL\): No URL\. In a bundle/],
    [{ code: "EAGAIN", message: "No thread" }, /\(EAGAIN\): No thread\.$/],
    [{ message: "No thread" }, /^No worker thread could be started \(unknown error\): No thread\.$/],
  ])("because of %j is an error that names it, and what to do where that is known", (fault, message) => {
    expect(() => stage("", failing(Object.assign(new Error(fault.message), fault)))).toThrow(
      expect.objectContaining({ code: "worker_died", message: expect.stringMatching(message) }),
    );
  });

  it("because of an error of this library is that error", () => {
    const own = new ConfigStreamError("internal", "A defect.");
    expect(() => stage("", failing(own))).toThrow(own);
  });
});
