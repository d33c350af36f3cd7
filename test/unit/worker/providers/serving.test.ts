/** The providers behind a real listener: who gets an answer, which one, and what becomes of the address. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, connect as dial, type Server, type Socket } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { connect as dialTls } from "node:tls";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { ServeParams } from "../../../../src/shared/params.js";
import { writeCommandList } from "../../../../src/wire/command-messages.js";
import { providerService } from "../../../../src/wire/service-names.js";
import type { Credentials, Providers } from "../../../../src/worker/ports.js";
import { commandProvider } from "../../../../src/worker/providers/commands.js";
import { lazyProviders } from "../../../../src/worker/providers/lazily.js";
import { createProviders } from "../../../../src/worker/providers/providers.js";
import { makeCertificate, type TestCertificate } from "../../../support/agents/certificates.js";
import { callProvider } from "../../../support/agents/provider-client.js";
import { type Given, providerSources } from "../../../support/agents/provider-sources.js";
import { planted } from "../../../support/secret-net/net.js";

const loopback = { kind: "tcp", host: "127.0.0.1", port: 0 } as const;
const status = [providerService.status, "GetStatusDetails"] as const;
const telemetry = [providerService.telemetry, "GetTelemetry"] as const;
const flare = [providerService.flare, "GetFlareFiles"] as const;
const list = [providerService.command, "ListCommands"] as const;
const execute = [providerService.command, "ExecuteCommand"] as const;
const code = { resourceExhausted: 8, internal: 13, unavailable: 14, unauthenticated: 16 };

let folder: string;
let own: TestCertificate;
let credentials: Credentials;
const running: { close(): Promise<void> | void }[] = [];

/** Where the caller finds the credentials that it shows. */
function place({ pem }: TestCertificate, token: string): string {
  const at = mkdtempSync(join(folder, "credentials-"));
  writeFileSync(join(at, "ipc_cert.pem"), pem);
  writeFileSync(join(at, "auth_token"), token);
  return at;
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "configstream-serving-"));
  own = await makeCertificate();
  credentials = { token: planted("token"), certificate: own.certificate, privateKey: own.privateKey };
});

afterEach(async () => {
  for (const each of running.splice(0)) await each.close();
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function serving(params: Partial<ServeParams> = {}, given: Given = {}, make: typeof createProviders = createProviders) {
  const lines: string[] = [];
  const providers: Providers = make(
    { address: loopback, maxCallsPerSecond: 100, maxAnswerBytes: 1024 * 1024, ...params },
    providerSources({ settings: { "log.level": "info" }, status: {}, ...given }),
    (level, line) => void lines.push(`${level} ${line}`),
  );
  running.push(providers);
  return { providers, lines };
}

async function open(...args: Parameters<typeof serving>) {
  const { providers, lines } = serving(...args);
  const endpoint = await providers.open(credentials);
  providers.answerAs("session-1");
  const at = place(own, credentials.token);
  const uri = endpoint?.uri ?? "";
  const call = (method: Parameters<typeof callProvider>[2], request?: object, caller = {}) =>
    callProvider(at, uri, method, request, caller);
  return { providers, lines, endpoint, uri, at, call };
}

const command = (...path: string[]) => ({ provider_name: "", command_path: path });
const unix = (name: string) => ({ address: { kind: "unix", path: join(folder, name) } as const });
const portOf = (uri: string) => Number(uri.split(":").at(-1));

/** The code of the error with which dialling ends; `undefined`: it does not. */
const refusalOf = (to: number | string) =>
  new Promise<string | undefined>((resolve) => {
    const socket = typeof to === "number" ? dial(to, "127.0.0.1") : dial(to);
    socket.once("connect", () => resolve(void socket.destroy()));
    socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code));
  });

async function listening(path: string, onSocket: (socket: Socket) => void = () => {}): Promise<Server> {
  const server = createServer(onSocket);
  await new Promise<void>((done) => server.listen(path, done));
  return server;
}

