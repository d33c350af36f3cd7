import { InvalidOptionError } from "configstream-consumer";
import { describe, expect, test } from "vitest";
import { type CoreAgentOptions, resolveOptions } from "../../../packages/configstream/src/core-agent/options.js";

const resolve = (options: CoreAgentOptions) => resolveOptions(options, () => "unique");

describe("the options of a core agent", () => {
  test("have their documented defaults", () => {
    expect(resolve({})).toMatchObject({
      address: { host: "localhost", port: 5001 },
      origin: "core-agent",
      services: "both",
      sessionIdleTimeoutMs: 30_000,
      recommendedRefreshIntervalSecs: 10,
      subscriberBuffer: 100,
      dataDirIsTemporary: true,
      env: process.env,
    });
    expect(resolve({}).dataDir).toContain("unique");
  });

  test("read no environment when env is false", () => {
    expect(resolve({ env: false }).env).toEqual({});
  });

  test.each<[string, object]>([
    ["colour", { colour: "red" }],
    ["address", { address: "localhost" }],
    ["address", { address: "localhost:65536" }],
    ["address", { address: "a b:1" }],
    ["address", { address: "::1:1" }],
    ["services", { services: "none" }],
    ["sessionIdleTimeoutMs", { sessionIdleTimeoutMs: 0 }],
    ["recommendedRefreshIntervalSecs", { recommendedRefreshIntervalSecs: -1 }],
    ["subscriberBuffer", { subscriberBuffer: 1.5 }],
    ["configFiles", { configFiles: "a.yaml" }],
    ["origin", { origin: "" }],
    ["dataDir", { dataDir: "" }],
    ["sourcePriority", { sourcePriority: [1] }],
    ["env", { env: "DD_X=1" }],
    ["defaults", { defaults: 5 }],
    ["log", { log: "loud" }],
    ["registry", { registry: {} }],
    ["clock", { clock: { now: () => 0 } }],
  ])("refuse a wrong %s: %j", (name, options) => {
    expect(() => resolve(options as CoreAgentOptions)).toThrow(InvalidOptionError);
    expect(() => resolve(options as CoreAgentOptions)).toThrow(name);
  });

  test("name the option that was probably meant, or else all", () => {
    expect(() => resolve({ datadir: "/tmp" } as CoreAgentOptions)).toThrow(
      'no option "datadir". Did you mean "dataDir"?',
    );
    expect(() => resolve({ colour: "red" } as CoreAgentOptions)).toThrow("Known are: configFiles, defaults, env,");
    expect(() => resolve(null as unknown as CoreAgentOptions)).toThrow(InvalidOptionError);
  });

  test.each([
    ["localhost:5001", "localhost", 5001],
    ["127.0.0.1:0", "127.0.0.1", 0],
    ["[::1]:65535", "::1", 65535],
    ["[fe80::1%eth0]:5001", "fe80::1%eth0", 5001],
  ])("read the address %s", (text, host, port) => {
    expect(resolve({ address: text }).address).toEqual({ host, port });
  });
});
