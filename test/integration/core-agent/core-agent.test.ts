import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { connect as http2Connect } from "node:http2";
import { createServer, connect as netConnect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as tlsConnect } from "node:tls";
import {
  type Client,
  type ClientReadableStream,
  credentials,
  Metadata,
  makeClientConstructor,
  status,
} from "@grpc/grpc-js";
import { Registry } from "prom-client";
import { afterEach, describe, expect, it, test, vi } from "vitest";
import {
  loadContract,
  type ProtoConfigEvent,
  type ProtoConfigSetting,
  type ProtoValue,
} from "../../../packages/configstream/src/core-agent/contract.js";
import {
  type CoreAgent,
  type CoreAgentOptions,
  createCoreAgent,
} from "../../../packages/configstream/src/core-agent/index.js";
import type { Transaction } from "../../../packages/configstream/src/core-agent/settings/change-set.js";
import { type Clock, systemClock } from "../../../src/shared/clock.js";
import { agentSecureService, remoteAgentService } from "../../../src/wire/service-names.js";
import { VirtualClock } from "../../support/engine/virtual-clock.js";

const contract = loadContract();
const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function startAgent(options: CoreAgentOptions = {}): Promise<CoreAgent> {
  const agent = createCoreAgent({ address: "127.0.0.1:0", env: false, ...options });
  cleanups.push(() => agent.stop());
  await agent.start();
  return agent;
}

