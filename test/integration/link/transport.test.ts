import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { constants, createServer as createHttp2Server, type Http2Server, type ServerHttp2Stream } from "node:http2";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, type PeerCertificate } from "node:tls";
import { afterEach, describe, expect, it } from "vitest";
import type { ProtoConfigEvent } from "../../../packages/configstream/src/core-agent/contract.js";
import type { WireEvent } from "../../../src/shared/types.js";
import { agentSecureService, remoteAgentService } from "../../../src/wire/service-names.js";
import { grpcCode } from "../../../src/worker/link/grpc-codes.js";
import type { GrpcCallError } from "../../../src/worker/link/grpc-failure.js";
import { pinnedTrust } from "../../../src/worker/link/tls-trust.js";
import { createGrpcTransport, quietGrpcLog, type TransportParams } from "../../../src/worker/link/transport.js";
import type { Connection, Credentials } from "../../../src/worker/ports.js";
import { makeCertificate, type TestCertificate } from "../../support/agents/certificates.js";
import { type RawAgent, type RawAgentOptions, startRawAgent } from "../../support/agents/raw-agent.js";

quietGrpcLog();

const own = await makeCertificate();
const foreign = await makeCertificate();
const request = { clientName: "client", displayName: "Client" };
const soon = { deadlineMs: 5_000 };
const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  await waitUntil(() => sockets() === 0);
});

/** Open sockets of this process, listening ones included. */
function allSockets(): number {
  return process.getActiveResourcesInfo().filter((kind) => /TCP|TLS|PipeConnect/.test(kind)).length;
}

/** What runs these tests may have some of its own. */
const socketsBefore = allSockets();
const sockets = () => allSockets() - socketsBefore;

