import { describe, expect, it } from "vitest";
import { workerArguments, workerEnvironment } from "../../../../src/main/hosting/worker-environment.js";

describe("what a worker inherits", () => {
  it("are the variables of settings and of the system, and none that could break or double it", () => {
    const env = {
      DD_SITE: "a",
      TZ: "UTC",
      NODE_OPTIONS: "--require x",
      GRPC_TRACE: "all",
      https_proxy: "b",
      PATH: "c",
      // A thread would see the text "undefined".
      DD_URL: undefined,
    };
    expect(workerEnvironment(env)).toStrictEqual({ DD_SITE: "a", TZ: "UTC" });
  });

  it("is Yarn's resolver in a Plug'n'Play project, which finds the packages there, and no other argument of Node.js", () => {
    const find = () => "/project/.pnp.cjs";
    expect(workerArguments({ ...process.versions, pnp: "3" }, find)).toEqual(["--require", "/project/.pnp.cjs"]);
    expect(workerArguments({ ...process.versions, pnp: "3" }, () => undefined)).toEqual([]);
    expect(workerArguments(process.versions, find)).toEqual([]);
  });
});