async function tempDir(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "core-agent-test-"));
  cleanups.push(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

interface Caller {
  call(
    service: string,
    method: string,
    request: object,
    metadata?: Record<string, string>,
  ): Promise<Record<string, unknown>>;
  register(service?: string): Promise<string>;
  refresh(sessionId: string): Promise<unknown>;
  stream(sessionId: string): Stream;
  rawStream(metadata: Record<string, string>): Stream;
}

interface Stream {
  readonly events: ProtoConfigEvent[];
  readonly call: ClientReadableStream<ProtoConfigEvent>;
  /** The status with which the stream ended; `undefined` while it is open. */
  readonly ended: { code: number; details: string } | undefined;
  /** Waits for the event with this index. */
  event(index: number): Promise<ProtoConfigEvent>;
}

function clientOf(agent: CoreAgent, { certificate = true, address = agent.address, token = "" } = {}): Caller {
  const pem = readFileSync(agent.ipcCertFile);
  const channel = certificate ? credentials.createSsl(pem, pem, pem) : credentials.createSsl(pem);
  const bearer = token || readFileSync(agent.authTokenFile, "utf8").trim();
  const options = {
    "grpc.max_receive_message_length": 128 * 1024 * 1024,
    "grpc.ssl_target_name_override": "localhost",
  };
  const clients = new Map<string, Client>();
  for (const service of [agentSecureService, remoteAgentService]) {
    const Constructor = makeClientConstructor(contract[service] as never, service);
    const client = new Constructor(address, channel, options);
    clients.set(service, client);
    cleanups.push(() => client.close());
  }
  const metadataOf = (extra: Record<string, string>): Metadata => {
    const metadata = new Metadata();
    metadata.set("authorization", `Bearer ${bearer}`);
    for (const [name, value] of Object.entries(extra)) metadata.set(name, value);
    return metadata;
  };
  const caller: Caller = {
    call: (service, method, request, extra = {}) =>
      new Promise((done, fail) => {
        const client = clients.get(service) as never as Record<string, (...args: unknown[]) => void>;
        client[method]!(request, metadataOf(extra), (error: Error | null, response: Record<string, unknown>) =>
          error === null ? done(response) : fail(error),
        );
      }),
    async register(service = agentSecureService) {
      const request = { pid: "1", flavor: "test", display_name: "Test", api_endpoint_uri: "https://x/y", services: [] };
      return (await caller.call(service, "RegisterRemoteAgent", request)).session_id as string;
    },
    refresh: (session_id) => caller.call(agentSecureService, "RefreshRemoteAgent", { session_id }),
    stream: (sessionId) => caller.rawStream({ session_id: sessionId }),
    rawStream(extra) {
      const client = clients.get(agentSecureService) as never as Record<string, (...args: unknown[]) => never>;
      const call = client.StreamConfigEvents!(
        { name: "test" },
        metadataOf(extra),
      ) as ClientReadableStream<ProtoConfigEvent>;
      const events: ProtoConfigEvent[] = [];
      const stream = {
        events,
        call,
        ended: undefined as Stream["ended"],
        event: async (index: number) => {
          await until(() => events.length > index || stream.ended !== undefined);
          if (events.length <= index) throw new Error(`The stream ended: ${JSON.stringify(stream.ended)}`);
          return events[index]!;
        },
      };
      call.on("data", (event: ProtoConfigEvent) => events.push(event));
      call.on("error", () => {});
      call.on("status", ({ code, details }) => {
        stream.ended = { code, details };
      });
      cleanups.push(() => call.cancel());
      return stream;
    },
  };
  return caller;
}

/** A clock whose timers run when they are told to. */
function manualClock() {
  const timers = new Set<() => void>();
  const clock: Clock = {
    now: Date.now,
    monotonic: () => performance.now(),
    setTimer(_delayMs, callback) {
      timers.add(callback);
      return { cancel: () => timers.delete(callback) };
    },
  };
  const fire = (): void => {
    const due = [...timers];
    timers.clear();
    for (const callback of due) callback();
  };
  return { clock, pending: () => timers.size, fire };
}

/** Waits for a condition; the test's own time limit bounds it. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((done) => setTimeout(done, 2));
}

/** Long enough for anything that was sent on the loopback to have arrived. */
const settle = (ms = 60): Promise<void> => new Promise((done) => setTimeout(done, ms));

async function openStream(agent: CoreAgent): Promise<Stream> {
  const caller = clientOf(agent);
  const stream = caller.stream(await caller.register());
  await stream.event(0);
  return stream;
}

/** A decoded value as plain data. */
function plain(value: ProtoValue | null | undefined): unknown {
  if (value?.struct_value) {
    return Object.fromEntries(Object.entries(value.struct_value.fields ?? {}).map(([key, item]) => [key, plain(item)]));
  }
  if (value?.list_value) return (value.list_value.values ?? []).map(plain);
  return value?.string_value ?? value?.number_value ?? value?.bool_value ?? null;
}

const flat = (setting: ProtoConfigSetting | null | undefined) => ({
  key: setting?.key,
  value: plain(setting?.value),
  source: setting?.source ?? "",
  ...(setting?.unset_source ? { unset: setting.unset_source } : {}),
});

const updates = (stream: Stream) =>
  stream.events
    .filter((event) => event.update)
    .map((event) => ({ id: event.update?.sequence_id, ...flat(event.update?.setting) }));

const ids = (stream: Stream) =>
  stream.events.map((event) =>
    event.snapshot ? `s${event.snapshot.sequence_id ?? 0}` : `u${event.update?.sequence_id ?? 0}`,
  );

const refusal = (code: number) => expect.objectContaining({ code });

describe("the stream", () => {
  test("starts with a snapshot of all layers, each winner last, and goes on with numbered updates", async () => {
    const agent = await startAgent({ defaults: { "a.b": 1, list: ["x"], map: { "dotted.key": "v" } }, origin: "here" });
    agent.set("a.b", 2, "file");
    const stream = await openStream(agent);
    const { snapshot } = await stream.event(0);
    expect(snapshot).toMatchObject({ origin: "here", sequence_id: 1 });
    expect(snapshot?.settings?.map(flat)).toEqual([
      { key: "a.b", value: 1, source: "default" },
      { key: "a.b", value: 2, source: "file" },
      { key: "list", value: ["x"], source: "default" },
      { key: "map", value: { "dotted.key": "v" }, source: "default" },
    ]);
    agent.set("NEW.Key", true);
    agent.unset("a.b", "file");
    agent.unset("list", "default");
    await stream.event(3);
    expect(updates(stream)).toEqual([
      { id: 2, key: "new.key", value: true, source: "agent-runtime" },
      { id: 3, key: "a.b", value: 1, source: "default", unset: "file" },
      { id: 4, key: "list", value: null, source: "", unset: "default" },
    ]);
    expect(agent.status()).toEqual({ sessions: 1, subscribers: 1, sequenceId: 4, settings: 3, configFiles: [] });
  });

  it("gives what changes together one number and one message, and nothing to changes that change nothing or stay hidden", async () => {
    const agent = await startAgent();
    const stream = await openStream(agent);
    agent.transaction((tx) => {
      tx.set("a", 9, "cli");
      tx.set("a", 1, "cli");
      tx.set("a", 5, "file");
    });
    agent.setMany({ a: 5 }, "file");
    agent.setMany({ b: 2 });
    agent.setMany({ b: 3, "c.d": "x" });
    agent.unsetMany(["b", "c.d"]);
    await stream.event(4);
    await settle();
    expect(updates(stream)).toEqual([
      { id: 1, key: "a", value: 1, source: "cli" },
      { id: 2, key: "b", value: 2, source: "agent-runtime" },
    ]);
    const snapshots = stream.events
      .slice(3)
      .map(({ snapshot }) => [snapshot?.sequence_id, snapshot?.settings?.map(flat)]);
    expect(snapshots).toEqual([
      [
        3,
        [
          { key: "a", value: 5, source: "file" },
          { key: "a", value: 1, source: "cli" },
          { key: "b", value: 3, source: "agent-runtime" },
          { key: "c.d", value: "x", source: "agent-runtime" },
        ],
      ],
      [
        4,
        [
          { key: "a", value: 5, source: "file" },
          { key: "a", value: 1, source: "cli" },
        ],
      ],
    ]);
    expect(agent.get("A")).toEqual({
      value: 1,
      source: "cli",
      layers: [
        { source: "file", value: 5 },
        { source: "cli", value: 1 },
      ],
    });
  });

  it("shows nothing of a transaction that throws, is asynchronous, or goes on after its end", async () => {
    const agent = await startAgent();
    expect(() =>
      agent.transaction((tx) => {
        tx.set("a", 1);
        throw new Error("no");
      }),
    ).toThrow("no");
    expect(() => agent.transaction(async (tx) => tx.set("a", 1))).toThrow(/promise/);
    let kept: Transaction | undefined;
    agent.transaction((tx) => {
      kept = tx;
    });
    expect(() => kept?.set("a", 1)).toThrow(/over/);
    expect(() => agent.setMany({ a: 1, "": 2 })).toThrow(/key/);
    expect(() => agent.setMany([1] as never)).toThrow(/object/);
    expect([agent.get("a"), agent.sequenceId]).toEqual([undefined, 0]);
  });

  it("tells nobody of a change that its history cannot keep, and takes it back", async () => {
    let fails = false;
    const now = (): number => {
      if (fails) throw new RangeError("no room");
      return Date.now();
    };
    const agent = await startAgent({ clock: { ...systemClock, now } });
    agent.set("a", 1);
    const { sequenceId } = agent;
    fails = true;
    expect(() => agent.set("a", 2)).toThrow("no room");
    fails = false;
    expect([agent.get("a")?.value, agent.sequenceId]).toEqual([1, sequenceId]);
  });

  it("refuses a key or a value that no consumer could store, with the key and the bound", async () => {
    const agent = await startAgent();
    expect(() => agent.set("k".repeat(65_536), 1)).toThrow(/"kkk.*has 65536 bytes; give one of at most 65535 bytes/);
    expect(() => agent.set("large", "x".repeat(16 * 1024 * 1024))).toThrow(/"large" needs \d+ bytes.*16777216 bytes/);
    expect(agent.status().settings).toBe(0);
  });

  test("keeps the connection of a reader that does not read, fills only its buffer, and resyncs it when it reads again", async () => {
    const agent = await startAgent({ subscriberBuffer: 10 });
    const fast = await openStream(agent);
    const slow = await openStream(agent);
    slow.call.pause();
    const text = "x".repeat(10_000);
    for (let index = 0; index < 300; index += 1) {
      agent.set("big", `${index}${text}`);
      await new Promise((done) => setImmediate(done));
      if (index % 8 === 0) await until(() => fast.events.length >= index + 1);
    }
    await until(() => ids(fast).at(-1) === "u300");
    expect(ids(fast)).toEqual(["s0", ...Array.from({ length: 300 }, (_unused, index) => `u${index + 1}`)]);
    const dropped = Number(/configstream_dropped_updates (\d+)/.exec(await agent.metrics.metrics())?.[1]);
    expect(dropped).toBeGreaterThan(100);
    slow.call.resume();
    await until(() => ids(slow).at(-1) === "s300");
    expect(ids(slow).filter((id) => id.startsWith("s"))).toEqual(["s0", "s300"]);
  });

  it("holds back what readers that never read would make it copy, and ends the slowest of them when others wait", async () => {
    const clock = new VirtualClock();
    const large = "x".repeat(15 * 1024 * 1024);
    const agent = await startAgent({ clock, defaults: { a: large, b: large, c: large, d: large } });
    const readers: Stream[] = [];
    for (let index = 0; index < 7; index += 1) {
      const reader = await clientOf(agent)
        .register()
        .then((id) => clientOf(agent).rawStream({ session_id: id }));
      reader.call.pause();
      readers.push(reader);
    }
    await until(() => agent.status().subscribers === 7);
    expect(process.memoryUsage().arrayBuffers).toBeLessThan(7 * 60 * 1024 * 1024);
    await clock.advance(10_000);
    await until(() => agent.status().subscribers < 7);
    for (const { call } of readers) call.resume();
    await until(() => readers.some(({ ended }) => ended !== undefined));
    expect(readers.flatMap(({ ended }) => ended?.code ?? [])).toContain(status.RESOURCE_EXHAUSTED);
  }, 30_000);

  test("carries a snapshot beyond gRPC's default limit", async () => {
    const agent = await startAgent({ defaults: { big: "x".repeat(6_000_000) } });
    const stream = await openStream(agent);
    expect((plain((await stream.event(0)).snapshot?.settings?.[0]?.value) as string).length).toBe(6_000_000);
  });

  test("begins again at 0 before it would leave the range of int32, with the streams ended", async () => {
    const agent = await startAgent();
    agent.faults.resetSequence(2 ** 31 - 2);
    const stream = await openStream(agent);
    agent.set("a", 1);
    await stream.event(1);
    expect(ids(stream)).toEqual([`s${2 ** 31 - 2}`, `u${2 ** 31 - 1}`]);
    agent.set("a", 2);
    await until(() => stream.ended !== undefined);
    expect(stream.ended?.code).toBe(status.UNAVAILABLE);
    expect(ids(await openStream(agent))).toEqual(["s1"]);
  });
});

describe("who may call", () => {
  test("a call with a wrong or without a token is UNAUTHENTICATED", async () => {
    const agent = await startAgent();
    const wrong = clientOf(agent, { token: "wrong" });
    await expect(wrong.register()).rejects.toEqual(refusal(status.UNAUTHENTICATED));
    const stream = wrong.stream("any");
    await until(() => stream.ended !== undefined);
    expect(stream.ended?.code).toBe(status.UNAUTHENTICATED);
    const missing = clientOf(agent).call(agentSecureService, "RefreshRemoteAgent", {}, { authorization: "" });
    await expect(missing).rejects.toEqual(refusal(status.UNAUTHENTICATED));
  });

  test("a client without the certificate is not let in", async () => {
    const agent = await startAgent();
    await expect(clientOf(agent, { certificate: false }).register()).rejects.toEqual(refusal(status.UNAVAILABLE));
  });

  test("a stream without session is UNAUTHENTICATED, with an unknown one PERMISSION_DENIED", async () => {
    const agent = await startAgent();
    const caller = clientOf(agent);
    const without = caller.rawStream({});
    const unknown = caller.stream("no-such-session");
    await until(() => without.ended !== undefined && unknown.ended !== undefined);
    expect(without.ended?.code).toBe(status.UNAUTHENTICATED);
    expect(unknown.ended?.code).toBe(status.PERMISSION_DENIED);
    expect(unknown.ended?.details).not.toContain("no-such-session");
  });

  test("a registration without display name or flavor is INVALID_ARGUMENT", async () => {
    const agent = await startAgent();
    const caller = clientOf(agent);
    for (const request of [{ flavor: "f" }, { display_name: "d" }]) {
      await expect(caller.call(remoteAgentService, "RegisterRemoteAgent", request)).rejects.toEqual(
        refusal(status.INVALID_ARGUMENT),
      );
    }
  });

  test.each([
    ["both", undefined, undefined],
    ["agent-secure", undefined, status.UNIMPLEMENTED],
    ["remote-agent", status.UNIMPLEMENTED, undefined],
  ] as const)(
    "with services %s only the named register service answers, and the stream always does",
    async (services, secure, remote) => {
      const agent = await startAgent({ services });
      const caller = clientOf(agent);
      const sessions: string[] = [];
      for (const [service, code] of [
        [agentSecureService, secure],
        [remoteAgentService, remote],
      ] as const) {
        const registered = caller.register(service);
        if (code === undefined) sessions.push(await registered);
        else await expect(registered).rejects.toEqual(refusal(code));
      }
      await caller.stream(sessions[0]!).event(0);
    },
  );

  it("forgets a session that is neither refreshed nor streamed on, and keeps the others", async () => {
    const { clock, pending, fire } = manualClock();
    let now = 0;
    const agent = await startAgent({
      clock: { ...clock, monotonic: () => now },
      sessionIdleTimeoutMs: 1_000,
      recommendedRefreshIntervalSecs: 3,
    });
    const caller = clientOf(agent);
    const response = await caller.call(agentSecureService, "RegisterRemoteAgent", { display_name: "d", flavor: "f" });
    expect(response.recommended_refresh_interval_secs).toBe(3);
    const refreshed = response.session_id as string;
    const idle = await caller.register();
    const streamed = await caller.register();
    await caller.stream(streamed).event(0);
    expect(pending()).toBe(1);
    now = 900;
    fire();
    await caller.refresh(refreshed);
    now = 1_100;
    await expect(caller.refresh(idle)).rejects.toEqual(refusal(status.NOT_FOUND));
    await caller.refresh(refreshed);
    expect(agent.status()).toMatchObject({ sessions: 2, subscribers: 1 });
    // As long as the stream lasts.
    now = 1_800;
    fire();
    now = 2_200;
    expect(agent.status()).toMatchObject({ sessions: 1, subscribers: 1 });
  });

  it("says up to which state it has sent as long as a stream is open, and no longer", async () => {
    const agent = await startAgent();
    const stream = await openStream(agent);
    agent.set("a", 1);
    await stream.event(1);
    const sent = async () => (await agent.clients()).map((client) => client.sent);
    expect(await sent()).toEqual([agent.sequenceId]);
    agent.faults.closeStreams();
    await until(() => stream.ended !== undefined);
    expect(await sent()).toEqual([undefined]);
  });

  it("ends a stream whose session is gone with PERMISSION_DENIED", async () => {
    const { clock, fire } = manualClock();
    const agent = await startAgent({ clock });
    const stream = await openStream(agent);
    agent.faults.evictSessions();
    fire();
    await until(() => stream.ended !== undefined);
    expect(stream.ended?.code).toBe(status.PERMISSION_DENIED);
    expect(agent.status()).toMatchObject({ sessions: 0, subscribers: 0 });
  });

  it("refuses a request that is larger than any needs to be, and keeps the connection", async () => {
    const agent = await startAgent();
    const caller = clientOf(agent);
    const large = { display_name: "d", flavor: "f", pid: "x".repeat(70_000) };
    await expect(caller.call(agentSecureService, "RegisterRemoteAgent", large)).rejects.toEqual(
      refusal(status.RESOURCE_EXHAUSTED),
    );
    await caller.register();
  });
});

describe("credentials", () => {
  test("are made with mode 0600 in a good form, are kept for the next start, and leave no temporary files", async () => {
    const dataDir = await tempDir();
    const first = await startAgent({ dataDir });
    const token = readFileSync(first.authTokenFile, "utf8");
    const pem = readFileSync(first.ipcCertFile, "utf8");
    expect(token).toMatch(/^[0-9a-f]{64}$/);
    expect(pem).toMatch(
      /^-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n-----BEGIN EC PRIVATE KEY-----[^-]+-----END EC PRIVATE KEY-----\n$/,
    );
    const files = readdirSync(dataDir).sort();
    expect(files).toEqual(["auth_token", "history", "ipc_cert.pem"]);
    for (const file of files) expect(statSync(join(dataDir, file)).mode & 0o777).toBe(0o600);
    await first.stop();
    const second = await startAgent({ dataDir });
    expect(readFileSync(second.authTokenFile, "utf8")).toBe(token);
    expect(readFileSync(second.ipcCertFile, "utf8")).toBe(pem);
    await openStream(second);
  });

  test("in the default temporary directory are gone after stop", async () => {
    const agent = await startAgent();
    expect(existsSync(agent.authTokenFile)).toBe(true);
    await agent.stop();
    expect(existsSync(agent.authTokenFile)).toBe(false);
  });

  test("that are damaged stop the start with the path and the fault, and without their content", async () => {
    const dataDir = await tempDir();
    const agent = createCoreAgent({ dataDir, address: "127.0.0.1:0" });
    await writeFile(agent.ipcCertFile, "-----BEGIN CERTIFICATE-----\nc2VjcmV0\n-----END CERTIFICATE-----\n");
    await expect(agent.start()).rejects.toMatchObject({
      code: "credentials",
      message: expect.stringContaining("ipc_cert.pem"),
    });
    await writeFile(agent.ipcCertFile, "");
    await writeFile(agent.authTokenFile, " \n");
    const again = createCoreAgent({ dataDir, address: "127.0.0.1:0" });
    await expect(again.start()).rejects.toMatchObject({
      code: "credentials",
      message: expect.stringContaining("auth_token"),
    });
  });

  test("that hold no token which consumers could show stop the start, without being quoted", async () => {
    for (const text of ["abc def", "abc\ndef\n", "abc\0", "t\u00f6ken", Buffer.from("\ufeffabc", "utf16le")]) {
      const dataDir = await tempDir();
      const agent = createCoreAgent({ dataDir, address: "127.0.0.1:0" });
      await writeFile(agent.authTokenFile, text);
      const error: unknown = await agent.start().catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: "credentials", message: expect.stringContaining("does not hold one token") });
      expect(String(error)).not.toContain("abc");
    }
  });

  test("verify for localhost, 127.0.0.1 and ::1", async () => {
    const agent = await startAgent({ address: "localhost:0" });
    const pem = readFileSync(agent.ipcCertFile);
    const port = Number(agent.address.split(":")[1]);
    for (const servername of ["localhost", "127.0.0.1", "::1"]) {
      const authorized = await new Promise((done, fail) => {
        const options = { host: "127.0.0.1", port, ca: pem, cert: pem, key: pem, ALPNProtocols: ["h2"] };
        const socket = tlsConnect(
          {
            ...options,
            checkServerIdentity: (_host, cert) => {
              expect(cert.subjectaltname).toContain(servername === "::1" ? "0:0:0:0:0:0:0:1" : servername);
              return undefined;
            },
          },
          () => {
            done(socket.authorized);
            socket.destroy();
          },
        );
        socket.on("error", fail);
      });
      expect(authorized).toBe(true);
    }
    await openStream(agent);
  });
});