async function waitUntil(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

async function agent(options: RawAgentOptions = {}): Promise<RawAgent> {
  const started = await startRawAgent({ certificate: own, ...options });
  cleanups.push(() => started.close());
  return started;
}

function credentials(certificate: TestCertificate = own, token = "token"): Credentials {
  return { token, certificate: certificate.certificate, privateKey: certificate.privateKey };
}

function params(address: string, changes: Partial<TransportParams> = {}): TransportParams {
  return {
    coreAgentAddress: address,
    authTokenFile: "/run/auth_token",
    ipcCertFile: "/run/ipc_cert.pem",
    tls: true,
    maxReceiveMessageBytes: 128 * 1024 * 1024,
    callTimeoutMs: 5_000,
    keepaliveIntervalMs: 30_000,
    keepaliveTimeoutMs: 10_000,
    keepaliveRefusedIntervalMs: 330_000,
    ...changes,
  };
}

function open(address: string, given = credentials(), changes: Partial<TransportParams> = {}): Connection {
  const connection = createGrpcTransport(params(address, changes)).connect(given);
  cleanups.push(() => connection.close());
  return connection;
}

const failureOf = (call: Promise<unknown>): Promise<GrpcCallError> =>
  call.then(
    () => Promise.reject(new Error("The call was expected to fail.")),
    (error: GrpcCallError) => error,
  );

interface Ended {
  readonly events: WireEvent[];
  readonly bad: Error[];
  readonly connected: number;
  readonly error: GrpcCallError | undefined;
}

/** Opens a stream and collects everything until its end. */
function untilEnd(connection: Connection, sessionId = "session", onFirstEvent = (): void => {}): Promise<Ended> {
  return new Promise((resolve) => {
    const events: WireEvent[] = [];
    const bad: Error[] = [];
    let connected = 0;
    const handlers = {
      onConnected: () => {
        connected++;
      },
      onEvent: (event: WireEvent) => {
        if (events.push(event) === 1) onFirstEvent();
      },
      onBadMessage: (error: Error) => bad.push(error),
      onEnd: (error: unknown) => resolve({ events, bad, connected, error: error as GrpcCallError | undefined }),
    };
    connection.openStream({ clientName: "client", sessionId }, handlers);
  });
}

function snapshot(id: number, value = "v"): ProtoConfigEvent {
  const setting = { source: "file", key: "a", value: { string_value: value } };
  return { snapshot: { origin: "agent", sequence_id: id, settings: [setting] } };
}

function update(id: number): ProtoConfigEvent {
  return {
    update: { origin: "agent", sequence_id: id, setting: { source: "file", key: "a", value: { number_value: id } } },
  };
}

/** A TCP server that does what the test says with each socket. */
async function tcp(onSocket: (socket: Socket) => void): Promise<{ address: string; accepted: Socket[] }> {
  const accepted: Socket[] = [];
  const server: Server = createServer((socket) => {
    accepted.push(socket);
    socket.on("error", () => {});
    onSocket(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  cleanups.push(() => {
    for (const socket of accepted) socket.destroy();
    server.close();
  });
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, accepted };
}

/** Finishes the TLS handshake and says nothing afterwards. */
async function tlsOnly(onSecured = (): void => {}): Promise<{ address: string; accepted: Socket[] }> {
  const accepted: Socket[] = [];
  const options = { cert: own.certificate, key: own.privateKey, ALPNProtocols: ["h2"] };
  const server = createTlsServer(options, (socket) => {
    accepted.push(socket);
    socket.on("error", () => {});
    socket.pause();
    onSecured();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  cleanups.push(() => {
    for (const socket of accepted) socket.destroy();
    server.close();
  });
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, accepted };
}

/** Speaks HTTP/2 without TLS, and does what the test says with each request. */
async function http2(onStream: (stream: ServerHttp2Stream) => void): Promise<{ address: string }> {
  const server: Http2Server = createHttp2Server();
  const sessions = new Set<{ destroy(): void }>();
  server.on("session", (session) => {
    sessions.add(session);
    session.on("error", () => {});
  });
  server.on("stream", (stream) => {
    stream.on("error", () => {});
    onStream(stream);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  cleanups.push(() => {
    for (const session of sessions) session.destroy();
    server.close();
  });
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** Fails each call with this status, and this text. */
function failing(status: number, text: string): Promise<{ address: string }> {
  const headers = { ":status": 200, "content-type": "application/grpc", "grpc-status": status, "grpc-message": text };
  return http2((stream) => stream.respond(headers, { endStream: true }));
}

/** Passes bytes on in both directions until it is told to swallow them, or cut. */
async function relayTo(port: number): Promise<{ address: string; near: Socket[]; silence(): void; cut(): void }> {
  let silent = false;
  const far: Socket[] = [];
  const { address, accepted: near } = await tcp((down) => {
    const up = connect(port, "127.0.0.1");
    far.push(up);
    up.on("error", () => {});
    up.on("data", (data) => silent || down.write(data));
    down.on("data", (data) => silent || up.write(data));
  });
  const cut = (): void => {
    for (const socket of [...near, ...far]) socket.destroy();
  };
  cleanups.push(cut);
  const silence = (): void => {
    silent = true;
  };
  return { address, near, silence, cut };
}

describe("registration", () => {
  it("tries the RemoteAgent service first, with token, sentinel URI and no services", async () => {
    const core = await agent();
    const registration = await open(core.address).register(request, soon);
    expect(registration).toEqual({ sessionId: "session", recommendedRefreshIntervalSecs: 7 });
    expect(core.calls).toEqual([`${remoteAgentService}/RegisterRemoteAgent`]);
    expect(core.metadata[0]?.get("authorization")).toEqual(["Bearer token"]);
    expect(core.requests[0]).toMatchObject({
      pid: String(process.pid),
      flavor: "client",
      display_name: "Client",
      api_endpoint_uri: "https://configstream-consumer/client",
      services: [],
    });
  });

  it("falls back to AgentSecure where RemoteAgent is not implemented, and remembers it over connections", async () => {
    const core = await agent({ unimplemented: [remoteAgentService] });
    const transport = createGrpcTransport(params(core.address));
    for (let i = 0; i < 2; i++) {
      const connection = transport.connect(credentials());
      await connection.register(request, soon);
      await connection.refresh("session", soon);
      connection.close();
    }
    expect(core.calls).toEqual([
      `${remoteAgentService}/RegisterRemoteAgent`,
      `${agentSecureService}/RegisterRemoteAgent`,
      `${agentSecureService}/RefreshRemoteAgent`,
      `${agentSecureService}/RegisterRemoteAgent`,
      `${agentSecureService}/RefreshRemoteAgent`,
    ]);
  });

  it("finds RemoteAgent again after the core agent was replaced by a newer one", async () => {
    const old = await agent({ services: [agentSecureService] });
    const transport = createGrpcTransport(params(old.address));
    const first = transport.connect(credentials());
    await first.register(request, soon);
    first.close();
    old.close();
    const newer = await agent({ services: [remoteAgentService], port: old.port });
    const second = transport.connect(credentials());
    cleanups.push(() => second.close());
    await second.register(request, soon);
    expect(newer.calls).toEqual([`${remoteAgentService}/RegisterRemoteAgent`]);
  });

  it("says so when neither service is there", async () => {
    const core = await agent({ services: [] });
    const error = await failureOf(open(core.address).register(request, soon));
    expect(error).toMatchObject({ code: "registration", grpcCode: grpcCode.unimplemented });
    expect(error.message).toContain(`${core.address} does not offer RegisterRemoteAgent`);
  });

  it("says that the token was refused, with its file and without the token", async () => {
    const core = await agent();
    const error = await failureOf(open(core.address, credentials(own, "wrong-secret")).register(request, soon));
    expect(error).toMatchObject({ code: "unauthenticated", grpcCode: grpcCode.unauthenticated });
    expect(error.message).toContain("/run/auth_token");
    expect(error.message).not.toContain("secret");
    // The other service is for core agents that do not have this one.
    expect(core.calls).toEqual([`${remoteAgentService}/RegisterRemoteAgent`]);
  });

  it("fails, as does a refresh, when the answer is no message, and says so without quoting it", async () => {
    const core = await agent({ answer: Buffer.from("secret") });
    const connection = open(core.address);
    const calls = {
      RegisterRemoteAgent: () => connection.register(request, soon),
      RefreshRemoteAgent: () => connection.refresh("session", soon),
    };
    for (const [name, call] of Object.entries(calls)) {
      const error = await failureOf(call());
      expect(error).toMatchObject({ code: "registration", grpcCode: grpcCode.internal });
      expect(error.message).toContain(`${name} failed at the core agent at ${core.address} with INTERNAL`);
      expect(error.message).toContain("Response message parsing error");
      expect(error.message).not.toContain("secret");
    }
  });

  it("never repeats the session id that a refresh was refused for", async () => {
    const core = await agent({ refreshRefusal: "no session secret-session" });
    const error = await failureOf(open(core.address).refresh("secret-session", soon));
    expect(error).toMatchObject({ code: "unauthenticated", grpcCode: grpcCode.notFound });
    expect(error.message).not.toContain("secret");
  });
});

describe("what the core agent writes in a failure", () => {
  // Ordinary words, so that nothing but their being known takes them out.
  const text = "the token pencil and the session teapot are odd";

  it("is passed on without the token, in every call, and without the session of that call", async () => {
    const { address } = await failing(grpcCode.internal, text);
    const connection = open(address, { token: "pencil", certificate: "", privateKey: "" }, { tls: false });
    const report = { kind: "resolution", issueId: "issue" } as const;
    const registering = await failureOf(connection.register(request, soon));
    expect(registering.message).toContain("the token [secret] and the session teapot are odd");
    const withSession = [
      await failureOf(connection.refresh("teapot", soon)),
      await failureOf(connection.report("teapot", report, soon)),
      (await untilEnd(connection, "teapot")).error,
    ];
    for (const error of withSession) {
      expect(error?.message).toContain("the token [secret] and the session [secret] are odd");
    }
  });
});

describe("the stream", () => {
  it("carries session and token, hands messages over in their order, and tells a clean end after the last one", async () => {
    const ids = Array.from({ length: 500 }, (_, i) => i + 2);
    const core = await agent({
      onStream: (stream) => {
        stream.write(snapshot(1));
        for (const id of ids) stream.write(update(id));
        stream.end();
      },
    });
    const { events, error, connected, bad } = await untilEnd(open(core.address));
    expect(error).toBeUndefined();
    expect(bad).toEqual([]);
    expect(connected).toBe(1);
    expect(events.map((event) => event.sequenceId)).toEqual([1, ...ids]);
    expect(core.metadata[0]?.get("session_id")).toEqual(["session"]);
    expect(core.metadata[0]?.get("authorization")).toEqual(["Bearer token"]);
    expect(core.requests[0]).toMatchObject({ name: "client" });
  });

  it("tells of the connection before the first message", async () => {
    const core = await agent({ onStream: () => {} });
    const connection = open(core.address);
    await new Promise<void>((resolve) => {
      const handlers = { onConnected: () => resolve(), onEvent() {}, onBadMessage() {}, onEnd() {} };
      connection.openStream({ clientName: "client", sessionId: "session" }, handlers);
    });
  });

  it("goes on after messages that cannot be understood", async () => {
    const core = await agent({
      onStream: (stream) => {
        stream.write(snapshot(1));
        stream.write({});
        stream.write({ update: { sequence_id: 2 } });
        stream.write(update(3));
        stream.end();
      },
    });
    const { events, bad, error } = await untilEnd(open(core.address));
    expect(error).toBeUndefined();
    expect(events.map((event) => event.sequenceId)).toEqual([1, 3]);
    expect(bad.map((each) => each.constructor.name)).toEqual(["UnknownEventError", "ConfigStreamError"]);
  });

  it("takes messages far over gRPC's default limit of 4 MiB", async () => {
    const core = await agent({
      onStream: (stream) => {
        stream.write(snapshot(1, "x".repeat(6_000_000)));
        stream.end();
      },
    });
    const { events, error } = await untilEnd(open(core.address));
    expect(error).toBeUndefined();
    expect(events).toHaveLength(1);
  });

  it("ends with an error that names maxReceiveMessageBytes when a message is over it", async () => {
    const core = await agent({ onStream: (stream) => stream.write(snapshot(1, "x".repeat(2_000))) });
    const { events, error } = await untilEnd(open(core.address, credentials(), { maxReceiveMessageBytes: 1_000 }));
    expect(events).toEqual([]);
    expect(error?.code).toBe("message_too_large");
    expect(error?.message).toMatch(
      /a message of 2\d\d\d bytes, over the limit of 1000 bytes; raise maxReceiveMessageBytes\./,
    );
  });

  it("ends as unavailable when the connection breaks", async () => {
    const core = await agent({ onStream: (stream) => stream.write(snapshot(1)) });
    const relay = await relayTo(core.port);
    const { events, error } = await untilEnd(open(relay.address), "session", () => relay.cut());
    expect(events).toHaveLength(1);
    expect(error).toMatchObject({ code: "unavailable", grpcCode: grpcCode.unavailable });
    expect(error?.message).toContain(relay.address);
  });

  it("ends with an error, not as a clean end, when the core agent shuts down by force", async () => {
    const core = await agent({ onStream: (stream) => stream.write(snapshot(1)) });
    const { error } = await untilEnd(open(core.address), "session", () => core.close());
    expect(error?.code).toMatch(/^(stream|unavailable)$/);
    expect(error?.message).toContain(core.address);
  });

  it("ends once, also when the connection is closed after that", async () => {
    const core = await agent({ onStream: (stream) => stream.emit("error", { code: 13, details: "It broke." }) });
    const connection = open(core.address);
    const ends: unknown[] = [];
    await new Promise<void>((resolve) => {
      const onEnd = (error: unknown) => {
        ends.push(error);
        resolve();
      };
      connection.openStream({ clientName: "client", sessionId: "session" }, { onEvent() {}, onBadMessage() {}, onEnd });
    });
    connection.close();
    connection.close();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(ends).toEqual([expect.objectContaining({ grpcCode: grpcCode.internal })]);
  });

  it("says nothing of the connection to who cancelled before it was there", async () => {
    const connection = open((await agent()).address);
    let connected = 0;
    const handlers = { onConnected: () => void connected++, onEvent() {}, onBadMessage() {}, onEnd() {} };
    connection.openStream({ clientName: "client", sessionId: "session" }, handlers).cancel();
    await connection.register(request, soon);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(connected).toBe(0);
  });

  it("calls nothing after it was cancelled, and the core agent sees the cancellation", async () => {
    let cancelled = (): void => {};
    const seen = new Promise<void>((resolve) => {
      cancelled = resolve;
    });
    const core = await agent({
      onStream: (stream) => {
        stream.on("cancelled", cancelled);
        for (const event of [snapshot(1), update(2), update(3)]) stream.write(event);
      },
    });
    const connection = open(core.address);
    const calls: string[] = [];
    await new Promise<void>((resolve) => {
      const call = connection.openStream(
        { clientName: "client", sessionId: "session" },
        {
          onEvent: () => {
            calls.push("event");
            call.cancel();
            resolve();
          },
          onBadMessage: () => calls.push("bad"),
          onEnd: () => calls.push("end"),
        },
      );
    });
    await seen;
    expect(calls).toEqual(["event"]);
  });

  it("refuses a session id that a header cannot carry, without quoting it", async () => {
    const core = await agent();
    const connection = open(core.address);
    expect(() => untilEndSync(connection, "secret\n")).toThrow(/session id has characters/);
    expect(() => untilEndSync(connection, "secret\n")).not.toThrow(/secret/);
  });
});

function untilEndSync(connection: Connection, sessionId: string): void {
  connection.openStream({ clientName: "client", sessionId }, { onEvent() {}, onBadMessage() {}, onEnd() {} });
}

describe("TLS", () => {
  it("refuses a core agent with another certificate, and says so", async () => {
    const core = await agent({ certificate: foreign });
    const error = await failureOf(open(core.address).register(request, soon));
    expect(error.code).toBe("tls");
    expect(error.message).toBe(
      `The core agent at ${core.address} showed another certificate than the one in /run/ipc_cert.pem; check that the file and the address belong to the same core agent.`,
    );
    expect(core.calls).toEqual([]);
  });

  it("says that the core agent most likely refused the client certificate", async () => {
    const core = await agent({ clientAuthority: foreign });
    const error = await failureOf(open(core.address).register(request, soon));
    expect(error.code).toBe("tls");
    expect(error.message).toContain("most likely it does not accept the client certificate from /run/ipc_cert.pem");
    expect(core.calls).toEqual([]);
  });

  it("cannot be switched off by NODE_TLS_REJECT_UNAUTHORIZED", async () => {
    const before = process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";
    try {
      const core = await agent({ certificate: foreign });
      expect((await failureOf(open(core.address).register(request, soon))).code).toBe("tls");
    } finally {
      if (before === undefined) delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
      else process.env.NODE_TLS_REJECT_UNAUTHORIZED = before;
    }
  });

  it("trusts the pinned certificate under any name, and no other certificate under a wrong one", () => {
    const { checkServerIdentity, rejectUnauthorized } = pinnedTrust(credentials(), "agent.example", "f").verifyOptions;
    const peer = (of: TestCertificate): PeerCertificate => new X509Certificate(of.certificate).toLegacyObject();
    expect(rejectUnauthorized).toBe(true);
    expect(checkServerIdentity("agent.example", peer(own))).toBeUndefined();
    expect(checkServerIdentity("agent.example", peer(foreign))).toBeInstanceOf(Error);
  });

  it("says that something without TLS listens at the address", async () => {
    const { address } = await tcp((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
    const error = await failureOf(open(address).register(request, soon));
    expect(error.code).toBe("tls");
    expect(error.message).toContain(`What listens at ${address} does not speak TLS`);
  });

  it("is not used when it is switched off by name", async () => {
    const started = await startRawAgent();
    cleanups.push(() => started.close());
    const plain = open(started.address, { token: "token", certificate: "", privateKey: "" }, { tls: false });
    expect((await plain.register(request, soon)).sessionId).toBe("session");
  });

  it("is never downgraded: a core agent without TLS is refused", async () => {
    const started = await startRawAgent();
    cleanups.push(() => started.close());
    const error = await failureOf(open(started.address).register(request, soon));
    expect(["tls", "unavailable"]).toContain(error.code);
    expect(started.calls).toEqual([]);
  });
});

describe("a connection that breaks after the TLS handshake", () => {
  it("is explained by the socket's own error", async () => {
    // A record of application data that nobody has encrypted.
    const forged = Buffer.from([23, 3, 3, 0, 32, ...Array.from({ length: 32 }, () => 7)]);
    let breakUp = (): void => {};
    const silent = await tlsOnly(() => breakUp());
    const relay = await relayTo(Number(silent.address.split(":")[1]));
    breakUp = () => relay.near[0]?.write(forged);
    const error = await failureOf(open(relay.address).register(request, soon));
    expect(error).toMatchObject({ code: "tls", grpcCode: grpcCode.unavailable });
    expect(error.message).toMatch(/^TLS with the core agent at \S+ failed \(ERR_SSL_\w+\)\.$/);
  });
});

describe("what grpc-js would do by itself", () => {
  const plain = { token: "token", certificate: "", privateKey: "" };

  it("is not done: no call is repeated that the core agent did not process", async () => {
    let calls = 0;
    const { address } = await http2((stream) => {
      calls++;
      stream.close(constants.NGHTTP2_REFUSED_STREAM);
    });
    const connection = open(address, plain, { tls: false });
    expect((await untilEnd(connection)).error).toMatchObject({ code: "unavailable" });
    expect(calls).toBe(1);
  });

  it.each(["grpc_proxy", "https_proxy", "http_proxy"])(
    "is not done: no web proxy of the environment is asked (%s), nor shown the token",
    async (variable) => {
      const proxy = await tcp((socket) => socket.end("HTTP/1.1 502 Bad Gateway\r\n\r\n"));
      const core = await agent();
      const before = process.env[variable];
      process.env[variable] = `http://${proxy.address}`;
      try {
        expect(await open(core.address).register(request, soon)).toMatchObject({ sessionId: "session" });
      } finally {
        if (before === undefined) delete process.env[variable];
        else process.env[variable] = before;
      }
      expect(proxy.accepted).toEqual([]);
    },
  );
});

describe("a core agent that cannot be reached", () => {
  it("is told as connection refused, for calls and streams", async () => {
    const { address } = await tcp(() => {});
    await cleanups.pop()?.();
    const sentence = `Nothing accepts connections at ${address} (connection refused); check that the core agent runs and that the address is right.`;
    const connection = open(address);
    expect(await failureOf(connection.register(request, soon))).toMatchObject({
      code: "unavailable",
      message: sentence,
    });
    expect((await untilEnd(open(address))).error).toMatchObject({ code: "unavailable", message: sentence });
  });

  it("is told as a host name that cannot be resolved", async () => {
    const error = await failureOf(open("no-such-host.invalid:5001").register(request, soon));
    expect(error).toMatchObject({ code: "unavailable" });
    expect(error.message).toContain("no-such-host.invalid:5001 could not be resolved");
  });

  it.each(["before TLS", "after TLS"])(
    "is told as no answer when it accepts and hangs %s, and the socket goes with the connection",
    async (when) => {
      const silent = when === "before TLS" ? await tcp(() => {}) : await tlsOnly();
      const connection = open(silent.address, credentials(), { callTimeoutMs: 200 });
      const error = await failureOf(connection.register(request, { deadlineMs: 200 }));
      expect(error).toMatchObject({ code: "unavailable", grpcCode: grpcCode.deadlineExceeded });
      expect(error.message).toContain("did not answer RegisterRemoteAgent within 200 ms");
      const stream = await untilEnd(connection);
      expect(stream.error).toMatchObject({ code: "unavailable", grpcCode: grpcCode.deadlineExceeded });
      expect(stream.connected).toBe(0);
      const [accepted] = silent.accepted;
      if (accepted === undefined) throw new Error("Nothing was accepted.");
      const closed = once(accepted, "close");
      connection.close();
      accepted.resume();
      await closed;
    },
  );
});

describe("keepalive", () => {
  it("notices a half-open connection, and leaves no socket behind", async () => {
    const core = await agent({ onStream: (stream) => stream.write(snapshot(1)) });
    const relay = await relayTo(core.port);
    const connection = open(relay.address, credentials(), { keepaliveIntervalMs: 50, keepaliveTimeoutMs: 100 });
    const { error, events } = await untilEnd(connection, "session", () => relay.silence());
    // Silent from then on, and not broken before.
    expect(events).toHaveLength(1);
    expect(error).toMatchObject({ code: "unavailable", grpcCode: grpcCode.unavailable });
    connection.close();
  });

  it("lets go of a silent connection's socket at close, without waiting for the other side", async () => {
    const core = await agent({ onStream: (stream) => stream.write(snapshot(1)) });
    const relay = await relayTo(core.port);
    const connection = open(relay.address);
    await new Promise<void>((resolve) => {
      const handlers = { onEvent: () => resolve(), onBadMessage() {}, onEnd() {} };
      connection.openStream({ clientName: "client", sessionId: "session" }, handlers);
    });
    relay.silence();
    const [near] = relay.near;
    if (near === undefined) throw new Error("Nothing was accepted.");
    const closed = once(near, "close");
    connection.close();
    await closed;
  });

  it("is sent less often on the next connection after the core agent answered too_many_pings, and after no other failure", async () => {
    const pings: number[] = [];
    const server: Http2Server = createHttp2Server();
    let connections = 0;
    server.on("session", (session) => {
      const number = connections++;
      pings[number] = 0;
      session.on("error", () => {});
      session.on("ping", () => {
        pings[number] = (pings[number] ?? 0) + 1;
        if (number === 1) session.goaway(11, 0, Buffer.from("too_many_pings"));
      });
      session.on("stream", (stream) => {
        stream.on("error", () => {});
        if (number === 0) session.destroy();
      });
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    cleanups.push(() => server.close());
    const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const transport = createGrpcTransport(
      params(address, { tls: false, keepaliveIntervalMs: 20, keepaliveRefusedIntervalMs: 60_000 }),
    );
    const plain = { token: "token", certificate: "", privateKey: "" };
    const failureOfNext = async () => {
      const next = transport.connect(plain);
      const { error } = await untilEnd(next);
      next.close();
      expect(error).toMatchObject({ code: "unavailable" });
      return error?.message;
    };
    expect(await failureOfNext()).not.toContain("keepalive");
    expect(await failureOfNext()).toContain("keepalive pings came too often");
    const last = transport.connect(plain);
    const ended = untilEnd(last);
    await waitUntil(() => connections === 3);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(pings[2]).toBe(0);
    last.close();
    void ended;
  });
});

describe("closing a connection", () => {
  it("is idempotent, fails what is open on it, and can be followed by a new connection", async () => {
    const core = await agent({ onStream: () => {} });
    const transport = createGrpcTransport(params(core.address));
    const first = transport.connect(credentials());
    await first.register(request, soon);
    const refresh = failureOf(first.refresh("session", soon));
    first.close();
    first.close();
    expect((await refresh).code).toBe("registration");
    const second = transport.connect(credentials());
    await second.register(request, soon);
    second.close();
  });
});
