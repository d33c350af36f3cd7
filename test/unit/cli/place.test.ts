import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findPlace, type PlaceOptions } from "../../../packages/configstream/src/cli/connection/place.js";
import { systemConfigFile } from "../../../src/shared/place/place.js";

let directory = "";
let config = "";

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "configstream-place-"));
  config = join(directory, "datadog.yaml");
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

const find = (given: PlaceOptions, env: { [name: string]: string } = {}) =>
  findPlace(given, { env, systemConfigFile: config });

async function values(given: PlaceOptions, env: { [name: string]: string } = {}): Promise<readonly string[]> {
  const { address, authTokenFile, ipcCertFile } = await find(given, env);
  return [address.value, authTokenFile.value, ipcCertFile.value];
}

describe("the core agent is found", () => {
  it("by options before everything else", async () => {
    const env = { DD_CMD_HOST: "env", DD_AUTH_TOKEN_FILE_PATH: "/env/token", DD_IPC_CERT_FILE_PATH: "/env/cert" };
    writeFileSync(config, "cmd_host: file\nauth_token_file_path: /file/token\n");
    const given = { address: "a:1", authTokenFile: "/t", ipcCertFile: "/c" };
    expect(await values(given, env)).toEqual(["a:1", "/t", "/c"]);
    expect(await values({ dataDir: "/d" }, env)).toEqual(["env:5001", "/d/auth_token", "/d/ipc_cert.pem"]);
    expect(await values({ dataDir: "/d", ipcCertFile: "/c" }, env)).toEqual(["env:5001", "/d/auth_token", "/c"]);
  });

  it("by the environment before the agent's file, each value by itself", async () => {
    writeFileSync(config, "cmd_host: file\ncmd_port: 6001\nauth_token_file_path: /file/token\n");
    expect(await values({}, { DD_CMD_HOST: "::1" })).toEqual(["[::1]:6001", "/file/token", "/file/ipc_cert.pem"]);
    const env = { DD_AUTH_TOKEN_FILE_PATH: "/env/token", DD_IPC_CERT_FILE_PATH: "/env/cert" };
    expect(await values({}, env)).toEqual(["file:6001", "/env/token", "/env/cert"]);
    expect((await values({}, { DD_AUTH_TOKEN_FILE_PATH: "/env/token" }))[2]).toBe("/env/ipc_cert.pem");
    const { address } = await find({}, { DD_CMD_PORT: "7" });
    expect(address).toEqual({ value: "file:7", from: `host: cmd_host in ${config}, port: DD_CMD_PORT` });
  });

  it("by the agent's file: named paths, else the files beside it", async () => {
    writeFileSync(config, "log_level: info\n");
    const beside = [join(directory, "auth_token"), join(directory, "ipc_cert.pem")];
    expect(await values({})).toEqual(["localhost:5001", ...beside]);
    writeFileSync(config, "ipc_cert_file_path: /named/cert.pem\n");
    expect(await values({})).toEqual(["localhost:5001", beside[0], "/named/cert.pem"]);
    expect(await values({ authTokenFile: "/t/auth_token" })).toEqual([
      "localhost:5001",
      "/t/auth_token",
      "/t/ipc_cert.pem",
    ]);
  });

  it("or not, which is wrong usage that names the ways", async () => {
    await expect(find({})).rejects.toMatchObject({ exitCode: 2, message: expect.stringContaining("--data-dir") });
    const missing = find({ config: "/nowhere/datadog.yaml" });
    await expect(missing).rejects.toMatchObject({ exitCode: 2, message: expect.stringContaining("does not exist") });
    writeFileSync(config, "cmd_port: 70000\n");
    await expect(find({})).rejects.toThrow(/"localhost:70000" \(.*cmd_port in .*\) is not host:port/);
    writeFileSync(config, "a: [unclosed\n");
    await expect(find({})).rejects.toMatchObject({ code: "invalid_config_file" });
  });

  it("in the usual place of each system", () => {
    expect(systemConfigFile("linux", {})).toBe("/etc/datadog-agent/datadog.yaml");
    expect(systemConfigFile("darwin", {})).toBe("/opt/datadog-agent/etc/datadog.yaml");
    expect(systemConfigFile("win32", { ProgramData: "D:\\Data" })).toBe("D:\\Data\\Datadog\\datadog.yaml");
  });
});
