import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { dist, failureOf, optionsFor, until, Workshop } from "../../support/memory/workshop.js";

const workshop = new Workshop();
const settings = { "a.key": 1 };

/** A module that makes a consumer with these options, waits, and prints what it reads. */
const reading = (options: object, before = "") => `
  ${before}
  const { createConsumer } = await import(${JSON.stringify(dist("index.js"))});
  const consumer = createConsumer(${JSON.stringify(options)});
  consumer.start();
  await consumer.waitReady();
  console.log("read", consumer.reader().getInt("a.key"));
  await consumer.stop();
`;

describe("a worker that cannot be started at all", () => {
  const workerUrl = new URL("file:///nowhere/worker.cjs");

  it("fails every wait at once, and says that nothing is tried any more", async () => {
    const agent = await workshop.agent();
    const consumer = workshop.consumer(agent, { workerUrl, readyTimeoutMs: 600_000 });
    const early = failureOf(consumer.waitReady());
    expect(await failureOf(consumer.start())).toMatchObject({ code: "worker_died" });
    for (const error of [await early, await failureOf(consumer.waitReady())]) {
      expect(error).toMatchObject({ code: "worker_died", details: { keepsTrying: false } });
      expect(error.message).toContain("Nothing is tried any more");
    }
    expect(() => consumer.waitReadySync()).toThrow(/Nothing is tried any more/);
    expect(consumer.status().nextAttemptInMs).toBeUndefined();
  });

  it("does not end the process when start() is not awaited", async () => {
    const agent = await workshop.agent();
    const child = workshop.module(
      `const { createConsumer } = await import(${JSON.stringify(dist("index.js"))});
       const consumer = createConsumer({ ...${JSON.stringify(optionsFor(agent))}, workerUrl: new URL("file:///nowhere/w.cjs") });
       consumer.start();
       try { consumer.waitReadySync(); } catch (error) { console.log("sync", error.code); }
       await consumer.waitReady().catch((error) => console.log("async", error.code));`,
    );
    expect(await child.ended).toBe(0);
    expect(child.output).toBe("sync worker_died\nasync worker_died\n");
  });
});

describe("the worker has surroundings of its own", () => {
  it("runs no preload of the application", async () => {
    const agent = await workshop.agent({ defaults: settings });
    const preload = await workshop.file(
      "preload.cjs",
      `if (!require("node:worker_threads").isMainThread) throw new Error("preloaded");`,
    );
    const child = workshop.module(reading(optionsFor(agent)), { NODE_OPTIONS: `--require ${preload}` });
    expect(await child.ended).toBe(0);
    expect(child.output).toBe("read 1\n");
  });

  it("is not disturbed by variables of gRPC and of proxies", async () => {
    const agent = await workshop.agent({ defaults: settings });
    const options = { ...optionsFor(agent), coreAgentAddress: agent.address.replace("127.0.0.1", "localhost") };
    const child = workshop.module(reading(options), {
      GRPC_NODE_USE_ALTERNATIVE_RESOLVER: "true",
      GRPC_VERBOSITY: "DEBUG",
      GRPC_TRACE: "all",
      GRPC_SSL_CIPHER_SUITES: "none",
      grpc_proxy: "http://127.0.0.1:9",
      http_proxy: "http://127.0.0.1:9",
      https_proxy: "http://127.0.0.1:9",
    });
    expect(await child.ended).toBe(0);
    expect(child.output).toBe("read 1\n");
  });

  it("never goes through a proxy, also in the application's own thread", async () => {
    let knocks = 0;
    const proxy = createServer((socket) => {
      knocks++;
      socket.destroy();
    }).listen(0, "127.0.0.1");
    await once(proxy, "listening");
    workshop.after(() => proxy.close());
    const { port } = proxy.address() as { port: number };
    const agent = await workshop.agent({ defaults: settings });
    const child = workshop.module(reading({ ...optionsFor(agent), isolation: "none" }), {
      grpc_proxy: `http://127.0.0.1:${port}`,
      https_proxy: `http://127.0.0.1:${port}`,
      http_proxy: `http://127.0.0.1:${port}`,
    });
    expect(await child.ended).toBe(0);
    expect([child.output, knocks]).toEqual(["read 1\n", 0]);
  });
});

describe("paths and addresses", () => {
  it("are what they were when the consumer was made, wherever the process goes", async () => {
    const agent = await workshop.agent({ defaults: settings });
    const folder = dirname(agent.authTokenFile);
    const elsewhere = await workshop.folder();
    const { authTokenFile: _token, ipcCertFile: _cert, ...rest } = optionsFor(agent);
    for (const env of [{}, { DD_AUTH_TOKEN_FILE_PATH: "auth_token", DD_IPC_CERT_FILE_PATH: "ipc_cert.pem" }]) {
      const given = Object.keys(env).length > 0 ? {} : { authTokenFile: "auth_token", ipcCertFile: "ipc_cert.pem" };
      const child = workshop.module(
        `process.chdir(${JSON.stringify(folder)});
         const { createConsumer } = await import(${JSON.stringify(dist("index.js"))});
         const consumer = createConsumer(${JSON.stringify({ ...rest, ...given })});
         process.chdir(${JSON.stringify(elsewhere)});
         await consumer.start();
         await consumer.waitReady();
         console.log("read", consumer.reader().getInt("a.key"));
         await consumer.stop();`,
        env,
      );
      expect(await child.ended).toBe(0);
      expect(child.output).toBe("read 1\n");
    }
  });

  it.runIf(process.platform === "linux")("take an IPv6 address with a zone, on both sides", async (context) => {
    const agent = await workshop.agent({ address: "[::1%lo]:0", defaults: settings }).catch(() => undefined);
    if (agent === undefined) return context.skip("no IPv6 here");
    expect(agent.address).toMatch(/^\[::1%lo\]:\d+$/);
    const consumer = await workshop.readyConsumer(agent);
    expect(consumer.reader().getInt("a.key")).toBe(1);
  });

  it("come from datadog.yaml when nothing else says them, and the file may come later than the consumer", async () => {
    const agent = await workshop.agent({ defaults: settings });
    const folder = await workshop.folder();
    const configFile = join(folder, "datadog.yaml");
    const consumer = workshop.consumer(agent, {
      configFile,
      coreAgentAddress: undefined,
      authTokenFile: undefined,
      ipcCertFile: undefined,
    } as object);
    await consumer.start();
    await until(() => consumer.status().lastError !== undefined);
    expect(consumer.status().lastError?.message).toContain(`${configFile} does not exist`);
    await mkdir(folder, { recursive: true });
    const port = agent.address.split(":").at(-1);
    await writeFile(
      configFile,
      `cmd_host: 127.0.0.1\ncmd_port: ${port}\nauth_token_file_path: ${agent.authTokenFile}\n` +
        `ipc_cert_file_path: ${agent.ipcCertFile}\n`,
    );
    await consumer.waitReady();
    expect(consumer.status().coreAgentAddress).toBe(agent.address);
  });
});

