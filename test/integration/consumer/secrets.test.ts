/**
 * Everything that can go wrong, with planted secrets in each place from which one could slip out. After every test of the suite
 * it is checked that none was seen (test/support/secret-net); here each test also shows that there was something to see.
 */
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import { inspect } from "node:util";
import type { Worker } from "node:worker_threads";
import type { CoreAgent } from "configstream/core-agent";
import {
  attachReader,
  ConfigStreamError,
  type Consumer,
  type ConsumerOptions,
  checkHealth,
} from "configstream-consumer";
import { describe, expect, test } from "vitest";
import { makeCertificate } from "../../support/agents/certificates.js";
import { startRawAgent } from "../../support/agents/raw-agent.js";
import { encode, field } from "../../support/agents/wire-bytes.js";
import { liveTest, sample, until } from "../../support/engine/live-consumer.js";
import { mute, planted, saw, seenSoFar, takeLeaks } from "../../support/secret-net/net.js";
import { examine } from "../../support/secret-net/watched.js";

const main = fileURLToPath(new URL("../../../packages/configstream/dist/cli/main.js", import.meta.url));
const text = planted("value");
const defaults = {
  log_level: "info",
  "my.text": text,
  "my.list": [text, { deep: text, [text]: text }],
  api_key: planted("api-key"),
  "my.number": 1,
};
const live = liveTest(defaults);

/** A core agent whose token is a planted one. */
async function startAgent(): Promise<CoreAgent> {
  await writeFile(join(live.folder, "auth_token"), planted("token"), { mode: 0o600 });
  return live.startAgent();
}

/** Starts a consumer and lets `attempts` attempts fail; gives the error of a wait. */
async function failing(
  agent: Pick<CoreAgent, "address">,
  options: Partial<ConsumerOptions>,
): Promise<ConfigStreamError> {
  const consumer = live.newConsumer(agent, { credentialsTimeoutMs: 0, callTimeoutMs: 2_000, ...options });
  await consumer.start();
  await until(() => consumer.status().attempt >= 2);
  examineAll(consumer);
  return errorOf(consumer.waitReady({ timeoutMs: 0 }));
}

async function errorOf(promise: Promise<unknown>): Promise<ConfigStreamError> {
  try {
    await promise;
  } catch (thrown) {
    examine("error", thrown);
    expect(thrown).toBeInstanceOf(ConfigStreamError);
    return thrown as ConfigStreamError;
  }
  throw new Error("It was expected to fail.");
}

/** Everything that an application can look at, while settings have been read through it. */
function examineAll(consumer: Consumer): void {
  const attached = attachReader(consumer.share());
  for (const reader of [consumer.reader(), attached]) {
    for (const key of Object.keys(defaults)) reader.getString(key);
    const handles = ["my.text", "my.list"].map((key) => reader.setting(key).as((value) => value));
    for (const handle of handles) void handle.value;
    const view = reader.view();
    view.getString("my.text");
    for (const one of [reader, view, ...handles, reader.setting("my.text")]) examine("inspection", one);
    saw("inspection", reader.explain("my.text").reason);
  }
  for (const one of [consumer, consumer.share(), attached.metrics]) {
    saw("inspection", inspect(one, { depth: Number.POSITIVE_INFINITY, showHidden: true, getters: true }));
  }
  examine("status", [consumer.status(), attached.status(), checkHealth(consumer.status(), { maxStaleMs: 0 })]);
}

/** Without these, nothing could have been found. */
function expectSeen(...kinds: string[]): void {
  const seen = seenSoFar();
  expect([...kinds.filter((kind) => !seen.has(kind))]).toEqual([]);
}

test("in a life without trouble: getters, views, handles, events, metrics and another thread", async () => {
  const agent = await startAgent();
  const consumer = live.newConsumer(agent);
  const changes = consumer.subscribe();
  await consumer.start();
  await consumer.waitReady();
  expect(consumer.reader().getString("my.text")).toBe(text);
  agent.set("my.text", planted("other"));
  await until(() => consumer.reader().getString("my.text") === planted("other"));
  const iterator = changes[Symbol.asyncIterator]();
  await iterator.next();
  for (const one of [changes, iterator]) examine("inspection", one);
  examineAll(consumer);
  saw("metrics", await consumer.metrics.metrics());
  saw("metrics", await attachReader(consumer.share()).metrics.metrics());
  await consumer.stop();
  await errorOf(consumer.start());
  examineAll(consumer);
  expectSeen("inspection", "status", "metrics", "error");
});

