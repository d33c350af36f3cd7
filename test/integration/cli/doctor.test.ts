import { chmodSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type CoreAgent, createCoreAgent } from "../../../packages/configstream/src/core-agent/index.js";
import { makeCertificate } from "../../support/agents/certificates.js";
import { startRawAgent } from "../../support/agents/raw-agent.js";
import { Bench, type Ended, freePort, hasAnsi } from "../../support/cli/cli.js";

const bench = new Bench();
const closers: (() => unknown)[] = [];
let agent: CoreAgent;

beforeEach(async () => {
  agent = createCoreAgent({
    address: "127.0.0.1:0",
    dataDir: join(bench.directory, "run"),
    defaults: { log_level: "info", port: 5 },
    env: false,
  });
  closers.push(() => agent.stop());
  await agent.start();
});

afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

interface Check {
  readonly id: string;
  readonly outcome: string;
  readonly ms: number;
  readonly detail: string;
  readonly advice: string | null;
}

interface Diagnosis {
  readonly ok: boolean;
  readonly cause: string | null;
  readonly checks: readonly Check[];
}

/** Examines the agent, with other options where they are given. */
async function examine(
  ...more: readonly string[]
): Promise<Ended & { diagnosis: Diagnosis; cause: Check | undefined }> {
  const { address, authTokenFile, ipcCertFile } = agent;
  const given = ["--address", address, "--auth-token-file", authTokenFile, "--ipc-cert-file", ipcCertFile];
  const ended = await bench.run("doctor", "--json", "--timeout", "2", ...given, ...more);
  const diagnosis = JSON.parse(ended.out) as Diagnosis;
  return { ...ended, diagnosis, cause: diagnosis.checks.find(({ id }) => id === diagnosis.cause) };
}

/** One set-up that is broken in one place: the doctor names that place, says what to do, and skips what depends on it. */
async function expectCause(id: string, detail: string | RegExp, ...more: readonly string[]): Promise<Diagnosis> {
  const { code, err, diagnosis, cause } = await examine(...more);
  expect(cause).toMatchObject({ id, outcome: "fail", detail: expect.stringMatching(detail) });
  expect(cause?.advice).toMatch(/^[A-Z].*\.$/);
  expect({ code, err, ok: diagnosis.ok }).toEqual({ code: 1, err: "", ok: false });
  const after = diagnosis.checks.slice(diagnosis.checks.findIndex((check) => check.id === id) + 1);
  for (const check of after.filter(({ outcome }) => outcome === "skip"))
    expect(check.detail).toContain("must pass first");
  return diagnosis;
}

function outcomes({ checks }: Diagnosis): Record<string, string> {
  return Object.fromEntries(checks.map(({ id, outcome }) => [id, outcome]));
}

function file(name: string, content: string): string {
  const path = join(bench.directory, name);
  writeFileSync(path, content, { mode: 0o600 });
  return path;
}

