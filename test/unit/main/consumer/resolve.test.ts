import { resolve as absolute, join } from "node:path";
import { Registry } from "prom-client";
import { describe, expect, test } from "vitest";
import type { ConsumerOptions } from "../../../../src/main/consumer/options.js";
import { resolveOptions } from "../../../../src/main/consumer/resolve.js";
import { InvalidOptionError } from "../../../../src/shared/errors.js";

const least: ConsumerOptions = { clientName: "agent", authTokenFile: "/run/token", ipcCertFile: "/run/cert.pem" };

function resolve(options: object = {}, env: Record<string, string> = {}) {
  return resolveOptions({ ...least, ...options } as ConsumerOptions, env);
}

function refusal(options: object, env: Record<string, string> = {}): string {
  try {
    resolve(options, env);
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidOptionError);
    return (error as Error).message;
  }
  throw new Error("The options were expected to be refused.");
}

describe("credentials given in place of their files' paths", () => {
  test.each([
    ["authTokenFile", "0123456789abcdefABCDEF0123456789"],
    ["authTokenFile", "planted\nplanted"],
    ["ipcCertFile", "-----BEGIN CERTIFICATE-----planted-----END CERTIFICATE-----"],
  ])("%s is refused without being quoted", (name, text) => {
    const refuse = () => resolveOptions({ ...least, [name]: text }, {});
    expect(refuse).toThrow(/must be the path of a file/);
    expect(refuse).not.toThrow(new RegExp(text.slice(0, 8)));
  });

  test("a path may have the like of a token in it", () => {
    const id = "0123456789abcdef0123456789abcdef";
    for (const file of [`/run/${id}`, `${id}.token`, `/${id}/token`]) {
      expect(resolve({ authTokenFile: file }).engine.authTokenFile).toBe(absolute(file));
    }
  });
});

describe("the option cache", () => {
  const cacheOf = (cache: unknown) => resolveOptions({ ...least, cache } as never, {}).engine.cache;

  test("is off by default; with a path alone it has its defaults, and the path is absolute", () => {
    expect(cacheOf(undefined)).toBeUndefined();
    expect(cacheOf({ path: "some.file" })).toEqual({
      path: join(process.cwd(), "some.file"),
      maxAgeMs: 604_800_000,
      writeIntervalMs: 30_000,
      waitForFreshMs: 5_000,
    });
    expect(
      cacheOf({ path: "/x", maxAgeMs: Number.POSITIVE_INFINITY, writeIntervalMs: 100, waitForFreshMs: 0 }),
    ).toEqual({
      path: absolute("/x"),
      maxAgeMs: Number.POSITIVE_INFINITY,
      writeIntervalMs: 100,
      waitForFreshMs: 0,
    });
  });

  test.each([
    [{}, /"cache\.path" must be a non-empty string/],
    [{ path: "" }, /"cache\.path"/],
    ["/x", /expects an object/],
    [{ path: "/x", maxAge: 5 }, /Did you mean "maxAgeMs"/],
    [{ path: "/x", maxAgeMs: 999 }, /"cache\.maxAgeMs" must be a whole number from 1000/],
    [{ path: "/x", writeIntervalMs: 99 }, /"cache\.writeIntervalMs"/],
    [{ path: "/x", waitForFreshMs: -1 }, /"cache\.waitForFreshMs"/],
  ])("refuses %j", (cache, words) => {
    expect(() => cacheOf(cache)).toThrow(words);
  });
});

describe("defaults", () => {
  test("are those of the design", () => {
    const { engine, host } = resolve();
    expect(engine).toMatchObject({
      clientName: "agent",
      displayName: "agent",
      coreAgentAddress: "localhost:5001",
      authTokenFile: "/run/token",
      ipcCertFile: "/run/cert.pem",
      tls: true,
      session: { kind: "register" },
      dialect: "auto",
      maxReceiveMessageBytes: 128 * 2 ** 20,
      resyncTimeoutMs: 5_000,
      settleMs: 0,
      credentialsTimeoutMs: 60_000,
      credentialsPollMs: 2_000,
      callTimeoutMs: 5_000,
      backoff: { initialMs: 500, maxMs: 30_000, floorMs: 250, factor: 2, resetAfterMs: 60_000 },
      keepaliveIntervalMs: 30_000,
      keepaliveTimeoutMs: 10_000,
      keepaliveRefusedIntervalMs: 330_000,
      limits: { maxKeys: 1_000_000, maxValueBytes: 16 * 2 ** 20, maxRegionBytes: 2 ** 30 },
    });
    expect(engine.sourcePriority.at(-1)).toBe("cli");
    expect(engine.overrides).toHaveLength(4);
    expect(host).toMatchObject({ readyTimeoutMs: 60_000, subscriptionBuffer: 1_000, isolation: "worker" });
    expect(host).toMatchObject({ logger: undefined, registry: undefined, workerUrl: undefined });
  });

  test("of the address come from DD_CMD_HOST and DD_CMD_PORT, each by itself", () => {
    expect(resolve({}, { DD_CMD_HOST: "core" }).engine.coreAgentAddress).toBe("core:5001");
    expect(resolve({}, { DD_CMD_PORT: "6001" }).engine.coreAgentAddress).toBe("localhost:6001");
    expect(resolve({}, { DD_CMD_HOST: "::1", DD_CMD_PORT: "6001" }).engine.coreAgentAddress).toBe("[::1]:6001");
    const given = resolve({ coreAgentAddress: "10.0.0.1:7" }, { DD_CMD_HOST: "core" });
    expect(given.engine.coreAgentAddress).toBe("10.0.0.1:7");
  });

  test("of the credential files come from the environment, and an option wins over it", () => {
    const env = { DD_AUTH_TOKEN_FILE_PATH: "/env/token", DD_IPC_CERT_FILE_PATH: "/env/cert" };
    const { engine } = resolveOptions({ clientName: "agent", ipcCertFile: "/given" }, env);
    expect(engine).toMatchObject({ authTokenFile: "/env/token", ipcCertFile: "/given" });
  });

  test("of the back-off adapt to a bound that is given", () => {
    expect(resolve({ backoff: { maxMs: 600 } }).engine.backoff).toMatchObject({
      initialMs: 500,
      maxMs: 600,
      floorMs: 250,
    });
    expect(resolve({ backoff: { initialMs: 10, maxMs: 100 } }).engine.backoff.floorMs).toBe(100);
    expect(resolve({ backoff: { initialMs: 60_000 } }).engine.backoff.maxMs).toBe(60_000);
  });
});