describe("in bad credentials", () => {
  const put = async (name: string, content: string) => {
    const path = join(live.folder, name);
    await writeFile(path, content);
    return path;
  };

  test("a token that is refused, that has characters which a header cannot carry, or that is no token", async () => {
    const agent = await startAgent();
    for (const [content, words] of [
      [planted("wrong"), /refused the token/],
      [`${planted("a")}\n${planted("b")}`, /does not hold one token/],
      [`${planted("\u0001")}`, /does not hold one token/],
      [`${planted("\u00e9")}`, /does not hold one token/],
    ] as const) {
      expect((await failing(agent, { authTokenFile: await put("bad_token", content) })).message).toMatch(words);
    }
    expectSeen("log", "error", "status");
  });

  test("a certificate file that is damaged, encrypted, mixed up, or not one at all", async () => {
    const agent = await startAgent();
    const [one, other] = [await makeCertificate(), await makeCertificate()];
    const block = (label: string) => `-----BEGIN ${label}-----\n${planted("pem")}\n-----END ${label}-----\n`;
    for (const [content, words] of [
      [planted("garbage"), /no CERTIFICATE block/],
      [block("CERTIFICATE") + one.privateKey, /cannot be parsed/],
      [one.certificate + block("EC PRIVATE KEY"), /cannot be parsed/],
      [one.certificate + block("ENCRYPTED PRIVATE KEY"), /encrypted/],
      [one.certificate + other.privateKey, /do not belong together/],
      [one.pem, /another certificate/],
    ] as const) {
      expect((await failing(agent, { ipcCertFile: await put("bad.pem", content) })).message).toMatch(words);
    }
    expectSeen("log", "error", "status");
  });

  test("a session id that is rejected, or refused as an option, and a provider that quotes one", async () => {
    const agent = await startAgent();
    expect((await failing(agent, { sessionId: planted("session") })).message).toMatch(/session/);
    const providers: (() => unknown)[] = [
      () => planted("session"),
      () => `${planted("session")}\n\u0001`,
      () => ({ [planted("session")]: planted("session") }),
      () => "",
      () => {
        throw new TypeError(planted("thrown"), { cause: planted("cause") });
      },
      () => Promise.reject(planted("rejected")),
    ];
    for (const sessionIdProvider of providers as (() => string)[]) {
      for (const isolation of ["worker", "none"] as const) await failing(agent, { sessionIdProvider, isolation });
    }
    const refused: Partial<ConsumerOptions>[] = [
      { sessionId: `${planted("session")} ` },
      { authTokenFile: `${planted("token")}\n` },
      { ipcCertFile: `-----BEGIN EC PRIVATE KEY-----${planted("key")}` },
      { token: planted("token") } as Partial<ConsumerOptions>,
    ];
    for (const options of refused) await errorOf((async () => live.newConsumer(agent, options))());
    expectSeen("log", "error", "status");
  });
});

test("in what a core agent says of the token, the session and the settings that it refuses", async () => {
  await writeFile(join(live.folder, "auth_token"), planted("token"));
  for (const token of ["another", planted("token")]) {
    const quote = `"${planted("value")}" is no good for Bearer ${planted("token")} of session ${planted("session")}`;
    const agent = await startRawAgent({
      token,
      onStream: (stream) => void stream.emit("error", { code: 13, details: quote }),
    });
    live.cleanUp(async () => agent.close());
    await failing(agent, { tls: false });
    await failing(agent, { tls: false, sessionId: planted("session") });
  }
  expectSeen("log", "error", "status");
});

test("in states and messages that are refused", async () => {
  const agent = await startAgent();
  const consumer = live.newConsumer(agent, { limits: { maxValueBytes: 1_000, maxKeys: 20 }, resyncTimeoutMs: 50 });
  await consumer.start();
  await consumer.waitReady();
  agent.set("my.text", planted("x").repeat(200));
  await until(async () => ((await sample(consumer, "skipped_settings")) ?? 0) > 0);
  examineAll(consumer);
  agent.set("my.text", "short");
  const tooMany = live.newConsumer(agent, { limits: { maxKeys: 1 } });
  const tooLarge = live.newConsumer(agent, { maxReceiveMessageBytes: 1_024 });
  for (const one of [tooMany, tooLarge]) {
    agent.set("my.list", Array(100).fill(text));
    await one.start();
    await until(() => one.status().lastError !== undefined);
    examineAll(one);
    await errorOf(one.waitReady({ timeoutMs: 0 }));
  }
  expectSeen("log", "error", "status");
});

