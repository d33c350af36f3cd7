/** Guards and required settings where no core agent is: in the local configuration, and under `--import`. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createEffectiveConfig } from "configstream-consumer";
import { describe, expect, it } from "vitest";
import { liveTest, until } from "../../support/engine/live-consumer.js";

const live = liveTest();
const guards = { "my.port": { type: "integer", min: 1 } } as const;

describe("a local configuration", () => {
  it("keeps the last good value of a file that is edited badly", { timeout: 60_000 }, async () => {
    const file = join(live.folder, "app.yaml");
    writeFileSync(file, "my:\n  port: 9000\n  mode: a\n");
    const config = await createEffectiveConfig({ clientName: "local", configFiles: [file], env: {}, guards });
    live.cleanUp(() => config.stop());
    writeFileSync(file, "my:\n  port: 900O\n  mode: b\n");
    await until(() => config.reader().getString("my.mode") === "b");
    expect([config.reader().getInt("my.port"), config.status().held.length]).toEqual([9000, 1]);
    writeFileSync(file, "my:\n  port: 9001\n  mode: b\n");
    await until(() => config.reader().getInt("my.port") === 9001);
    expect(config.status().held).toEqual([]);
  });

  it("has the default where the first value of a file or a variable is bad, until a good one comes", async () => {
    const file = join(live.folder, "first.yaml");
    writeFileSync(file, "my:\n  port: 900O\n  mode: a\n");
    const defaults = { "my.port": 8000, "my.pause": "5s" };
    const env = { DD_MY_PAUSE: "soon" };
    const rules = { ...guards, "my.pause": { type: "duration" } } as const;
    const given = { clientName: "local", configFiles: [file], env, defaults, guards: rules, required: ["my.port"] };
    const config = await createEffectiveConfig(given);
    live.cleanUp(() => config.stop());
    const cfg = config.reader();
    expect([cfg.getInt("my.port"), cfg.getSource("my.port"), cfg.isConfigured("my.port")]).toEqual([
      8000,
      "default",
      false,
    ]);
    expect([cfg.getDuration("my.pause"), cfg.getString("my.mode")]).toEqual([5_000, "a"]);
    expect(config.status().held.map(({ key, source }) => [key, source])).toEqual([
      ["my.port", "file"],
      ["my.pause", "environment-variable"],
    ]);
    writeFileSync(file, "my:\n  port: 9001\n");
    await until(() => cfg.getInt("my.port") === 9001);
    expect(config.status().held.map(({ key }) => key)).toEqual(["my.pause"]);
  });

  it("is not given without its required settings", async () => {
    const file = join(live.folder, "app.yaml");
    writeFileSync(file, "my:\n  port: 900O\n");
    const given = { clientName: "local", configFiles: [file], env: {}, guards, required: ["my.port", "my.mode"] };
    await expect(createEffectiveConfig(given)).rejects.toMatchObject({
      code: "required_settings",
      details: { missing: ["my.mode"], held: [{ key: "my.port" }] },
    });
  });
});

describe("an application under --import configstream-consumer/register", () => {
  it("does not run without its required settings, and says which", { timeout: 60_000 }, async () => {
    const agent = await live.startAgent();
    agent.set("my.port", "900O", "file");
    const file = join(live.folder, "guards.json");
    writeFileSync(file, JSON.stringify(guards));
    const register = new URL("../../../dist/register/index.js", import.meta.url).href;
    const main = join(live.folder, "main.mjs");
    writeFileSync(main, 'console.log("runs");');
    const env = {
      PATH: process.env.PATH,
      CONFIGSTREAM_CLIENT_NAME: "app",
      CONFIGSTREAM_GUARDS: file,
      CONFIGSTREAM_REQUIRED: "my.port,my.mode",
      CONFIGSTREAM_READY_TIMEOUT_MS: "20000",
      DD_CMD_PORT: agent.address.split(":").at(-1),
      DD_CMD_HOST: "127.0.0.1",
      DD_AUTH_TOKEN_FILE_PATH: join(live.folder, "auth_token"),
      DD_IPC_CERT_FILE_PATH: join(live.folder, "ipc_cert.pem"),
    };
    const child = spawn(process.execPath, ["--import", register, main], { env, stdio: ["ignore", "pipe", "pipe"] });
    let out = "";
    let err = "";
    child.stdout.on("data", (chunk) => (out += chunk));
    child.stderr.on("data", (chunk) => (err += chunk));
    const [code] = await once(child, "close");
    expect([code, out]).toEqual([1, ""]);
    expect(err).toContain('missing: "my.mode"; held without a good value: "my.port" (must be an integer)');
  });
});