describe("credential files", () => {
  test("that are not given are looked for beside the agent's own configuration file", () => {
    const { engine } = resolve({ configFile: "/agent/datadog.yaml", authTokenFile: undefined, ipcCertFile: undefined });
    expect(engine).toMatchObject({ authTokenFile: "/agent/auth_token", ipcCertFile: "/agent/ipc_cert.pem" });
    expect(engine.discovery).toMatchObject({ configFile: "/agent/datadog.yaml", isGiven: true });
  });

  test("that are all given, with the address, leave nothing to look for", () => {
    expect(resolve({ coreAgentAddress: "localhost:1" }).engine.discovery).toBeUndefined();
    expect(resolve({}).engine.discovery).toMatchObject({ isGiven: false });
  });

  test("have absolute paths from the moment on at which the consumer is made, wherever they come from", () => {
    const env = { DD_AUTH_TOKEN_FILE_PATH: "run/token", DD_IPC_CERT_FILE_PATH: "run/cert" };
    const { engine } = resolveOptions({ clientName: "agent" }, env);
    expect(engine).toMatchObject({ authTokenFile: path("run/token"), ipcCertFile: path("run/cert") });
    const given = resolve({ authTokenFile: "t", ipcCertFile: "c", configFile: "d/datadog.yaml" }).engine;
    expect(given).toMatchObject({ authTokenFile: path("t"), ipcCertFile: path("c") });
    expect(given.discovery?.configFile).toBe(path("d/datadog.yaml"));
  });

  test("without TLS only the token file is needed", () => {
    expect(resolve({ tls: false, ipcCertFile: undefined }).engine).toMatchObject({ tls: false, ipcCertFile: "" });
  });
});

describe("sessions", () => {
  test("come from one origin: two are refused, without showing the id", () => {
    const message = refusal({ sessionId: "secret-id", sessionIdProvider: () => "x" });
    expect(message).toMatch(/"sessionId" and "sessionIdProvider"/);
    expect(message).not.toContain("secret-id");
  });

  test("are fixed, provided or registered", () => {
    expect(resolve({ sessionId: "abc" }).engine.session).toEqual({ kind: "fixed", sessionId: "abc" });
    const provider = () => "x";
    expect(resolve({ sessionIdProvider: provider }).engine.session).toEqual({ kind: "provider" });
    expect(resolve({ sessionIdProvider: provider }).host.sessionIdProvider).toBe(provider);
  });

  test("with an id of the wrong form are refused without showing it", () => {
    expect(refusal({ sessionId: "" })).toContain('"sessionId"');
    expect(refusal({ sessionId: "secret\nid" })).not.toContain("secret");
    for (const sessionId of [12_345, { toString: () => "12345" }]) {
      expect(refusal({ sessionId })).toMatch(/"sessionId" must be/);
      expect(refusal({ sessionId })).not.toContain("12345");
    }
  });
});