test("in messages that cannot be read", async () => {
  const agent = await startAgent();
  const consumer = live.newConsumer(agent, { resyncTimeoutMs: 50 });
  await consumer.start();
  await consumer.waitReady();
  const whole = encode({
    update: { sequence_id: 1, setting: { source: text, key: "k", value: { string_value: text } } },
  });
  const bytes = [
    whole.subarray(0, whole.length - 5),
    encode({ update: { sequence_id: 1, setting: { source: text, key: "", value: { string_value: text } } } }),
    encode({ update: { sequence_id: 1 } }),
    field(2, Buffer.from(text)),
    field(9, Buffer.from(text)),
    Buffer.from(text),
  ];
  // One whose key is empty is left out by itself.
  const refused = async () =>
    ((await sample(consumer, "bad_messages")) ?? 0) + ((await sample(consumer, "skipped_settings")) ?? 0);
  for (const one of bytes) {
    const before = await refused();
    // Repeated, because the stream may be reopening because of the one before.
    await until(async () => {
      agent.faults.send(one);
      await delay(20);
      return (await refused()) > before;
    });
    examineAll(consumer);
  }
  expectSeen("log", "status");
});

test("in subscriptions that overflow, and in handlers and loggers that throw", async () => {
  const agent = await startAgent();
  const throwing = () => {
    throw new Error(planted("thrown"));
  };
  const logger = { debug: throwing, info: throwing, warn: throwing, error: throwing };
  const consumer = live.newConsumer(agent, { logger });
  const small = consumer.subscribe({ bufferSize: 1 });
  consumer.subscribe({ onChange: throwing });
  consumer.subscribe({ onChange: () => Promise.reject(new TypeError(planted("rejected"))) });
  await consumer.start();
  await consumer.waitReady();
  await until(() => small.closed);
  const iterator = small[Symbol.asyncIterator]();
  await iterator.next();
  expect((await errorOf(iterator.next())).code).toBe("subscriber_overflow");
  await until(() => (seenSoFar().get("log") ?? 0) >= 2);
  expect(() => consumer.reader().setting("my.text").as(throwing).value).toThrow(planted("thrown"));
  examineAll(consumer);
});

test("in workers that die with an error that quotes", async () => {
  const agent = await startAgent();
  const quote = JSON.stringify(planted("thrown"));
  const codes = [
    `throw new Error(${quote})`,
    `throw Object.assign(new RangeError(${quote}, { cause: ${quote} }), { code: ${quote} })`,
    `throw ${quote}`,
    `Promise.reject(new Error(${quote}))`,
    `JSON.parse(${quote})`,
    `process.exit(3)`,
  ];
  for (const code of codes) {
    const file = join(live.folder, "worker.mjs");
    await writeFile(file, code);
    const workerUrl = pathToFileURL(file);
    const consumer = live.newConsumer(agent, { workerUrl });
    await errorOf(consumer.start());
    examineAll(consumer);
  }
  const started = once(process as unknown as NodeJS.EventEmitter, "worker") as Promise<[Worker]>;
  const consumer = live.newConsumer(agent);
  await consumer.start();
  await consumer.waitReady();
  await (await started)[0].terminate();
  await until(() => consumer.status().workerRestarts > 0);
  examineAll(consumer);
  expectSeen("log", "error", "status");
});

test("in local variables that the core agent overrules", async () => {
  const agent = await startAgent();
  process.env.DD_MY_TEXT = planted("variable");
  live.cleanUp(async () => delete process.env.DD_MY_TEXT);
  const lines: string[] = [];
  const keep = (line: string) => void lines.push(line);
  const consumer = live.newConsumer(agent, { logger: { debug: keep, info: keep, warn: keep, error: keep } });
  await consumer.start();
  await consumer.waitReady();
  await until(() => lines.some((line) => line.includes("DD_MY_TEXT")));
});

test("in the cache: what is damaged is not quoted, and credentials never get there", async () => {
  const agent = await startAgent();
  const path = join(live.folder, "settings.cache");
  const cache = { path, writeIntervalMs: 100 };
  const first = live.newConsumer(agent, { cache });
  await first.start();
  await first.waitReady();
  await first.stop();
  const good = await readFile(path, "utf8");
  // The values themselves belong in the file, and only there.
  expect(good).toContain(text);
  expect(good).not.toContain(planted("api-key"));
  await agent.stop();
  for (const content of [
    planted("garbage"),
    `{"format":"${text}"}`,
    good.replace("my.text", "my.other"),
    good.slice(0, -90),
  ]) {
    await writeFile(path, content, { mode: 0o600 });
    await chmod(path, 0o600);
    const consumer = live.newConsumer(agent, { cache });
    await consumer.start();
    await until(async () => (await sample(consumer, "cache_refusals")) === 1);
    examineAll(consumer);
    await consumer.stop();
  }
  expectSeen("log", "status");
});