describe("configuration files", () => {
  async function agentWithFile(text: string | undefined, options: CoreAgentOptions = {}) {
    const dir = await tempDir();
    const file = join(dir, "datadog.yaml");
    if (text !== undefined) await writeFile(file, text);
    const logs: string[] = [];
    const agent = await startAgent({
      configFiles: [file],
      log: (level, message) => logs.push(`${level}: ${message}`),
      ...options,
    });
    return { agent, file, dir, logs, stream: await openStream(agent) };
  }

  test("are flattened into the layer file, with the environment above them for known keys", async () => {
    const { agent } = await agentWithFile("logs_config:\n  enabled: true\n  port: 10\nTags: [a, b]\n", {
      defaults: [{ key: "hosts", type: "array", default: [] }],
      env: { DD_LOGS_CONFIG_PORT: "11", DD_HOSTS: "a, b c", DD_UNKNOWN: "1" },
    });
    expect([...agent.settings()].map(([key, { value, source }]) => [key, value, source])).toEqual([
      ["hosts", ["a,", "b", "c"], "environment-variable"],
      ["logs_config.enabled", true, "file"],
      ["logs_config.port", 11, "environment-variable"],
      ["tags", ["a", "b"], "file"],
    ]);
    expect(agent.sequenceId).toBe(0);
  });

  it("are watched: an edit that changes one setting sends it alone, and one that changes several is one message", async () => {
    const { stream, file } = await agentWithFile("a: 1\nb: {c: 2, d: 3}\n");
    await writeFile(file, "a: 1\nb: {c: 4, d: 3}\n");
    await stream.event(1);
    await writeFile(file, "a: 1\nb: {c: 5}\ne: 5\n");
    const { snapshot } = await stream.event(2);
    await settle();
    expect(updates(stream)).toEqual([{ id: 1, key: "b.c", value: 4, source: "file" }]);
    expect(snapshot?.sequence_id).toBe(2);
    expect(snapshot?.settings?.map(flat)).toEqual([
      { key: "a", value: 1, source: "file" },
      { key: "b.c", value: 5, source: "file" },
      { key: "e", value: 5, source: "file" },
    ]);
    expect(stream.events).toHaveLength(3);
  });

  it("that are written in two pieces are never applied by half", async () => {
    const lines = (value: number, count: number) =>
      Array.from({ length: count }, (_, i) => `k${i}: ${value}\n`).join("");
    const { agent, stream, file } = await agentWithFile(lines(1, 400));
    await writeFile(file, lines(2, 160));
    await settle(30);
    await writeFile(file, lines(2, 400));
    await until(() => agent.get("k399")?.value === 2);
    await settle();
    expect(stream.events.map(({ snapshot }) => snapshot?.settings?.length)).toEqual([400, 400]);
  });

  it("that become a FIFO or a directory are refused, are watched on, and do not hold up the end", async () => {
    const { agent, file } = await agentWithFile("a: 1\n");
    const isRefused = () => agent.status().configFiles[0]?.state === "refused";
    await rm(file);
    execFileSync("mkfifo", [file]);
    await until(isRefused);
    expect(agent.status().configFiles).toEqual([
      {
        path: file,
        state: "refused",
        reason: `The configuration file ${file} is not a regular file; a pipe or a device cannot be used.`,
      },
    ]);
    await rm(file);
    await writeFile(file, "a: 2\n");
    await until(() => agent.get("a")?.value === 2);
    await rm(file);
    await mkdir(file);
    await until(isRefused);
    expect(agent.get("a")?.value).toBe(2);
    await agent.stop();
  });

  it("that do not exist are named in the status", async () => {
    const path = join(await tempDir(), "mistyped.yaml");
    const agent = await startAgent({ configFiles: [path] });
    expect(agent.status().configFiles).toEqual([
      { path, state: "missing", reason: `The configuration file ${path} does not exist; it is waited for.` },
    ]);
  });

  it("may stand behind a link on the way that is switched", async () => {
    const dir = await tempDir();
    for (const version of ["r1", "r2"]) {
      await mkdir(join(dir, version, "etc"), { recursive: true });
      await writeFile(join(dir, version, "etc", "datadog.yaml"), `a: ${version}\n`);
    }
    await symlink("r1", join(dir, "current"));
    const agent = await startAgent({ configFiles: [join(dir, "current", "etc", "datadog.yaml")] });
    expect(agent.get("a")?.value).toBe("r1");
    await symlink("r2", join(dir, "next"));
    await rename(join(dir, "next"), join(dir, "current"));
    await until(() => agent.get("a")?.value === "r2");
  });

  test("may be replaced by a rename, again and again", async () => {
    const { stream, file, dir } = await agentWithFile("a: 0\n");
    for (const value of [1, 2, 3]) {
      await writeFile(join(dir, "next"), `a: ${value}\n`);
      await rename(join(dir, "next"), file);
      await stream.event(value);
    }
    expect(updates(stream).map((update) => update.value)).toEqual([1, 2, 3]);
  });

  test("may appear later, vanish and appear again", async () => {
    const { stream, file } = await agentWithFile(undefined);
    await writeFile(file, "a: 1\n");
    await stream.event(1);
    await rm(file);
    await stream.event(2);
    await writeFile(file, "a: 2\n");
    await stream.event(3);
    expect(updates(stream)).toEqual([
      { id: 1, key: "a", value: 1, source: "file" },
      { id: 2, key: "a", value: null, source: "", unset: "file" },
      { id: 3, key: "a", value: 2, source: "file" },
    ]);
  });

  test("may lie in a directory that does not exist yet", async () => {
    const dir = join(await tempDir(), "later", "deep");
    const agent = await startAgent({ configFiles: [join(dir, "datadog.yaml")] });
    const stream = await openStream(agent);
    await mkdir(dir, { recursive: true });
    await writeFile(join(dir, "datadog.yaml"), "a: 1\n");
    await stream.event(1);
    await writeFile(join(dir, "datadog.yaml"), "a: 2\n");
    await stream.event(2);
    expect(updates(stream).map((update) => update.value)).toEqual([1, 2]);
  });

  test("may stand behind a symbolic link that is switched, as in a mounted config map", async () => {
    const dir = await tempDir();
    const file = join(dir, "datadog.yaml");
    for (const version of ["v0", "v1", "v2"]) {
      await mkdir(join(dir, version));
      await writeFile(join(dir, version, "datadog.yaml"), `a: ${version}\n`);
    }
    await symlink("v0", join(dir, "..data"));
    await symlink("..data/datadog.yaml", file);
    const agent = await startAgent({ configFiles: [file] });
    expect(agent.get("a")?.value).toBe("v0");
    for (const version of ["v1", "v2"]) {
      await symlink(version, join(dir, "..data_tmp"));
      await rename(join(dir, "..data_tmp"), join(dir, "..data"));
      await until(() => agent.get("a")?.value === version);
    }
  });

  test("that are truncated before they are written do not look like the removal of everything", async () => {
    const { clock, pending, fire } = manualClock();
    const { stream, file } = await agentWithFile("a: 1\nb: 2\n", { clock });
    const quiet = pending();
    await truncate(file);
    await until(() => pending() > quiet);
    fire();
    await until(() => pending() > quiet);
    await writeFile(file, "a: 1\nb: 3\n");
    while (stream.events.length < 2) {
      fire();
      await settle(5);
    }
    expect(updates(stream)).toEqual([{ id: 1, key: "b", value: 3, source: "file" }]);
  });

  test("that are emptied for good withdraw their settings", async () => {
    const { agent, file } = await agentWithFile("a: 1\n");
    await writeFile(file, "");
    await until(() => agent.get("a") === undefined);
  });

  test("that are malformed stop the start with path, line and column, and nothing stays open", async () => {
    const dir = await tempDir();
    const file = join(dir, "bad.yaml");
    await writeFile(file, "a: 1\nb: [1,\nc: secret\n");
    const agent = createCoreAgent({ configFiles: [file], address: "127.0.0.1:0", env: false });
    const failure = await agent.start().catch((error: unknown) => error as Error & { code: string });
    expect(failure).toMatchObject({ code: "invalid_config_file" });
    expect(failure?.message).toContain(file);
    expect(failure?.message).toMatch(/line \d+, column \d+/);
    expect(failure?.message).not.toContain("secret");
    await expect(agent.start()).rejects.toMatchObject({ code: "stopped" });
  });

  test("that become malformed are reported, and the last good state stays until they are corrected", async () => {
    const { agent, stream, file, logs } = await agentWithFile("a: 1\n");
    await writeFile(file, "a: [1\n");
    await until(() => logs.some((line) => line.startsWith("warn") && /line \d+, column \d+/.test(line)));
    expect(agent.get("a")?.value).toBe(1);
    await writeFile(file, "a: 2\n");
    await stream.event(1);
    expect(updates(stream)).toEqual([{ id: 1, key: "a", value: 2, source: "file" }]);
  });

  test("win in the order in which they are given", async () => {
    const dir = await tempDir();
    const [low, high] = [join(dir, "low.yaml"), join(dir, "high.yaml")];
    await writeFile(low, "a: low\nb: low\n");
    await writeFile(high, "b: high\n");
    const agent = await startAgent({ configFiles: [low, high] });
    expect([agent.get("a")?.value, agent.get("b")?.value]).toEqual(["low", "high"]);
    await rm(high);
    await until(() => agent.get("b")?.value === "low");
  });
});