describe("what is wrong is refused with what was given and what was expected", () => {
  test.each([
    [{ clientNmae: "x" }, /no option "clientNmae". Did you mean "clientName"\?/],
    [{ backoff: { initalMs: 1 } }, /"backoff" has no option "initalMs". Did you mean "initialMs"\?/],
    [{ limits: { keys: 1 } }, /"limits" has no option "keys". (Known are|Did you mean)/],
    [{ wholly_different: 1 }, /no option "wholly_different". Known are: clientName/],
    [{ clientName: "" }, /"clientName" must be .* but is ""/],
    [{ clientName: "two words" }, /"clientName" must be .* but is "two words"/],
    [{ clientName: undefined }, /"clientName" must be .* but is undefined/],
    [{ coreAgentAddress: "localhost" }, /"coreAgentAddress" must be host:port .* but is "localhost"/],
    [{ coreAgentAddress: "localhost:99999" }, /port from 1 to 65535.* but is "localhost:99999"/],
    [{ coreAgentAddress: "https://localhost:5001" }, /"coreAgentAddress"/],
    [{ coreAgentAddress: 5001 }, /"coreAgentAddress" must be a non-empty string, but is 5001/],
    [{ tls: "no" }, /"tls" must be true or false, but is "no"/],
    [{ dialect: "old" }, /"dialect" must be one of "auto", .* but is "old"/],
    [{ callTimeoutMs: "5s" }, /"callTimeoutMs" must be a whole number from 1 to 3600000, but is "5s"/],
    [{ callTimeoutMs: Number.NaN }, /"callTimeoutMs" .* but is NaN/],
    [{ callTimeoutMs: -1 }, /"callTimeoutMs" .* but is -1/],
    [{ resyncTimeoutMs: 1.5 }, /"resyncTimeoutMs" must be a whole number .* but is 1.5/],
    [{ backoff: { floorMs: 2_000, maxMs: 1_000 } }, /"backoff.floorMs" must be .* from 1 to 1000, but is 2000/],
    [{ backoff: { factor: 0.5 } }, /"backoff.factor" must be a number from 1 to 10, but is 0.5/],
    [{ backoff: 3 }, /"backoff" expects an object with options, but was given 3/],
    [{ limits: { maxRegionBytes: 10 } }, /"limits.maxRegionBytes" .* but is 10/],
    [{ readyTimeoutMs: -5 }, /"readyTimeoutMs" .* but is -5/],
    [{ subscriptionBuffer: 0 }, /"subscriptionBuffer" .* but is 0/],
    [{ sessionIdProvider: "x" }, /"sessionIdProvider" must be a function, but is "x"/],
    [{ sourcePriority: "default" }, /"sourcePriority" must be an array of strings, but is "default"/],
    [{ sourcePriority: ["a", "b", "a"] }, /"sourcePriority" has "a" twice/],
    [{ sourcePriority: ["a", null] }, /"sourcePriority\[1\]" must be a non-empty string, but is null/],
    [{ overrides: { clientName: "a" } }, /"overrides" must be an array of rules, but is a value of type object/],
    [{ overrides: [{ clientName: "a", from: "x" }] }, /"overrides\[0\].to" must be a non-empty string/],
    [{ logger: {} }, /"logger" must be an object with the functions debug, info, warn, error/],
    [{ registry: 1 }, /"registry" must be an object with the functions .* but is 1/],
    [{ workerUrl: "./entry.js" }, /"workerUrl" must be a URL object, but is ".\/entry.js"/],
    [{ isolation: "process" }, /"isolation" must be one of "worker", "none", but is "process"/],
  ])("%j", (options, expected) => {
    expect(refusal(options)).toMatch(expected);
  });

  test("an address from the environment is told to be from there", () => {
    expect(refusal({}, { DD_CMD_PORT: "none" })).toContain("(host: default, port: DD_CMD_PORT)");
  });

  test("no options at all", () => {
    expect(() => resolveOptions(undefined as unknown as ConsumerOptions, {})).toThrow(
      /createConsumer expects an object/,
    );
  });
});

function path(relative: string): string {
  return join(process.cwd(), relative);
}

test("serving goes by what else is given: TLS, and who registers the consumer", () => {
  expect(resolve({}).engine.serve).toBeUndefined();
  expect(resolve({ serve: true }).engine.serve).toMatchObject({ address: { kind: "tcp", host: "127.0.0.1", port: 0 } });
  expect(refusal({ serve: true, tls: false })).toMatch(/"serve" needs TLS/);
  expect(refusal({ serve: true, sessionId: "abc" })).toMatch(/registers itself/);
});

test("everything that is valid is taken over", () => {
  const registry = new Registry();
  const logger = { debug() {}, info() {}, warn() {}, error() {} };
  const workerUrl = new URL("file:///bundle/worker.js");
  const { engine, host } = resolve({
    displayName: "My agent",
    dialect: "section-merged",
    sourcePriority: ["default", "file"],
    overrides: [{ clientName: "agent", from: "A.Level", to: "Level" }],
    readyTimeoutMs: Number.POSITIVE_INFINITY,
    registry,
    logger,
    workerUrl,
    resourceLimits: { maxOldGenerationSizeMb: 64 },
    isolation: "none",
  });
  expect(engine).toMatchObject({
    displayName: "My agent",
    dialect: "section-merged",
    sourcePriority: ["default", "file"],
  });
  expect(engine.overrides).toEqual([{ clientName: "agent", from: "a.level", to: "level" }]);
  expect(host).toMatchObject({ readyTimeoutMs: Number.POSITIVE_INFINITY, isolation: "none" });
  expect([host.registry, host.logger, host.workerUrl]).toEqual([registry, logger, workerUrl]);
});