describe("a consumer that serves", () => {
  it("answers every method over TLS to who bears the token, in the name of its session", async () => {
    const { call, endpoint, providers } = await open();
    expect(endpoint).toEqual({
      uri: expect.stringMatching(/^https:\/\/127\.0\.0\.1:\d+$/),
      services: Object.values(providerService),
    });
    const told = await call(status);
    expect([told.error, told.session]).toEqual([undefined, "session-1"]);
    expect(told.answers[0]).toMatchObject({ main_section: { fields: { state: "live", client_name: "test-agent" } } });
    const metrics = (await call(telemetry)).answers[0] as { prom_text: string };
    expect(metrics.prom_text).toContain('configstream_consumer_state{client="test-agent",state="live"} 1\n');
    const { files } = (await call(flare)).answers[0] as { files: { [name: string]: Buffer } };
    expect(String(files["settings.txt"])).toBe('log.level: "info" (file)\n');
    expect((await call(list)).answers[0]).toMatchObject({ providers: [{ name: "test-agent" }] });
    providers.answerAs("session-2");
    const ran = await call(execute, command("explain", "log.level"));
    expect(ran.answers).toEqual([{ stdout: expect.stringMatching(/^log\.level: "info"\n/) }, { exit_code: 0 }]);
    expect(ran.session).toBe("session-2");
    expect((await call(execute, command("explain", "x"))).answers).toEqual([
      { stderr: 'There is no setting "x".\n' },
      { exit_code: 1 },
    ]);
  });

  it("shows nothing, and no session, to who lacks the token or the certificate", async () => {
    const { call, at } = await open();
    for (const method of [status, execute]) {
      for (const token of [undefined, planted("guess")]) {
        const { error, answers, session } = await call(method, command("status"), { token });
        expect([error?.code, answers, session]).toEqual([code.unauthenticated, [], undefined]);
      }
    }
    const foreign = place(await makeCertificate(), credentials.token);
    expect((await call(status, {}, { certificate: foreign })).error?.code).toBe(code.unavailable);
    expect((await call(status, {}, { certificate: at })).error).toBeUndefined();
  });

  it("refuses an answer that is larger than allowed, and gives one that is as large as that", async () => {
    const settings = { big: "x".repeat(3_000) };
    const sizeOf = async () => {
      const { call } = await open({}, { settings });
      const [first] = (await call(execute, command("explain", "big"))).answers as { stdout: string }[];
      return Buffer.byteLength(first?.stdout ?? "");
    };
    const most = await sizeOf();
    const exact = await open({ maxAnswerBytes: most }, { settings });
    expect((await exact.call(execute, command("explain", "big"))).error).toBeUndefined();
    const small = await open({ maxAnswerBytes: most - 1 }, { settings });
    const { error, answers } = await small.call(execute, command("explain", "big"));
    expect([error?.code, answers]).toEqual([code.resourceExhausted, []]);
    expect(error?.details).toContain(`larger than ${most - 1} bytes (option "serve.maxAnswerBytes")`);
    const tiny = await open({ maxAnswerBytes: 100 });
    expect((await tiny.call(telemetry)).error?.code).toBe(code.resourceExhausted);
    expect((await tiny.call(execute, command("explain", `n${"o".repeat(100)}`))).error?.code).toBe(
      code.resourceExhausted,
    );
  });

  it("gives any answer that is as large as allowed", async () => {
    const most = writeCommandList([commandProvider(providerSources())]).length;
    expect((await (await open({ maxAnswerBytes: most })).call(list)).error).toBeUndefined();
    expect((await (await open({ maxAnswerBytes: most - 1 })).call(list)).error?.code).toBe(code.resourceExhausted);
  });

  it("refuses a request of more than 64 KiB, and takes one below that", async () => {
    const { call } = await open();
    const asked = async (length: number) => (await call(execute, command("explain", "k".repeat(length)))).error?.code;
    expect(await asked(60 * 1024)).toBeUndefined();
    expect(await asked(65 * 1024)).toBe(code.resourceExhausted);
  });

  it("says of an answer that cannot be made only that, and nothing of what was thrown", async () => {
    const logLines = () => {
      throw new Error(planted("message"));
    };
    const held = logLines;
    const { call } = await open({}, { sources: { logLines, held } });
    for (const { error, answers } of [await call(flare), await call(execute, command("held"))]) {
      expect([error?.code, answers]).toEqual([code.internal, []]);
      expect(error?.details).toContain("could not be made");
    }
  });

  it("takes new credentials in place of the old ones at the same address, and lets go of who came with the old", async () => {
    const { providers, uri, at } = await open();
    const held = dialTls({
      port: portOf(uri),
      host: "127.0.0.1",
      ca: own.certificate,
      cert: own.certificate,
      key: own.privateKey,
      ALPNProtocols: ["h2"],
      servername: "localhost",
    });
    await new Promise((done) => held.once("secureConnect", done));
    held.on("error", () => {}).resume();
    expect((await providers.open({ ...credentials, token: "another" }))?.uri).toBe(uri);
    expect((await callProvider(at, uri, status)).error?.code).toBe(code.unauthenticated);
    expect(held.destroyed).toBe(false);
    const gone = new Promise((done) => held.once("close", done));
    const renewed = await makeCertificate();
    const next = { token: "new", certificate: renewed.certificate, privateKey: renewed.privateKey };
    expect((await providers.open(next))?.uri).toBe(uri);
    await gone;
    expect((await callProvider(place(renewed, "new"), uri, status)).error).toBeUndefined();
    expect((await callProvider(at, uri, status)).error?.code).toBe(code.unavailable);
  });

  it("frees its address when it is closed, whoever is connected, and may be closed twice", async () => {
    const { providers, uri } = await open();
    const socket = dial(portOf(uri), "127.0.0.1");
    await new Promise((done) => socket.once("connect", done));
    const gone = new Promise((done) => socket.once("close", done));
    await providers.close();
    await gone;
    expect(await refusalOf(portOf(uri))).toBe("ECONNREFUSED");
    await providers.close();
  });
});