async function listening(onConnection: (server: Server) => void): Promise<string> {
  // The doctor may hang up at any moment.
  const server = createServer((socket) => socket.on("error", () => {}));
  onConnection(server);
  closers.push(() => server.close());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return `127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
}

describe("configstream doctor over a sound set-up", () => {
  it("passes every check, each with its time, and ends with 0", async () => {
    const { code, err, diagnosis } = await examine();
    expect({ code, err, ok: diagnosis.ok, cause: diagnosis.cause }).toEqual({
      code: 0,
      err: "",
      ok: true,
      cause: null,
    });
    expect(diagnosis.checks.map(({ id, outcome }) => `${id} ${outcome}`)).toEqual(
      [
        ...["options", "token-file", "certificate-file", "certificate", "host", "tcp", "tls", "token"],
        ...["registration", "stream", "snapshot"],
      ].map((id) => `${id} ok`),
    );
    for (const { ms } of diagnosis.checks) expect(ms).toBeGreaterThan(0);
    expect(diagnosis.checks.at(-1)?.detail).toBe("2 settings, sequence id 0");
  });

  it("prints lines that people read, without colours and without any secret", async () => {
    const run = await bench.run("doctor", "--address", agent.address, "--data-dir", join(bench.directory, "run"));
    expect(run).toMatchObject({ code: 0, err: "" });
    expect(run.out).toMatch(/^✓ options +[\d.]+ ms {2}core agent 127\.0\.0\.1:\d+ \(--address\)/);
    expect(run.out).toContain("All 11 checks passed: a consumer with these options would be live.");
    expect(hasAnsi(run.out)).toBe(false);
  });

  it("warns of files that every user can read, and of a certificate that ends soon", async () => {
    chmodSync(agent.authTokenFile, 0o644);
    const soon = await makeCertificate(Date.now() - (10 * 365.25 - 5) * 86_400_000);
    const raw = await startRawAgent({ certificate: soon, token: "t", onStream: (stream) => stream.end() });
    closers.push(() => raw.close());
    const { diagnosis } = await examine("--address", raw.address, "--ipc-cert-file", file("soon.pem", soon.pem));
    expect(outcomes(diagnosis)).toMatchObject({ "token-file": "warn", certificate: "warn", tls: "ok", token: "fail" });
    expect(diagnosis.checks[1]).toMatchObject({ detail: expect.stringContaining("every user of this machine") });
    expect(diagnosis.checks[3]).toMatchObject({ detail: expect.stringMatching(/: \d days left$/) });
  });
});

describe("configstream doctor over a broken set-up names the cause:", () => {
  it("options that name no credential file", async () => {
    const ended = await bench.run("doctor", "--json", "--address", agent.address);
    const { cause, checks } = JSON.parse(ended.out) as Diagnosis;
    expect(ended.code).toBe(1);
    expect(cause).toBe("options");
    expect(checks[0]?.detail).toContain("--data-dir");
  });

  it("a token file that is missing", async () => {
    const path = join(bench.directory, "none");
    const diagnosis = await expectCause(
      "token-file",
      `The token file ${path} does not exist`,
      "--auth-token-file",
      path,
    );
    // What does not depend on it is still examined.
    expect(outcomes(diagnosis)).toMatchObject({ tls: "ok", token: "skip", snapshot: "skip" });
  });

  it("a token file that is empty, or no file", async () => {
    await expectCause("token-file", /is empty/, "--auth-token-file", file("token", "\n"));
    mkdirSync(join(bench.directory, "folder"));
    await expectCause("token-file", /is a directory/, "--auth-token-file", join(bench.directory, "folder"));
  });

  it("a certificate file that is missing", async () => {
    rmSync(agent.ipcCertFile);
    const diagnosis = await expectCause("certificate-file", /does not exist/);
    expect(outcomes(diagnosis)).toMatchObject({ certificate: "skip", tcp: "ok", tls: "skip" });
  });

  it("a certificate file with something else in it", async () => {
    await expectCause("certificate", /has no CERTIFICATE block/, "--ipc-cert-file", file("x.pem", "garbage"));
  });

  it("a certificate that has expired", async () => {
    const { pem } = await makeCertificate(Date.now() - 11 * 365.25 * 86_400_000);
    await expectCause("certificate", /expired at \d{4}-/, "--ipc-cert-file", file("old.pem", pem));
  });

  it("a key that belongs to another certificate", async () => {
    const [one, other] = [await makeCertificate(), await makeCertificate()];
    const mixed = file("mixed.pem", one.certificate + other.privateKey);
    await expectCause("certificate", /do not belong together/, "--ipc-cert-file", mixed);
  });

  it("a host that has no address", async () => {
    await expectCause(
      "host",
      /"no-such-host\.invalid" could not be resolved/,
      "--address",
      "no-such-host.invalid:5001",
    );
  });

  it("a port where nothing listens", async () => {
    const address = `127.0.0.1:${await freePort()}`;
    const diagnosis = await expectCause("tcp", `Nothing listens at ${address}`, "--address", address);
    expect(outcomes(diagnosis)).toMatchObject({ tls: "skip", snapshot: "skip" });
  });

  it("a port where something else listens", async () => {
    const web = await listening((server) =>
      server.on("connection", (socket) => socket.end("HTTP/1.1 400 Bad\r\n\r\n")),
    );
    await expectCause("tls", /does not speak TLS/, "--address", web);
    const silent = await listening(() => {});
    await expectCause("tls", /did not answer the TLS handshake/, "--address", silent);
  });

  it("a core agent with another certificate", async () => {
    const { pem } = await makeCertificate();
    await expectCause("tls", /showed another certificate than the one in/, "--ipc-cert-file", file("other.pem", pem));
  });

  it("a core agent that does not accept the client's certificate", async () => {
    const certificate = await makeCertificate();
    const raw = await startRawAgent({ certificate, clientAuthority: await makeCertificate() });
    closers.push(() => raw.close());
    const path = file("server.pem", certificate.pem);
    await expectCause("tls", /client certificate/, "--address", raw.address, "--ipc-cert-file", path);
  });

  it("a token of another core agent", async () => {
    const path = file("token", "f".repeat(64));
    const diagnosis = await expectCause("token", /refused the token from/, "--auth-token-file", path);
    expect(outcomes(diagnosis)).toMatchObject({ tls: "ok", registration: "skip" });
    expect(JSON.stringify(diagnosis)).not.toContain("ffff");
  });

  it("a registration that is refused, or that nobody offers", async () => {
    agent.faults.rejectCalls("register", 7);
    await expectCause("registration", /refused the registration \(PERMISSION_DENIED\)/);
    agent.faults.rejectCalls("register", 12);
    await expectCause("registration", /does not offer RegisterRemoteAgent \(UNIMPLEMENTED\)/);
  });

  it("a stream that is refused", async () => {
    agent.faults.rejectStreams(7);
    const diagnosis = await expectCause("stream", /refused the session or the token/);
    expect(outcomes(diagnosis)).toMatchObject({ registration: "ok", snapshot: "skip" });
  });

  it("a stream on which nothing arrives", async () => {
    agent.faults.silence(true);
    const diagnosis = await expectCause("snapshot", /no snapshot arrived within 2\.00 s/);
    expect(outcomes(diagnosis)).toMatchObject({ stream: "ok" });
  });

  it("a snapshot over the limit of the consumer", async () => {
    agent.faults.padSnapshots(10_000);
    const limit = ["--max-message", "4096"];
    const diagnosis = await expectCause("snapshot", /over the limit of 4096 bytes/, ...limit);
    expect(outcomes(diagnosis)).toMatchObject({ stream: "ok" });
  });

  it("a core agent that answers no call", async () => {
    agent.faults.silence(true, "all");
    await expectCause("token", /did not answer RefreshRemoteAgent within 800 ms/);
    agent.faults.silence(false);
  });
});