const companion = new URL("../../../packages/configstream/dist/core-agent/index.js", import.meta.url).href;
/** A core agent and a consumer of it in one process, which print what a change comes to. */
const agentAndConsumer = (folder: string) => `
  const { createCoreAgent } = await import(${JSON.stringify(companion)});
  const { createConsumer } = await import(${JSON.stringify(dist("index.js"))});
  const agent = createCoreAgent({ address: "127.0.0.1:0", env: false, dataDir: ${JSON.stringify(folder)}, defaults: { "a.key": 1 } });
  await agent.start();
  const { address: coreAgentAddress, authTokenFile, ipcCertFile } = agent;
  const consumer = createConsumer({ clientName: "test-agent", coreAgentAddress, authTokenFile, ipcCertFile });
  await consumer.start();
  await consumer.waitReady();
  agent.set("a.key", 2);
  while (consumer.reader().getInt("a.key") !== 2) await new Promise((resolve) => setTimeout(resolve, 5));
  console.log("read", consumer.reader().getInt("a.key"));
`;

describe("flags of Node.js that take away what the library needs", () => {
  it("--disallow-code-generation-from-strings leaves the core agent and its consumers as they are", async () => {
    const folder = await workshop.folder();
    const child = workshop.node([
      "--disallow-code-generation-from-strings",
      "--input-type=module",
      "-e",
      `${agentAndConsumer(folder)}
       try { agent.faults.send({ update: {} }); }
       catch (error) { console.log(error.code, error.message.includes("--disallow-code-generation-from-strings")); }
       await consumer.stop();
       await agent.stop();`,
    ]);
    expect(await child.ended).toBe(0);
    expect(child.output).toBe("read 2\nunsupported true\n");
  });

  it("--frozen-intrinsics leaves the core agent as it is, with a certificate that is there already", async () => {
    const agent = await workshop.agent();
    const child = workshop.node([
      "--frozen-intrinsics",
      "--no-warnings",
      "--input-type=module",
      "-e",
      `${agentAndConsumer(dirname(agent.ipcCertFile))}
       await consumer.stop();
       await agent.stop();`,
    ]);
    expect(await child.ended).toBe(0);
    expect(child.output).toBe("read 2\n");
  });

  it("--frozen-intrinsics without one is told by a clear error", async () => {
    const child = workshop.node([
      "--frozen-intrinsics",
      "--no-warnings",
      "--input-type=module",
      "-e",
      `const { createCoreAgent } = await import(${JSON.stringify(companion)});
       const agent = createCoreAgent({ address: "127.0.0.1:0", env: false, dataDir: ${JSON.stringify(await workshop.folder())} });
       await agent.start().catch((error) => console.log(error.code, error.message));`,
    ]);
    expect(await child.ended).toBe(0);
    expect(child.output).toMatch(
      /^credentials The core agent cannot use .*ipc_cert\.pem: it does not exist, and cannot be made in this process/,
    );
  });

  it("--jitless is named in a clear error", async () => {
    const child = workshop.node([
      "--jitless",
      "--input-type=module",
      "-e",
      `const { createConsumer } = await import(${JSON.stringify(dist("index.js"))});
       const { createMockConsumer } = await import(${JSON.stringify(dist("testing/index.js"))});
       for (const make of [() => createConsumer({ clientName: "a" }), () => createMockConsumer({})]) {
         try { make(); } catch (error) { console.log(error.code, error.message.includes("--jitless")); }
       }`,
    ]);
    expect(await child.ended).toBe(0);
    expect(child.output).toMatch(/unsupported true\nunsupported true\n$/);
  });

  it.runIf(process.platform === "linux")(
    "a limit of address space is told with what helps, and that helps",
    async () => {
      const code = `const { createMockConsumer } = await import(${JSON.stringify(dist("testing/index.js"))});
      try {
        console.log("read", createMockConsumer({ "a.key": 1 }).reader().getInt("a.key"));
      } catch (error) { console.log(error.code, error.message.includes("--disable-wasm-trap-handler")); }
      process.exit(0);`;
      const run = (flags: string) =>
        execFileSync(
          "sh",
          ["-c", `ulimit -v 8000000 && exec "$0" ${flags} --input-type=module -e "$1"`, process.execPath, code],
          {
            encoding: "utf8",
            stdio: ["ignore", "pipe", "ignore"],
          },
        );
      expect(run("")).toBe("limit_exceeded true\n");
      expect(run("--disable-wasm-trap-handler")).toBe("read 1\n");
    },
  );
});