describe("life", () => {
  test("a busy port stops the start with a clear error and no other noise, and nothing stays open", async () => {
    const noise = vi.spyOn(console, "error");
    cleanups.push(() => noise.mockRestore());
    const blocker = createServer();
    const port = await new Promise<number>((done) => {
      blocker.listen(0, "127.0.0.1", () => done((blocker.address() as { port: number }).port));
    });
    cleanups.push(() => new Promise((done) => blocker.close(done)));
    for (const host of ["127.0.0.1", "localhost"]) {
      const agent = createCoreAgent({ address: `${host}:${port}`, env: false });
      await expect(agent.start()).rejects.toMatchObject({
        code: "address_unavailable",
        message: `The core agent cannot listen on ${host}:${port}: another process listens there; stop it or give another port (0 picks a free one).`,
      });
      expect(existsSync(agent.authTokenFile)).toBe(false);
    }
    expect(noise).not.toHaveBeenCalled();
  });

  test("stop ends streams, frees the port, and may be called again, also before start", async () => {
    const agent = await startAgent();
    const stream = await openStream(agent);
    await Promise.all([agent.stop(), agent.stop()]);
    await until(() => stream.ended !== undefined);
    expect(stream.ended?.code).toBe(status.UNAVAILABLE);
    expect(agent.status()).toMatchObject({ sessions: 0, subscribers: 0 });
    const next = await startAgent({ address: agent.address });
    expect(next.address).toBe(agent.address);
    const unused = createCoreAgent();
    await unused.stop();
    await unused.stop();
  });

  test("stop does not wait for a reader that has stopped reading", async () => {
    const agent = await startAgent({ defaults: { big: "x".repeat(2_000_000) } });
    const stream = await openStream(agent);
    stream.call.pause();
    for (let index = 0; index < 50; index += 1) agent.set("big", `${index}${"x".repeat(500_000)}`);
    await agent.stop();
    expect(agent.status().subscribers).toBe(0);
  });

  test("stop does not wait for a client that leaves its call half sent", async () => {
    const agent = await startAgent();
    const pem = readFileSync(agent.ipcCertFile);
    const session = http2Connect(`https://${agent.address}`, { ca: pem, cert: pem, key: pem, servername: "localhost" });
    cleanups.push(() => session.destroy());
    await once(session, "connect");
    const path = "/datadog.api.v1.AgentSecure/RegisterRemoteAgent";
    const call = session.request({
      ":method": "POST",
      ":path": path,
      "content-type": "application/grpc",
      te: "trailers",
    });
    call.on("error", () => {});
    session.on("error", () => {});
    call.write(Buffer.from([0, 0, 0, 0, 9]));
    await new Promise((done, fail) => {
      session.ping((error) => (error === null ? done(undefined) : fail(error)));
    });
    await agent.stop();
    await startAgent({ address: agent.address });
  });

  test("stop does not wait for a connection that never says a word", async () => {
    const agent = await startAgent();
    const socket = netConnect(Number(agent.address.split(":")[1]), "127.0.0.1");
    cleanups.push(() => socket.destroy());
    await once(socket, "connect");
    await agent.stop();
  });

  test("await using stops the agent", async () => {
    let address = "";
    {
      await using agent = createCoreAgent({ address: "127.0.0.1:0", env: false });
      await agent.start();
      address = agent.address;
    }
    await startAgent({ address });
  });

  test("a stream that its client cancels is forgotten", async () => {
    const agent = await startAgent();
    const stream = await openStream(agent);
    expect(agent.status().subscribers).toBe(1);
    stream.call.cancel();
    await until(() => agent.status().subscribers === 0);
  });

  test("an unknown option is refused by name", () => {
    expect(() => createCoreAgent({ adress: "x" } as CoreAgentOptions)).toThrow(/no option "adress"/);
  });
});

