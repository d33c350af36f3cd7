/** A worker's ends of its ports, with the application's ends in the same thread. */
import { MessageChannel } from "node:worker_threads";
import { afterEach, describe, expect, it, vi } from "vitest";
import { ConfigStreamError } from "../../../src/shared/errors.js";
import type { HostMessage, Runtime, RuntimeInit, WorkerInit, WorkerMessage } from "../../../src/shared/messages.js";
import { runAttached } from "../../../src/worker/attached.js";

const opened: MessageChannel[] = [];

afterEach(() => {
  vi.restoreAllMocks();
  for (const { port1 } of opened.splice(0)) port1.close();
});

/** What runs between the ports writes down what happens to it. */
function attached({ hasProvider = false, change = (runtime: Runtime) => runtime, first = [] as HostMessage[] } = {}) {
  const [control, host, events] = [new MessageChannel(), new MessageChannel(), new MessageChannel()];
  opened.push(control, host, events);
  const heard: WorkerMessage[] = [];
  const closed: string[] = [];
  for (const [name, { port1 }] of Object.entries({ control, host, events })) port1.on("close", () => closed.push(name));
  events.port1.on("message", (message) => heard.push(message));
  for (const message of first) events.port1.postMessage(message);
  const done: string[] = [];
  let init: RuntimeInit | undefined;
  const create = (given: RuntimeInit): Runtime => {
    init = given;
    return change({
      start: () => void done.push("started"),
      receive: ({ kind }) => void done.push(kind),
      stop: async () => void done.push("stopped"),
    });
  };
  const given = {
    kind: "configstream-worker",
    memory: { memory: 1 },
    untold: { untold: 1 },
    params: { params: 1 },
    logs: true,
    control: control.port2,
    host: hasProvider ? host.port2 : undefined,
    events: events.port2,
  } as unknown as WorkerInit;
  const run = () => runAttached(given, create);
  return { run, given, init: () => init, control, host, events, heard, closed, done };
}

describe("a worker between its ports", () => {
  it("is made of what it was given, started, and hears and is heard", async () => {
    const { run, given, init, events, heard, done } = attached();
    run();
    const { memory, untold, params, logs } = given;
    expect(init()).toMatchObject({ memory, untold, params, logs, sessionIdProvider: undefined });
    expect(done).toEqual(["started"]);
    events.port1.postMessage({ kind: "ack" });
    init()?.post({ kind: "up" });
    await vi.waitFor(() => expect([done, heard]).toEqual([["started", "ack"], [{ kind: "up" }]]), { timeout: 10_000 });
  });

  it("hears at once, when it asks, all that was sent until then", () => {
    const { run, init, done } = attached({ first: [{ kind: "ack" }, { kind: "noticed" }] });
    run();
    init()?.poll();
    expect(done).toEqual(["started", "ack", "noticed"]);
    init()?.poll();
    expect(done).toHaveLength(3);
  });

  it("asks the application for a session, where that has a function for it", async () => {
    const { run, init, host } = attached({ hasProvider: true });
    host.port1.on("message", ({ id, path }) => host.port1.postMessage({ id, type: "RAW", value: `of ${path}` }));
    run();
    expect(await init()?.sessionIdProvider?.()).toBe("of sessionId");
  });

  it.each([true, false])(
    "answers when it was stopped, and then holds no port any more (with a provider: %s)",
    async (hasProvider) => {
      const { run, control, closed, done } = attached({ hasProvider });
      run();
      const answered = new Promise((resolve) => control.port1.on("message", resolve));
      control.port1.postMessage({ id: "1", type: "APPLY", path: ["stop"], argumentList: [] });
      expect(await answered).toMatchObject({ id: "1", type: "RAW" });
      expect(done).toEqual(["started", "stopped"]);
      const ports = hasProvider ? ["control", "events", "host"] : ["control", "events"];
      await vi.waitFor(() => expect([...closed].sort()).toEqual(ports), { timeout: 10_000 });
    },
  );

  it("says why it ends, with class and code, when it cannot start", async () => {
    const start = () => {
      throw new ConfigStreamError("incompatible_region", "Another version.");
    };
    const { run, heard } = attached({ change: (runtime) => ({ ...runtime, start }) });
    expect(run).toThrow("Another version.");
    const error = { code: "incompatible_region", message: "Another version." };
    await vi.waitFor(() => expect(heard).toMatchObject([{ kind: "fatal", error }]), { timeout: 10_000 });
  });

  it("ends its thread when another worker has taken its place", () => {
    const exit = vi.spyOn(process, "exit").mockImplementation((() => {}) as never);
    const { run, init } = attached();
    run();
    init()?.onSuperseded?.();
    expect(exit).toHaveBeenCalledTimes(1);
  });

  it("says why it ends, and ends, when it finds a defect in itself", async () => {
    const exit = vi.spyOn(process, "exit").mockImplementation((() => {}) as never);
    const { run, init, heard } = attached();
    run();
    init()?.onDefect(new ConfigStreamError("internal", "A defect."));
    expect(exit).toHaveBeenCalledWith(1);
    const error = { code: "internal", message: "A defect." };
    await vi.waitFor(() => expect(heard).toMatchObject([{ kind: "fatal", error }]), { timeout: 10_000 });
  });
});
