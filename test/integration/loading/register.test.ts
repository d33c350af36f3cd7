import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { dist, root, variablesFor, Workshop } from "../../support/memory/workshop.js";

const workshop = new Workshop();
const register = ["--import", "configstream-consumer/register"];

/** An application's file in this project, so that it finds the package by name. */
async function app(code: string, name = "app.mjs"): Promise<string> {
  const path = await workshop.file(name, code.replaceAll('"configstream-consumer"', JSON.stringify(dist("index.js"))));
  return path;
}

async function runningAgent() {
  const agent = await workshop.agent({ defaults: { "my_agent.port": 8126 } });
  return { agent, env: { ...variablesFor(agent), CONFIGSTREAM_CLIENT_NAME: "registered" } };
}

describe("node --import configstream-consumer/register", () => {
  test("settings are there in the application's first line, and the process ends by itself", async () => {
    const { env } = await runningAgent();
    const path = await app(`
      import { getRegisteredConsumer, getRegisteredReader } from "configstream-consumer";
      console.log("port", getRegisteredReader().getInt("my_agent.port"));
      const consumer = getRegisteredConsumer();
      console.log(consumer.status().state, consumer.reader() === getRegisteredReader());
    `);
    const child = workshop.node([...register, path], env);
    expect(await child.ended).toBe(0);
    expect(child.output).toBe("port 8126\nlive true\n");
  });

  test("a CommonJS application is served as well", async () => {
    const { env } = await runningAgent();
    const code = `
      const { getRegisteredReader } = require(${JSON.stringify(join(root, "dist/index.js"))});
      console.log("port", getRegisteredReader().getInt("my_agent.port"));
    `;
    const child = workshop.node(["--no-warnings", ...register, await workshop.file("app.cjs", code)], env);
    expect(await child.ended).toBe(0);
    expect(child.output).toBe("port 8126\n");
  });

  test("the flag may stand in NODE_OPTIONS, and the consumer's own worker starts no consumer", async () => {
    const { agent, env } = await runningAgent();
    const path = await app(`
      import { getRegisteredConsumer } from "configstream-consumer";
      console.log(getRegisteredConsumer().status().state);
      setInterval(() => {}, 1_000);
    `);
    const child = workshop.node([path], { ...env, NODE_OPTIONS: "--import configstream-consumer/register" });
    await child.printed("live");
    expect(agent.status()).toMatchObject({ sessions: 1, subscribers: 1 });
  });

  test("worker threads, and theirs, inherit the flag, start no consumer, and read the same configuration", async () => {
    const { agent, env } = await runningAgent();
    const path = await app(`
      import { Worker, isMainThread, workerData, threadId } from "node:worker_threads";
      import { getRegisteredConsumer, getRegisteredReader } from "configstream-consumer";
      const depth = workerData?.depth ?? 0;
      const port = getRegisteredReader().setting("my_agent.port").asInt();
      const told = () => {
        try { getRegisteredConsumer(); return "a consumer"; } catch (error) { return error.code; }
      };
      console.log("depth", depth, "port", port.value, told());
      if (depth < 2) new Worker(new URL(import.meta.url), { workerData: { depth: depth + 1 } });
      const look = setInterval(() => {
        if (port.value !== 9000) return;
        clearInterval(look);
        console.log("depth", depth, "sees the change");
      }, 5);
    `);
    const child = workshop.node([...register, path], env);
    for (const line of [
      "depth 0 port 8126 a consumer",
      "depth 1 port 8126 not_registered",
      "depth 2 port 8126 not_registered",
    ]) {
      await child.printed(line);
    }
    expect(agent.status()).toMatchObject({ sessions: 1, subscribers: 1 });
    agent.set("my_agent.port", 9_000);
    expect(await child.ended).toBe(0);
    for (const depth of [0, 1, 2]) expect(child.output).toContain(`depth ${depth} sees the change`);
  });

  test("a child process has a consumer of its own", async () => {
    const { agent, env } = await runningAgent();
    const path = await app(`
      import { fork } from "node:child_process";
      import { getRegisteredReader } from "configstream-consumer";
      console.log(process.argv[2] ?? "parent", getRegisteredReader().getInt("my_agent.port"));
      if (process.argv[2] === undefined) fork(process.argv[1], ["child"]);
      setInterval(() => {}, 1_000);
      process.on("disconnect", () => process.exit());
    `);
    const parent = workshop.node([...register, path], env);
    await parent.printed("parent 8126");
    await parent.printed("child 8126");
    expect(agent.status()).toMatchObject({ sessions: 2, subscribers: 2 });
  });

  test("it may be imported as well, also twice", async () => {
    const { agent, env } = await runningAgent();
    const path = await app(`
      import ${JSON.stringify(dist("register/index.js"))};
      import ${JSON.stringify(`${dist("register/index.js")}?another-copy`)};
      import { getRegisteredReader } from "configstream-consumer";
      console.log("port", getRegisteredReader().getInt("my_agent.port"));
      setInterval(() => {}, 1_000);
    `);
    const child = workshop.node([path], env);
    await child.printed("port 8126");
    expect(agent.status()).toMatchObject({ sessions: 1, subscribers: 1 });
  });

  test("without a core agent it ends the process in time, with one sentence that names the step, before the first line", async () => {
    const { agent, env } = await runningAgent();
    await agent.stop();
    const path = await app("console.log('the first line');");
    const child = workshop.node([...register, path], { ...env, CONFIGSTREAM_READY_TIMEOUT_MS: "300" });
    expect(await child.ended).toBe(1);
    expect(child.output).toMatch(
      /^configstream-consumer\/register: Not ready after 300 ms: waiting for .* \(step "\w+", core agent .*\.\n$/,
    );
    expect(child.output).not.toContain("keeps trying");
  });

  test("when told so it goes on without settings, and they arrive later", async () => {
    const { agent, env } = await runningAgent();
    const { address, authTokenFile } = agent;
    await agent.stop();
    const path = await app(`
      import { getRegisteredReader } from "configstream-consumer";
      const port = getRegisteredReader().setting("my_agent.port").asInt(1);
      console.log("first", port.value);
      const look = setInterval(() => {
        if (port.value === 1) return;
        clearInterval(look);
        console.log("then", port.value);
      }, 5);
    `);
    const how = { CONFIGSTREAM_READY_TIMEOUT_MS: "100", CONFIGSTREAM_ON_TIMEOUT: "continue" };
    const child = workshop.node([...register, path], { ...env, ...how });
    await child.printed("first 1");
    expect(child.output).toMatch(
      /The consumer keeps trying\. The application runs on without settings, until they arrive\./,
    );
    await workshop.agent({ address, dataDir: join(authTokenFile, ".."), defaults: { "my_agent.port": 8126 } });
    await child.printed("then 8126");
    expect(await child.ended).toBe(0);
  });

  test.each([
    ["without a name", { CONFIGSTREAM_CLIENT_NAME: "" }, "CONFIGSTREAM_CLIENT_NAME is missing"],
    ["with a time limit that is none", { CONFIGSTREAM_READY_TIMEOUT_MS: "soon" }, 'but is "soon"'],
    ["with an unknown wish", { CONFIGSTREAM_ON_TIMEOUT: "panic" }, '"exit" or "continue"'],
    ["with a token in place of its path", { DD_AUTH_TOKEN_FILE_PATH: "0".repeat(64) }, "must be the path of a file"],
    ["with a port that is none", { DD_CMD_PORT: "http" }, "DD_CMD_PORT"],
  ])(
    "%s it ends the process with exit code 2 and says what to set, also when told to go on",
    async (_, wrong, text) => {
      const place = { address: "127.0.0.1:1", authTokenFile: "/nowhere/token", ipcCertFile: "/nowhere/cert" };
      const env = {
        ...variablesFor(place),
        CONFIGSTREAM_CLIENT_NAME: "x",
        CONFIGSTREAM_ON_TIMEOUT: "continue",
        ...wrong,
      };
      const child = workshop.node([...register, await app("console.log('the first line');")], env);
      expect(await child.ended).toBe(2);
      expect(child.output).toContain(text);
      expect(child.output.split("\n")).toHaveLength(2);
    },
  );

  test("without the flag, whoever asks for the registered consumer is told how to start", async () => {
    const path = await app(`
      import { getRegisteredReader } from "configstream-consumer";
      try { getRegisteredReader(); } catch (error) { console.log(error.code, error.message); }
    `);
    const child = workshop.node([path]);
    expect(await child.ended).toBe(0);
    expect(child.output).toMatch(/^not_registered .*node --import configstream-consumer\/register\n$/);
  });
});