describe("a Unix socket", () => {
  it("is this user's alone, and gone when the consumer is", async () => {
    const { providers, uri, call } = await open(unix("own.sock"));
    const path = join(folder, "own.sock");
    expect(uri).toBe(`unix://${path}`);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect((await call(status)).session).toBe("session-1");
    await providers.close();
    expect(existsSync(path)).toBe(false);
  });

  it("that answers is left to its owner, a file that is no socket stays, and both are said once until it is free", async () => {
    const path = join(folder, "taken.sock");
    const owner = await listening(path, (socket) => socket.end());
    const { providers, lines } = serving(unix("taken.sock"));
    expect(await providers.open(credentials)).toBeUndefined();
    expect(await providers.open(credentials)).toBeUndefined();
    expect(lines).toEqual([
      `warn The option "serve" has no effect for now: ${path} cannot be listened on (EADDRINUSE). Give another address, or free it.`,
    ]);
    expect(await refusalOf(path)).toBeUndefined();
    await new Promise((done) => owner.close(done));
    writeFileSync(path, "a file");
    expect(await providers.open(credentials)).toBeUndefined();
    expect(statSync(path).isFile()).toBe(true);
    rmSync(path);
    expect((await providers.open(credentials))?.uri).toBe(`unix://${path}`);
    expect(lines).toHaveLength(1);
    // A second trouble is news again.
    await providers.close();
    writeFileSync(path, "a file");
    expect(await providers.open(credentials)).toBeUndefined();
    expect(lines).toHaveLength(2);
    rmSync(path);
  });
});

