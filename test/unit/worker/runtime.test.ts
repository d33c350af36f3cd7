/** The worker as a whole, in virtual time, without a thread: what the application's thread hears, and what is in memory and on disk. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { newestPublish } from "../../../src/memory/arena-reader.js";
import { isFresh, isReady, readCounter, readStatus } from "../../../src/memory/facts.js";
import { readHeld } from "../../../src/memory/held.js";
import { header } from "../../../src/memory/layout.js";
import type { EngineParams } from "../../../src/shared/params.js";
import { providerService } from "../../../src/wire/service-names.js";
import { makeCertificate } from "../../support/agents/certificates.js";
import { callProvider } from "../../support/agents/provider-client.js";
import { grpcError } from "../../support/engine/fake-transport.js";
import { WorkerProcess } from "../../support/engine/worker-process.js";
import { planted } from "../../support/secret-net/net.js";

const cache = { path: "/cache", maxAgeMs: 86_400_000, writeIntervalMs: 30_000, waitForFreshMs: 5_000 };
const turn = () => new Promise((resolve) => setImmediate(resolve));

let app: WorkerProcess;

beforeEach(() => {
  app = new WorkerProcess();
});

describe("a worker", () => {
  it("says that it is up, shows its states and where the core agent is, and makes settings readable", async () => {
    const runtime = await app.start();
    expect(app.take("up")).toHaveLength(1);
    expect(isReady(app.region)).toBe(false);
    await app.snapshot(1, { a: 1 });
    expect([app.read("a"), isReady(app.region), isFresh(app.region)]).toEqual([1, true, true]);
    expect(readStatus(app.region)).toMatchObject({ state: "live", coreAgentAddress: "localhost:7777" });
    const states = () => app.take("notice").map(({ state }) => state);
    expect(states()).toEqual(["starting"]);
    // That a log line was taken makes no room for a notice.
    runtime.receive({ kind: "logged" });
    expect(states()).toEqual([]);
    runtime.receive({ kind: "noticed" });
    expect(states()).toEqual(["live"]);
    await runtime.stop();
    runtime.receive({ kind: "noticed" });
    expect([states(), app.clock.pending]).toEqual([["stopped"], 0]);
  });

  it("has a heartbeat once a second, as long as it runs", async () => {
    const beats = () => app.region.load(header.heartbeat);
    const runtime = await app.start();
    const before = beats();
    await app.clock.advance(5_000);
    expect(beats() - before).toBe(5);
    await runtime.stop();
    const last = beats();
    await app.clock.advance(5_000);
    expect(beats()).toBe(last);
  });

  it("sends changes while there is a subscriber, one batch at a time, and counts them", async () => {
    const runtime = await app.start();
    await app.snapshot(1, { a: 1 });
    expect(app.take("changes")).toEqual([]);
    runtime.receive({ kind: "subscribed", active: true });
    await app.set(2, "a", 2);
    await app.set(3, "a", 3);
    const told = () =>
      app.take("changes").map(({ changes, publishes }) => [changes.map(({ newValue }) => newValue), publishes]);
    const newest = newestPublish(app.region) ?? Number.NaN;
    expect(told()).toEqual([[[2], [newest - 1]]]);
    runtime.receive({ kind: "ack" });
    expect(told()).toEqual([[[3], [newest]]]);
    runtime.receive({ kind: "ack" });
    expect(readCounter(app.region, "changesSent")).toBe(2);
    runtime.receive({ kind: "subscribed", active: false });
    await app.set(4, "a", 4);
    expect(told()).toEqual([]);
    await runtime.stop();
  });

  it("goes on when a value is held, or nothing could be, whatever is reported", async () => {
    const guards = { rules: { port: { type: "integer" } } } as const;
    for (const [params, port] of [
      [{ guards }, 1],
      [{ report: true }, "x"],
    ] as const) {
      app = new WorkerProcess();
      const runtime = await app.start(params);
      await app.snapshot(1, { port: 1 });
      await app.set(2, "port", "x");
      await app.set(3, "other", 2);
      expect([app.read("port"), app.read("other"), readStatus(app.region)?.state]).toEqual([port, 2, "live"]);
      expect(app.transport.reports).toEqual([]);
      await runtime.stop();
    }
  });

  it("may be stopped before it was started", async () => {
    const runtime = app.make();
    await runtime.stop();
    expect(app.clock.pending).toBe(0);
  });

  it("that takes over tells only what differs for readers, who go on seeing what was there", async () => {
    await app.start();
    await app.snapshot(1, { a: 1, b: 1 });
    // The first one is gone without a word.
    const next = await app.start();
    next.receive({ kind: "subscribed", active: true });
    expect(app.read("a")).toBe(1);
    expect(readStatus(app.region)?.state).toBe("stale");
    await app.snapshot(7, { a: 1, b: 2 });
    expect(app.take("changes").flatMap(({ changes }) => changes.map(({ key }) => key))).toEqual(["b"]);
    await next.stop();
  });

  it("reports what is held to the application and, where it is asked to, to the core agent, and takes it back at its end", async () => {
    const guards = { rules: { port: { type: "integer" } } } as const;
    const runtime = await app.start({ guards, report: true });
    await app.snapshot(1, { port: 1 });
    runtime.receive({ kind: "noticed" });
    app.take("notice");
    runtime.receive({ kind: "noticed" });
    await app.set(2, "port", "x");
    expect(app.read("port")).toBe(1);
    expect(app.take("notice")).toMatchObject([{ held: [{ key: "port" }], healed: [] }]);
    const kinds = () => app.transport.reports.splice(0).map(({ report }) => report.kind);
    expect(kinds()).toEqual(["issue"]);
    await runtime.stop();
    expect(kinds()).toEqual(["resolution"]);
  });
});

it("a worker that serves answers its core agent with what it logged and holds, and what a trial comes to", async () => {
  const folder = mkdtempSync(join(tmpdir(), "configstream-runtime-"));
  const { pem, certificate, privateKey } = await makeCertificate();
  app.credentials = { token: planted("token"), certificate, privateKey };
  writeFileSync(join(folder, "ipc_cert.pem"), pem);
  writeFileSync(join(folder, "auth_token"), app.credentials.token);
  const address = { kind: "unix", path: join(folder, "socket") } as const;
  const serve = { address, maxCallsPerSecond: 100, maxAnswerBytes: 2 ** 20 };
  const flare = async () => {
    const answer = await callProvider(folder, `unix://${address.path}`, [providerService.flare, "GetFlareFiles"]);
    const { files } = answer.answers[0] as { files: { [name: string]: Buffer } };
    return Object.fromEntries(Object.entries(files).map(([name, text]) => [name, String(text)]));
  };
  const judged = async (settings: object) => {
    const given = { fields: { settings: { string_value: JSON.stringify(settings) } } };
    const request = { provider_name: "", command_path: ["judge"], arguments: given };
    const method = [providerService.command, "ExecuteCommand"] as const;
    const { answers } = await callProvider(folder, `unix://${address.path}`, method, request);
    return JSON.parse((answers[0] as { stdout: string }).stdout).held;
  };
  const rule = "must be at most 9";
  const lives = [
    { params: {}, held: "No setting is held.\n", log: "", wouldHold: [] },
    {
      params: { guards: { rules: { port: { max: 9 } } } },
      held: expect.stringMatching(/^port .*must be at most 9/),
      log: expect.stringContaining('warn Setting "port" is held'),
      wouldHold: [{ key: "port", rule }],
    },
  ];
  for (const { params, held, log, wouldHold } of lives) {
    const runtime = await app.start({ serve, ...params } as Partial<EngineParams>);
    await vi.waitFor(() => expect(app.transport.streams).toHaveLength(1), { timeout: 10_000 });
    await app.snapshot(1, { port: 1 });
    await app.set(2, "port", 10);
    const files = await flare();
    expect(files).toMatchObject({ "held.txt": held, "log.txt": log });
    expect(await judged({ port: [{ source: "file", value: 11 }] })).toEqual(wouldHold);
    await runtime.stop();
  }
  rmSync(folder, { recursive: true });
});

describe("a worker that takes over", () => {
  it("says nothing again of an outage that was reported, and goes on to count from its beginning", async () => {
    await app.start();
    const refuse = () => {
      app.transport.onRegister = () => Promise.reject(grpcError(14));
    };
    await app.snapshot(1, { a: 1 });
    refuse();
    app.transport.stream.end(grpcError(14));
    await app.clock.settle();
    const { interruptedSinceMs } = readStatus(app.region) ?? {};
    expect(interruptedSinceMs).toBe(app.clock.now());
    expect(app.lines("warn")).toEqual([expect.stringMatching(/^Configuration updates are interrupted\./)]);
    await app.clock.advance(10_000);
    app.take("log");
    const next = await app.start();
    app.transport.stream.end(grpcError(14));
    await app.clock.settle();
    expect(app.lines("warn")).toEqual([]);
    expect(readStatus(app.region)).toMatchObject({ state: "stale", interruptedSinceMs });
    await app.clock.advance(5_000);
    await app.snapshot(1, { a: 1 });
    expect(app.lines("info")).toEqual([expect.stringMatching(/flow again, after 1\d(\.\d)? s\.$/)]);
    await next.stop();
  });

  it("is failed where its session is fixed and rejected, although settings can be read, and else goes on trying", async () => {
    await app.start();
    await app.snapshot(1, { a: 1 });
    for (const [session, state] of [
      [{ kind: "fixed", sessionId: "mine" }, "failed"],
      [{ kind: "register" }, "stale"],
    ] as const) {
      const next = await app.start({ session });
      app.transport.onRegister = () => Promise.reject(grpcError(16));
      app.transport.stream.end(grpcError(16));
      await app.clock.settle();
      expect([readStatus(app.region)?.state, app.read("a")]).toEqual([state, 1]);
      await next.stop();
    }
  });
});

it("other guards than before in their file are in force, and the application is told of them", async () => {
  const folder = mkdtempSync(join(tmpdir(), "configstream-runtime-"));
  const file = join(folder, "guards.json");
  const upTo = (max: number) => ({ port: { type: "integer", max } }) as const;
  writeFileSync(file, JSON.stringify(upTo(100)));
  const runtime = await app.start({ guards: { rules: upTo(100), file } });
  await app.snapshot(1, { port: 50 });
  writeFileSync(file, JSON.stringify(upTo(9)));
  await app.clock.advance(2_000);
  expect(app.take("guards")).toEqual([{ kind: "guards", rules: upTo(9) }]);
  expect([readHeld(app.region).map(({ rule }) => rule), app.read("port")]).toEqual([["must be at most 9"], 50]);
  await runtime.stop();
  expect(app.clock.pending).toBe(0);
  rmSync(folder, { recursive: true });
});

describe("variables of the process that the core agent overrules", () => {
  it("are named once settings are there, again for each new one, and by no worker that takes over", async () => {
    app.env = { DD_SITE: "mine", DD_LOG_LEVEL: "debug", DD_LATER: "1", DD_NEVER: "1" };
    await app.start();
    await app.snapshot(1, { site: "theirs", log_level: "debug" });
    await turn();
    expect(app.lines("warn")).toEqual([expect.stringMatching(/overrules: DD_SITE\. Set them for the core agent/)]);
    await app.set(2, "log_level", "info");
    expect(app.lines("warn")).toEqual([expect.stringContaining("overrules: DD_LOG_LEVEL.")]);
    const next = await app.start();
    await app.snapshot(1, { site: "theirs", log_level: "info" });
    await turn();
    expect(app.lines("warn")).toEqual([]);
    await app.set(2, "later", 2);
    expect(app.lines("warn")).toEqual([expect.stringContaining("overrules: DD_LATER.")]);
    // A setting that goes away overrules nothing.
    await app.snapshot(3, { site: "theirs" });
    expect([app.lines("warn"), readStatus(app.region)?.state]).toEqual([[], "live"]);
    await next.stop();
  });

  it("are not named by what only a cache file says, and then are by the worker that has the core agent's word", async () => {
    const before = await app.start({ cache });
    await app.snapshot(1, { site: "theirs" });
    await before.stop();
    const { file } = app;
    app = new WorkerProcess();
    app.file = file ?? "";
    app.env = { DD_SITE: "mine" };
    for (const worker of ["first", "second"]) {
      await app.start({ cache });
      await turn();
      await app.clock.settle();
      expect([worker, app.read("site"), app.lines("warn")]).toEqual([worker, "theirs", []]);
    }
    await app.snapshot(1, { site: "theirs" });
    await turn();
    expect(app.lines("warn")).toEqual([expect.stringContaining("overrules: DD_SITE.")]);
  });
});

describe("with a cache", () => {
  it("what the core agent sent is there for the next process, old from when the stream last stood behind it", async () => {
    const runtime = await app.start({ cache });
    await app.snapshot(5, { a: 1 });
    await app.clock.advance(10_000);
    await runtime.stop();
    const { file } = app;
    expect(file).toContain('["a",["file",1]]');
    app = new WorkerProcess();
    app.file = file ?? "";
    await app.clock.advance(60_000);
    const next = await app.start({ cache });
    await turn();
    await app.clock.settle();
    expect([app.read("a"), readStatus(app.region)?.state]).toEqual([1, "stale"]);
    const { cachedAtMs = 0 } = readStatus(app.region) ?? {};
    expect(app.clock.now() - cachedAtMs).toBeGreaterThanOrEqual(49_000);
    expect(isReady(app.region)).toBe(false);
    await app.clock.advance(5_000);
    expect([isReady(app.region), isFresh(app.region)]).toEqual([true, false]);
    expect(app.lines("info").join()).toContain("1 settings of the cache file");
    await next.stop();
    // What came out of the file is not written back.
    expect(app.file).toBe(file);
  });

  it("what the core agent did not confirm any more before the end is as old as that", async () => {
    const runtime = await app.start({ cache });
    await app.snapshot(5, { a: 1 });
    const lastAtMs = app.clock.now();
    app.transport.onRegister = () => Promise.reject(grpcError(14));
    app.transport.stream.end(grpcError(14));
    await app.clock.advance(20_000);
    await runtime.stop();
    expect(JSON.parse((app.file ?? "").split("\n")[0] ?? "")).toMatchObject({ confirmedAtMs: lastAtMs });
  });

  it("a worker that takes over leaves the file alone, because what the former one published is newer", async () => {
    await app.start({ cache });
    await app.snapshot(5, { a: 1 });
    app.file = "damaged";
    const next = await app.start({ cache });
    await turn();
    await app.clock.settle();
    expect(app.read("a")).toBe(1);
    expect(readCounter(app.region, "cacheRefusals")).toBe(0);
    await next.stop();
  });
});