describe("in the output of the command", () => {
  async function run(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
    const child = spawn(process.execPath, [main, ...args], {
      env: { PATH: process.env.PATH, DEBUG: "configstream", ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    live.cleanUp(async () => child.kill("SIGKILL"));
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
    await once(child, "close");
    return output;
  }

  test("that shows settings: those that look like credentials are masked", async () => {
    const secret = planted("masked");
    const url = `http://user:${secret}@proxy`;
    const agent = await live.startAgent({
      defaults: { api_key: secret, "a.password": secret, "a.proxy": url, "a.map": { token: secret, url } },
    });
    const connection = ["--data-dir", live.folder, "--address", agent.address];
    for (const args of [
      ["dump"],
      ["dump", "--json"],
      ["dump", "--json", "--nested"],
      ["get", "api_key"],
      ["get", "a.map"],
      ["get", "a.proxy"],
    ]) {
      expect(await run([...args, ...connection])).not.toBe("");
    }
    expectSeen("child process");
  });

  test("that fails: bad token, certificate, YAML and options", async () => {
    const agent = await startAgent();
    const folder = join(live.folder, "bad");
    await mkdir(folder);
    await writeFile(join(folder, "auth_token"), planted("wrong"));
    await writeFile(join(folder, "ipc_cert.pem"), await readFile(agent.ipcCertFile, "utf8"));
    const get = ["get", "my.number", "--data-dir", folder, "--address", agent.address, "--timeout", "2"];
    expect(await run(get)).toMatch(/refused the token/);
    await writeFile(join(folder, "ipc_cert.pem"), `-----BEGIN CERTIFICATE-----\n${planted("pem")}\n`);
    expect(await run(get)).toMatch(/CERTIFICATE/);
    const yaml = join(folder, "datadog.yaml");
    for (const content of [`api_key: ${text}\n  bad: [${text}`, `- ${text}`, `api_key: "${text}`, `a: *${text}`]) {
      await writeFile(yaml, content);
      expect(
        await run(["agent", "--config", yaml, "--address", "127.0.0.1:0", "--data-dir", join(folder, "d")]),
      ).toMatch(/yaml/i);
    }
    expectSeen("child process");
  });
});

describe("the net", () => {
  test.each<[string, string, () => unknown]>([
    // biome-ignore lint/suspicious/noConsole: it is what is caught here.
    ["a line on the console", "console", () => console.debug({ deep: { deeper: [planted("x")] } })],
    ["what is written to a stream", "output", () => process.stderr.write(`${planted("x")}\n`)],
    ["an error of the library", "error", () => new ConfigStreamError("stream", planted("x"))],
    [
      "an error's cause",
      "error",
      () => new ConfigStreamError("stream", "Known.", { cause: [new Error(planted("x"))] }),
    ],
    ["an error's details", "error", () => new ConfigStreamError("stream", "x", { details: { path: planted("x") } })],
    ["an inspection", "inspection", () => examine("inspection", new Map([[Symbol("s"), { hidden: planted("x") }]]))],
    ["JSON", "inspection", () => examine("inspection", { toJSON: () => planted("x") })],
    ["another spelling", "inspection", () => saw("inspection", planted("x").toUpperCase())],
    ["base64", "inspection", () => saw("inspection", Buffer.from(planted("x")).toString("base64"))],
  ])("catches %s", (_name, kind, leak) => {
    mute(leak);
    expect(takeLeaks().some((line) => line.startsWith(`${kind}: `))).toBe(true);
  });

  test("catches what a real consumer logs, and the real token, key and session ids of a core agent", async () => {
    const agent = await live.startAgent();
    const consumer = live.newConsumer(agent, { sessionId: "a-fixed-session" });
    const token = (await readFile(agent.authTokenFile, "utf8")).trim();
    const key = (await readFile(agent.ipcCertFile, "utf8")).trimEnd().split("\n").at(-2) as string;
    for (const secret of [token, key, randomUUID(), "a-fixed-session"]) {
      saw("log", `before ${secret} after`);
      expect(takeLeaks()).toEqual([`log: before ${secret} after`]);
    }
    const other = live.newConsumer(agent);
    other.subscribe({
      onChange() {
        throw Object.assign(new Error("x"), { name: planted("name") });
      },
    });
    await other.start();
    await other.waitReady();
    await until(() => takeLeaks().some((line) => line.startsWith("log: An onChange callback failed")));
    await consumer.stop();
    await other.stop();
    takeLeaks();
  });

  test("catches what a child process prints, in pieces too", async () => {
    const code = `const text = ${JSON.stringify(planted("x"))}; process.stdout.write(text.slice(0, 9));
      setTimeout(() => process.stdout.write(text.slice(9)), 50)`;
    await once(
      spawn(process.execPath, ["-e", code]).on("spawn", () => {}),
      "exit",
    );
    await until(() => takeLeaks().some((line) => line.startsWith("child process: ")));
  });
});
