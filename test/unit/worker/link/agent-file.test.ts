import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { DiscoveryParams } from "../../../../src/shared/params.js";
import { createAgentFinder } from "../../../../src/worker/link/agent-file.js";

let directory = "";
let configFile = "";

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "configstream-agent-file-"));
  configFile = join(directory, "datadog.yaml");
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

const finder = (more: Partial<DiscoveryParams> = {}) =>
  createAgentFinder({ configFile, isGiven: false, given: {}, variables: {}, directory, ...more });

async function found(made = finder()): Promise<readonly string[]> {
  const { address, authTokenFile, ipcCertFile } = await made.find();
  return [address.value, authTokenFile.value, ipcCertFile.value];
}

describe("the core agent's own configuration file", () => {
  it("says where the core agent is, and is read again when it has changed", async () => {
    const made = finder();
    const beside = [join(directory, "auth_token"), join(directory, "ipc_cert.pem")];
    expect(await found(made)).toEqual(["localhost:5001", ...beside]);
    writeFileSync(configFile, "cmd_host: core\ncmd_port: 6001\n");
    expect(await found(made)).toEqual(["core:6001", ...beside]);
    expect(await found(made)).toEqual(["core:6001", ...beside]);
    writeFileSync(configFile, "auth_token_file_path: /elsewhere/token\n");
    expect(await found(made)).toEqual(["localhost:5001", "/elsewhere/token", "/elsewhere/ipc_cert.pem"]);
    rmSync(configFile);
    expect(await found(made)).toEqual(["localhost:5001", ...beside]);
  });

  it("has paths that are relative to the directory in which the consumer was made", async () => {
    writeFileSync(configFile, "auth_token_file_path: run/token\nipc_cert_file_path: run/cert\n");
    expect(await found()).toEqual(["localhost:5001", join(directory, "run/token"), join(directory, "run/cert")]);
  });

  it("comes after what was given and after the environment", async () => {
    writeFileSync(configFile, "cmd_host: core\ncmd_port: 6001\nauth_token_file_path: /file/token\n");
    const given = finder({ given: { authTokenFile: "/given/token" }, variables: { DD_CMD_PORT: "7" } });
    expect(await found(given)).toEqual(["core:7", "/given/token", "/given/ipc_cert.pem"]);
  });

  it("must be there only when it was given", async () => {
    await expect(finder({ isGiven: true }).find()).rejects.toMatchObject({
      code: "credentials",
      message: expect.stringContaining("datadog.yaml does not exist"),
      details: { path: configFile },
    });
  });

  it("is refused with its path when it cannot be parsed or names no address", async () => {
    writeFileSync(configFile, "a: [unclosed\n");
    await expect(finder().find()).rejects.toMatchObject({ code: "invalid_config_file" });
    writeFileSync(configFile, "cmd_port: 70000\n");
    await expect(finder().find()).rejects.toThrow(/"localhost:70000".*cmd_port in .*datadog.yaml/);
  });
});