describe("metrics", () => {
  test("count what subscribers were sent, and leave a caller's registry at stop", async () => {
    const registry = new Registry();
    const agent = await startAgent({ registry });
    expect(agent.metrics).toBe(registry);
    const stream = await openStream(agent);
    agent.set("a", 1);
    await stream.event(1);
    const text = await registry.metrics();
    for (const line of [
      "configstream_subscribers 1",
      "configstream_snapshots_sent 1",
      "configstream_updates_sent 1",
      "configstream_discontinuities 0",
      "configstream_dropped_updates 0",
    ]) {
      expect(text.split("\n")).toContain(line);
    }
    await agent.stop();
    expect(await registry.metrics()).not.toContain("configstream_");
    await startAgent({ registry });
  });
});

describe("faults", () => {
  test("dropUpdates leaves a gap, followed by a resync snapshot", async () => {
    const agent = await startAgent();
    const stream = await openStream(agent);
    agent.faults.dropUpdates(2);
    for (const value of [1, 2, 3, 4]) agent.set("a", value);
    await stream.event(3);
    await settle();
    expect(ids(stream)).toEqual(["s0", "u3", "s3", "u4"]);
  });

  test("dropUpdates without resync leaves the gap", async () => {
    const agent = await startAgent();
    const stream = await openStream(agent);
    agent.faults.dropUpdates(1, { resync: false });
    for (const value of [1, 2, 3]) agent.set("a", value);
    await stream.event(2);
    await settle();
    expect(ids(stream)).toEqual(["s0", "u2", "u3"]);
  });

  test("duplicateNext sends one update twice", async () => {
    const agent = await startAgent();
    const stream = await openStream(agent);
    agent.faults.duplicateNext();
    agent.set("a", 1);
    agent.set("a", 2);
    await stream.event(3);
    expect(ids(stream)).toEqual(["s0", "u1", "u1", "u2"]);
  });

  test("stale sends events with the last id", async () => {
    const agent = await startAgent();
    const stream = await openStream(agent);
    agent.set("a", 1);
    agent.faults.stale();
    agent.faults.stale("snapshot");
    await stream.event(3);
    expect(ids(stream)).toEqual(["s0", "u1", "u1", "s1"]);
    expect(updates(stream)[1]).toMatchObject({ key: "configstream.stale_probe" });
  });

  test("send puts any event on the wire", async () => {
    const agent = await startAgent();
    const stream = await openStream(agent);
    agent.faults.send({});
    agent.faults.send({ update: { sequence_id: 7, setting: { key: "" } } });
    agent.faults.send(new Uint8Array([0x12, 0x02, 0x10, 0x09]));
    const last = await stream.event(3);
    expect(stream.events[1]).toEqual({});
    expect(ids(stream)[2]).toBe("u7");
    expect(last.update?.sequence_id).toBe(9);
  });

  test("evictSessions makes refreshes NOT_FOUND, and the stream goes on for a while", async () => {
    const agent = await startAgent();
    const caller = clientOf(agent);
    const sessionId = await caller.register();
    const stream = caller.stream(sessionId);
    await stream.event(0);
    agent.faults.evictSessions();
    await expect(caller.refresh(sessionId)).rejects.toEqual(refusal(status.NOT_FOUND));
    agent.set("a", 1);
    await stream.event(1);
    expect(agent.status()).toMatchObject({ sessions: 0, subscribers: 1 });
  });

  test("silence accepts streams and calls, sends nothing, and makes up for it when it ends", async () => {
    const agent = await startAgent();
    const caller = clientOf(agent);
    const sessionId = await caller.register();
    const open = caller.stream(sessionId);
    await open.event(0);
    agent.faults.silence(true, "all");
    const quiet = caller.stream(sessionId);
    let refreshed = false;
    const refresh = caller.refresh(sessionId).then(() => {
      refreshed = true;
    });
    await until(() => agent.status().subscribers === 2);
    agent.set("a", 1);
    await settle();
    expect([open.events.length, quiet.events.length, refreshed]).toEqual([1, 0, false]);
    agent.faults.silence(false);
    await Promise.all([open.event(1), quiet.event(0), refresh]);
    expect([ids(open), ids(quiet)]).toEqual([["s0", "u1"], ["s1"]]);
  });

  test("closeStreams ends streams cleanly or with a status", async () => {
    const agent = await startAgent();
    for (const code of [undefined, 0, status.INTERNAL]) {
      const stream = await openStream(agent);
      agent.faults.closeStreams(code);
      await until(() => stream.ended !== undefined);
      expect(stream.ended?.code).toBe(code ?? 0);
      expect(agent.status().subscribers).toBe(0);
    }
  });

  test("rejectStreams and rejectCalls refuse until told otherwise", async () => {
    const agent = await startAgent();
    const caller = clientOf(agent);
    const sessionId = await caller.register();
    agent.faults.rejectStreams(status.RESOURCE_EXHAUSTED);
    agent.faults.rejectCalls("refresh", status.INTERNAL);
    const refused = caller.stream(sessionId);
    await until(() => refused.ended !== undefined);
    expect(refused.ended?.code).toBe(status.RESOURCE_EXHAUSTED);
    await expect(caller.refresh(sessionId)).rejects.toEqual(refusal(status.INTERNAL));
    agent.faults.clear();
    await caller.refresh(sessionId);
    await caller.stream(sessionId).event(0);
  });

  test("resetSequence looks like a restart: streams break, sessions are lost, ids are lower", async () => {
    const agent = await startAgent();
    for (const value of [1, 2, 3]) agent.set("a", value);
    const stream = await openStream(agent);
    agent.faults.resetSequence();
    await until(() => stream.ended !== undefined);
    expect([stream.ended?.code, agent.status().sessions]).toEqual([status.UNAVAILABLE, 0]);
    const next = await openStream(agent);
    agent.set("a", 4);
    await next.event(1);
    expect(ids(next)).toEqual(["s0", "u1"]);
    expect((await next.event(0)).snapshot?.settings?.map(flat)).toEqual([
      { key: "a", value: 3, source: "agent-runtime" },
    ]);
  });

  test("padSnapshots makes snapshots larger without changing what they say", async () => {
    const agent = await startAgent({ defaults: { a: 1 } });
    agent.faults.padSnapshots(5_000_000);
    const stream = await openStream(agent);
    expect((await stream.event(0)).snapshot?.settings?.map(flat)).toEqual([{ key: "a", value: 1, source: "default" }]);
  });
});

test("stop leaves no socket, watcher or timer behind that would keep the process alive", async () => {
  const held = (): number =>
    process.getActiveResourcesInfo().filter((name) => name === "TCPServerWrap" || name === "FSEventWrap").length;
  const { clock, pending } = manualClock();
  await until(() => held() === 0);
  const file = join(await tempDir(), "datadog.yaml");
  const agent = await startAgent({ configFiles: [file, `${file}.missing`], address: "localhost:0", clock });
  expect(held()).toBeGreaterThan(1);
  await writeFile(file, "a: 1\n");
  await until(() => pending() === 3);
  await agent.stop();
  await until(() => held() === 0);
  expect(pending()).toBe(0);
});