it("a certificate that names localhost alone is dialled by that name, because Go checks the name that it dials", async () => {
  const { generate } = await import("selfsigned");
  const extensions = [{ name: "subjectAltName", altNames: [{ type: 2, value: "localhost" }] }] as const;
  const made = await generate([{ name: "commonName", value: "localhost" }], {
    keyType: "ec",
    extensions: extensions as never,
  });
  const { providers } = serving();
  const endpoint = await providers.open({ token: "t", certificate: made.cert, privateKey: made.private });
  expect(endpoint?.uri).toMatch(/^https:\/\/localhost:\d+$/);
});

it("a socket that a killed process left behind is taken over", async () => {
  const path = join(folder, "left.sock");
  const killed = `require("node:net").createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, "SIGKILL"))`;
  spawnSync(process.execPath, ["-e", killed]);
  expect(statSync(path).isSocket()).toBe(true);
  const { call, lines } = await open(unix("left.sock"));
  expect([(await call(status)).error, lines]).toEqual([undefined, []]);
});

const hasIPv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === "::1"));

it.runIf(hasIPv6)("an address of IPv6 is named in brackets, because a port follows", async () => {
  const { endpoint } = await open({ address: { kind: "tcp", host: "::1", port: 0 } });
  expect(endpoint?.uri).toMatch(/^https:\/\/(\[::1\]|localhost):\d+$/);
});

it("a TCP address that is taken is named with its port, and other trouble by its sentence", async () => {
  const { uri } = await open();
  const address = { ...loopback, port: portOf(uri) };
  const second = serving({ address });
  expect(await second.providers.open(credentials)).toBeUndefined();
  expect(second.lines[0]).toContain(`127.0.0.1:${address.port} cannot be listened on (EADDRINUSE)`);
});

it.each([
  ["TCP", loopback],
  ["a Unix socket", { kind: "unix", path: "" }],
] as const)("what is closed while it is being opened does not listen afterwards, at %s", async (_, kind) => {
  const path = join(folder, "soon.sock");
  for (const make of [createProviders, lazyProviders as typeof createProviders]) {
    const { providers } = serving({ address: kind.kind === "unix" ? { kind: "unix", path } : kind }, {}, make);
    const opening = providers.open(credentials);
    await providers.close();
    const uri = (await opening)?.uri ?? "";
    expect(await refusalOf(kind.kind === "unix" ? path : portOf(uri))).toMatch(/^(ECONNREFUSED|ENOENT)$/);
  }
});

describe("providers that are loaded when they are needed", () => {
  it("serve as the others do, once credentials are there", async () => {
    const { call, endpoint } = await open({}, {}, lazyProviders);
    expect(endpoint?.services).toHaveLength(4);
    const told = await call(status);
    expect([told.error, told.session]).toEqual([undefined, "session-1"]);
  });

  it("stay at the same address when they are opened again, and can be closed without having been opened", async () => {
    const { providers, uri } = await open({}, {}, lazyProviders);
    expect((await providers.open(credentials))?.uri).toBe(uri);
    await providers.close();
    expect(await refusalOf(portOf(uri))).toBe("ECONNREFUSED");
    const idle = serving({}, {}, lazyProviders);
    idle.providers.answerAs("session");
    await idle.providers.close();
  });

  it("disturb nothing while their code cannot be loaded, say so once, and serve as soon as it can", async () => {
    let attempts = 0;
    const lazily: typeof createProviders = (...parts) =>
      lazyProviders(...parts, async () => {
        attempts += 1;
        if (attempts <= 2) throw Object.assign(new Error("/secret/place"), { code: "EMFILE" });
        return { createProviders };
      });
    const { providers, lines } = serving({}, {}, lazily);
    for (const _ of [1, 2]) {
      expect(await providers.open(credentials)).toBeUndefined();
      providers.answerAs("session-0");
      await providers.close();
    }
    expect(lines).toEqual([expect.stringMatching(/^warn The option "serve" has no effect for now: .*EMFILE/)]);
    expect(lines[0]).not.toContain("/secret/place");
    expect(await providers.open(credentials)).toMatchObject({ services: Object.values(providerService) });
    expect(attempts).toBe(3);
  });
});
