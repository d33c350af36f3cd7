import { rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { inspect } from "node:util";
import {
  type ConfigChange,
  checkHealth,
  createEffectiveConfig,
  type EffectiveConfig,
  type EffectiveConfigOptions,
  InvalidOptionError,
  WaitTimeoutError,
} from "configstream-consumer";
import { Registry } from "prom-client";
import { describe, expect, test } from "vitest";
import { failureOf, optionsFor, until, variablesFor, Workshop } from "../../support/memory/workshop.js";

const workshop = new Workshop();

async function effective(options: Partial<EffectiveConfigOptions> = {}): Promise<EffectiveConfig> {
  const config = await createEffectiveConfig({ clientName: "test-agent", env: {}, ...options });
  workshop.after(() => config.stop());
  return config;
}

/** A logger that keeps what it was given. */
function recorder() {
  const lines: string[] = [];
  const log = (line: string): void => void lines.push(line);
  return { lines, logger: { debug: log, info: log, warn: log, error: log } };
}

describe("the flag", () => {
  test.each([
    ["is off without file and variable", undefined, undefined, false],
    ["is off by the file", "use_rar_config_stream: false", undefined, false],
    ["is on by the file", "use_rar_config_stream: true", undefined, true],
    ["is on by a text in the file", 'use_rar_config_stream: "true"', undefined, true],
    ["is on by the variable, against the file", "use_rar_config_stream: false", "true", true],
    ["is off by the variable, against the file", "use_rar_config_stream: true", "0", false],
    ["is the file's when the variable is empty", "use_rar_config_stream: true", "", true],
  ])("%s", async (_, yaml, variable, streaming) => {
    const agent = await workshop.agent({ defaults: { who: "core agent" } });
    const configFiles = [await workshop.file("agent.yaml", `${yaml ?? ""}\nwho: file\n`)];
    const config = await effective({
      ...optionsFor(agent),
      configFiles,
      env: variable === undefined ? {} : { DD_USE_RAR_CONFIG_STREAM: variable },
    });
    expect(config.streaming).toBe(streaming);
    expect(config.reader().getString("who")).toBe(streaming ? "core agent" : "file");
    await config.stop();
    // The core agent learns of it when its socket does.
    await expect.poll(() => agent.status().subscribers).toBe(0);
  });

  test("leaves the application's defaults in force on either side, below all that the core agent has", async () => {
    const agent = await workshop.agent({ defaults: { who: "core agent" } });
    for (const on of [false, true]) {
      const config = await effective({
        ...optionsFor(agent),
        env: { DD_USE_RAR_CONFIG_STREAM: String(on) },
        defaults: { who: "application", my_agent: { port: 8126 } },
      });
      const reader = config.reader();
      expect([config.streaming, reader.getInt("my_agent.port")]).toEqual([on, 8126]);
      expect(reader.getString("who")).toBe(on ? "core agent" : "application");
      expect(reader.isConfigured("my_agent.port")).toBe(false);
      expect(reader.explain("my_agent.port").layers).toEqual([{ source: on ? "schema" : "default", value: 8126 }]);
    }
  });

  test("that is neither true nor false is refused, where it stands is named, and its text is not shown", async () => {
    const fromEnv = await failureOf(effective({ env: { DD_USE_RAR_CONFIG_STREAM: "perhaps" } }));
    expect(fromEnv).toBeInstanceOf(InvalidOptionError);
    expect(fromEnv.message).toContain("DD_USE_RAR_CONFIG_STREAM must be true or false");
    const configFiles = [await workshop.file("agent.yaml", "use_rar_config_stream: perhaps\n")];
    const fromFile = await failureOf(effective({ configFiles }));
    expect(fromFile).toMatchObject({ code: "invalid_config_file" });
    expect(`${fromEnv.message} ${fromFile.message}`).not.toContain("perhaps");
  });
});

describe("with the flag on", () => {
  test("address and credential files may come from the YAML, and variables win over it", async () => {
    const agent = await workshop.agent({ defaults: { a: 1 } });
    const variables = variablesFor(agent);
    const yaml = [
      "use_rar_config_stream: true",
      `cmd_host: ${variables.DD_CMD_HOST}`,
      "cmd_port: 1",
      `auth_token_file_path: ${agent.authTokenFile}`,
      `ipc_cert_file_path: ${agent.ipcCertFile}`,
    ].join("\n");
    const configFiles = [await workshop.file("agent.yaml", yaml)];
    const config = await effective({ configFiles, env: { DD_CMD_PORT: variables.DD_CMD_PORT } });
    expect(config.streaming).toBe(true);
    expect(config.reader().getInt("a")).toBe(1);
  });

  test("address and credential files that nobody names are found by the core agent's own file, and beside it", async () => {
    const agent = await workshop.agent({ defaults: { a: 1 } });
    const { port } = new URL(`https://${agent.address}`);
    const folder = dirname(agent.authTokenFile);
    await writeFile(join(folder, "datadog.yaml"), `cmd_host: 127.0.0.1\ncmd_port: ${port}\n`);
    const config = await effective({
      env: { DD_USE_RAR_CONFIG_STREAM: "1" },
      configFile: join(folder, "datadog.yaml"),
    });
    expect(config.status()).toMatchObject({ state: "live", coreAgentAddress: `127.0.0.1:${port}` });
  });

  test.each([
    ["remote_agent.configstream.consumer.enabled: true", {}, true],
    ["remote_agent: { configstream: { consumer: { enabled: false } } }", { DD_USE_RAR_CONFIG_STREAM: "1" }, false],
    ["a: 1", { DD_REMOTE_AGENT_CONFIGSTREAM_CONSUMER_ENABLED: "true" }, true],
    ["remote_agent.configstream.consumer.enabled: true", { DD_REMOTE_AGENT_CORE_AGENT_IPC_ENABLED: "false" }, false],
    ["remote_agent.core_agent_ipc.enabled: true", {}, false],
  ])("the names that the real consumers use decide as well, and win: %s, %j", async (yaml, env, streaming) => {
    const agent = await workshop.agent({ defaults: { a: 1 } });
    const path = await workshop.file("agent.yaml", `${yaml}\n`);
    const { address: coreAgentAddress, authTokenFile, ipcCertFile } = agent;
    const config = await effective({ env, configFiles: [path], coreAgentAddress, authTokenFile, ipcCertFile });
    expect(config.streaming).toBe(streaming);
  });

  test("a core agent that does not come is reported after the time limit, and nothing is left running", async () => {
    const agent = await workshop.agent();
    await agent.stop();
    const workers = new Set<unknown>();
    const onWorker = (worker: NodeJS.EventEmitter): void => {
      workers.add(worker);
      worker.on("exit", () => workers.delete(worker));
    };
    process.on("worker", onWorker);
    workshop.after(() => process.off("worker", onWorker));
    const env = { DD_USE_RAR_CONFIG_STREAM: "1" };
    const error = await failureOf(effective({ ...optionsFor(agent), env, readyTimeoutMs: 300 }));
    expect(error).toBeInstanceOf(WaitTimeoutError);
    expect(error.message).toContain(agent.address);
    expect(error.message).toMatch(/The consumer was stopped\.$/);
    expect(workers.size).toBe(0);
  });

  test("the wait can be given up by a signal", async () => {
    const agent = await workshop.agent();
    await agent.stop();
    const reason = new Error("no more patience");
    const signal = AbortSignal.abort(reason);
    const env = { DD_USE_RAR_CONFIG_STREAM: "1" };
    expect(await failureOf(effective({ ...optionsFor(agent), env, signal }))).toBe(reason);
    const controller = new AbortController();
    setTimeout(() => controller.abort(reason), 100);
    expect(await failureOf(effective({ ...optionsFor(agent), env, signal: controller.signal }))).toBe(reason);
  });
});

describe("with the flag off", () => {
  const defaults = { "my_agent.port": 8126, "my_agent.tags": ["a"], "my_agent.mode": "calm" };

  test("defaults, files and variables are layers, the later one above", async () => {
    const first = await workshop.file("first.yaml", "my_agent:\n  port: 1\n  mode: wild\n  extra: yes it is\n");
    const second = await workshop.file("second.yaml", "my_agent:\n  port: 2\n");
    const env = { DD_MY_AGENT_PORT: "3", DD_MY_AGENT_TAGS: "b c", DD_MY_AGENT_EXTRA: "e", DD_UNHEARD_OF: "x" };
    const config = await effective({ defaults, configFiles: [first, second], env });
    const cfg = config.reader();
    expect(cfg.getInt("my_agent.port")).toBe(3);
    expect(cfg.getAllSources("my_agent.port")).toEqual([
      { source: "default", value: 8126 },
      { source: "file", value: 2 },
      { source: "environment-variable", value: 3 },
    ]);
    expect([cfg.getString("my_agent.mode"), cfg.getSource("my_agent.mode")]).toEqual(["wild", "file"]);
    expect(cfg.getStringSlice("my_agent.tags")).toEqual(["b", "c"]);
    expect(cfg.getString("my_agent.extra"), "a key that only the file made known").toBe("e");
    expect(cfg.isSet("unheard_of"), "a variable of no known key").toBe(false);
    expect(cfg.getSource("use_rar_config_stream")).toBe("default");
    expect(config.status()).toMatchObject({ state: "live", ready: true, started: true, origin: "local" });
    await config.start();
    await config.waitReady({ timeoutMs: 0 });
    config.waitReadySync();
  });

  test("overrides of the client's name apply as they do to a stream", async () => {
    const yaml = "log_level: info\nsecurity_agent:\n  log_level: debug\n";
    const configFiles = [await workshop.file("agent.yaml", yaml)];
    const cfg = (await effective({ clientName: "security-agent", configFiles })).reader();
    expect([cfg.getString("log_level"), cfg.getSource("log_level")]).toEqual(["debug", "agent-runtime"]);
  });

  test("maps of keys that are declared as objects come back as they were written, and other maps are sections", async () => {
    const yaml = "labels:\n  app.kubernetes.io/name: app\nlimits:\n  cpu: two\n";
    const configFiles = [await workshop.file("agent.yaml", yaml)];
    const cfg = (await effective({ configFiles, defaults: [{ key: "limits", type: "object" }] })).reader();
    expect(cfg.getString("labels.app.kubernetes.io/name")).toBe("app");
    expect(cfg.getStringMapString("limits")).toEqual({ cpu: "two" });
    expect(cfg.allKeysLowercased()).toEqual(["labels.app.kubernetes.io/name", "limits", "use_rar_config_stream"]);
  });

  test("an edit of the file reaches readers, handles, views and subscribers, and only what changed is told", async () => {
    const path = await workshop.file("agent.yaml", "my_agent:\n  port: 1\n  mode: wild\n");
    const config = await effective({ defaults, configFiles: [path] });
    const cfg = config.reader();
    const port = cfg.setting("my_agent.port").asInt();
    const before = cfg.view();
    const changes: ConfigChange[] = [];
    config.subscribe({ onChange: (change) => changes.push(change) });
    await writeFile(`${path}.new`, "my_agent:\n  port: 2\n# mode is gone\n");
    await rename(`${path}.new`, path);
    await until(() => changes.length === 2);
    expect(port.value).toBe(2);
    expect(before.getInt("my_agent.port")).toBe(1);
    expect(changes.toSorted((a, b) => a.key.localeCompare(b.key))).toEqual([
      { key: "my_agent.mode", oldValue: "wild", newValue: "calm", source: "default", sequenceId: 2 },
      { key: "my_agent.port", oldValue: 1, newValue: 2, source: "file", sequenceId: 2 },
    ]);
  });

  test("an edit of thousands of settings does not overrun a loop that keeps up", async () => {
    const yaml = (value: number) =>
      `many:\n${Array.from({ length: 3_000 }, (_, i) => `  key_${i}: ${value}`).join("\n")}\n`;
    const path = await workshop.file("agent.yaml", yaml(1));
    const config = await effective({ configFiles: [path] });
    const changes = config.subscribe({ prefix: "many." });
    await writeFile(path, yaml(2));
    let seen = 0;
    for await (const { newValue } of changes) {
      expect(newValue).toBe(2);
      seen++;
      if (seen === 3_000) break;
    }
  });

  test("an edit that is no YAML is refused whole: line and column are told, the value is not, and the next one counts", async () => {
    const path = await workshop.file("agent.yaml", "api_key: fine\n");
    const { lines, logger } = recorder();
    const config = await effective({ configFiles: [path], logger });
    await writeFile(path, "api_key: [planted-secret\n");
    await until(() => config.status().lastError !== undefined);
    expect(config.status()).toMatchObject({ state: "live", lastError: { code: "invalid_config_file" } });
    expect(config.status().lastError?.message).toMatch(/agent\.yaml is not valid at line \d+, column \d+/);
    expect(config.reader().getString("api_key")).toBe("fine");
    expect(await config.metrics.metrics()).toMatch(/refused_states\{client="test-agent"\} 1\n/);
    await writeFile(path, "api_key: better\n");
    await until(() => config.reader().getString("api_key") === "better");
    const everything = `${lines.join("\n")} ${inspect(config, { depth: 9, showHidden: true })} ${inspect(config.status())}`;
    expect(everything).not.toMatch(/planted-secret|better/);
  });

  test("an edit that exceeds a limit is refused whole, and status tells", async () => {
    const path = await workshop.file("agent.yaml", "a: 1\n");
    const config = await effective({ configFiles: [path], limits: { maxKeys: 3 } });
    await writeFile(path, "a: 2\nb: 2\nc: 2\nd: 2\n");
    await until(() => config.status().lastError !== undefined);
    expect(config.status().lastError).toMatchObject({ code: "limit_exceeded" });
    expect(config.reader().getInt("a")).toBe(1);
    await writeFile(path, "a: 3\n");
    await until(() => config.reader().getInt("a") === 3);
  });

  test("a file that does not exist sets nothing and is told of; it counts when it appears, until it is gone", async () => {
    const path = join(await workshop.folder(), "late.yaml");
    const { lines, logger } = recorder();
    const config = await effective({ configFiles: [path], logger });
    expect(lines.join()).toContain(path);
    expect(config.status().configFiles).toEqual([
      { path, state: "missing", reason: `The configuration file ${path} does not exist; it is waited for.` },
    ]);
    expect(checkHealth(config.status()).reasons.join()).toContain('"late.yaml" does not exist');
    await writeFile(path, "a: 1\n");
    await until(() => config.reader().getInt("a") === 1);
    expect(config.status().configFiles).toEqual([{ path, state: "read" }]);
    expect(checkHealth(config.status()).reasons).toEqual([]);
    await rm(path);
    await until(() => !config.reader().isSet("a"));
  });

  test("with watch: false the file is read once", async () => {
    const path = await workshop.file("agent.yaml", "a: 1\n");
    const watched = await effective({ configFiles: [path] });
    const config = await effective({ configFiles: [path], watch: false });
    await writeFile(path, "a: 2\n");
    await until(() => watched.reader().getInt("a") === 2);
    expect(config.reader().getInt("a")).toBe(1);
  });

  test("a file that is no YAML is refused at once, with path, line and column and without its text", async () => {
    const path = await workshop.file("agent.yaml", "a: 1\nb: {planted-secret: [\n");
    const error = await failureOf(effective({ configFiles: [path] }));
    expect(error).toMatchObject({ code: "invalid_config_file" });
    expect(error.message).toMatch(/agent\.yaml is not valid at line \d, column \d+/);
    expect(inspect(error)).not.toContain("planted-secret");
  });

  test("a configuration that exceeds a limit is refused, and leaves nothing behind in the registry", async () => {
    const registry = new Registry();
    const defaults = { a: 1, b: 2 };
    const error = await failureOf(effective({ defaults, registry, limits: { maxKeys: 2 } }));
    expect(error).toMatchObject({ code: "limit_exceeded" });
    const config = await effective({ defaults, registry });
    expect(await config.metrics.metrics()).toMatch(/^configstream_consumer_settings\{client="test-agent"\} 3$/m);
  });

  test("options of a stream are checked also while nothing is streamed", async () => {
    const wrong: [object, RegExp][] = [
      [{ coreAgentAddress: "nonsense" }, /coreAgentAddress/],
      [{ keepaliveTimeoutMs: -1 }, /keepaliveTimeoutMs/],
      [{ configFiles: "a.yaml" }, /configFiles.*array/],
      [{ defaults: 5 }, /defaults/],
      [{ defaults: { a: new Map() } }, /"a".*Map/],
      [{ clientName: "" }, /clientName/],
    ];
    for (const [options, message] of wrong) {
      expect((await failureOf(effective(options as Partial<EffectiveConfigOptions>))).message).toMatch(message);
    }
  });

  test("stop ends iterations and the watch, keeps the last settings readable, and is idempotent", async () => {
    const path = await workshop.file("agent.yaml", "a: 1\n");
    const config = await effective({ configFiles: [path] });
    const iteration = config.subscribe()[Symbol.asyncIterator]().next();
    await Promise.all([config.stop(), config.stop()]);
    expect(await iteration).toEqual({ done: true, value: undefined });
    expect(config.status().state).toBe("stopped");
    await writeFile(path, "a: 2\n");
    const other = await effective({ configFiles: [path] });
    expect(other.reader().getInt("a")).toBe(2);
    expect(config.reader().getInt("a")).toBe(1);
    await expect(config.start()).rejects.toMatchObject({ code: "stopped" });
  });

  test("a watched configuration does not keep the process alive", async () => {
    const path = await workshop.file("agent.yaml", "a: 1\n");
    const child = workshop.module(`
      import { createEffectiveConfig } from "configstream-consumer";
      const configFiles = [${JSON.stringify(path)}, ${JSON.stringify(`${path}.missing`)}];
      const config = await createEffectiveConfig({ clientName: "child", configFiles });
      (async () => { for await (const change of config.subscribe()); })();
      console.log("a", config.reader().getInt("a"));
    `);
    expect(await child.ended).toBe(0);
    expect(child.output).toBe("a 1\n");
  });
});
