import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { inspect } from "node:util";
import { Worker } from "node:worker_threads";
import { type CoreAgent, type CoreAgentOptions, createCoreAgent } from "configstream/core-agent";
import {
  attachReader,
  type ConfigChange,
  type Consumer,
  type ConsumerOptions,
  ConsumerStoppedError,
  createConsumer,
  type SharedConfig,
  WaitTimeoutError,
} from "configstream-consumer";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { putCertificate } from "../../support/agents/ready-certificate.js";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const dist = (path: string) => new URL(`../../../dist/${path}`, import.meta.url).href;
const defaults = { "my_agent.port": 8126, "my_agent.mode": "calm", log_level: "info" };
const quick = { initialMs: 20, maxMs: 100, floorMs: 10 };

const isolations = ["worker", "none"] as const;

let dataDir: string;
/** Where engines run in the present test. */
let isolation: (typeof isolations)[number] = "worker";
const cleanUps: (() => Promise<unknown>)[] = [];

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "configstream-test-"));
});

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
  await rm(dataDir, { recursive: true, force: true });
});

async function startAgent(options: CoreAgentOptions = {}): Promise<CoreAgent> {
  await putCertificate(dataDir);
  const agent = createCoreAgent({ address: "127.0.0.1:0", env: false, defaults, dataDir, ...options });
  await agent.start();
  cleanUps.push(() => agent.stop());
  return agent;
}

function newConsumer(agent: Pick<CoreAgent, "address">, options: Partial<ConsumerOptions> = {}): Consumer {
  const consumer = createConsumer({
    clientName: "test-agent",
    coreAgentAddress: agent.address,
    authTokenFile: join(dataDir, "auth_token"),
    ipcCertFile: join(dataDir, "ipc_cert.pem"),
    backoff: quick,
    credentialsPollMs: 20,
    readyTimeoutMs: 10_000,
    isolation,
    ...options,
  });
  cleanUps.push(() => consumer.stop());
  return consumer;
}

async function readyConsumer(agent: CoreAgent, options: Partial<ConsumerOptions> = {}): Promise<Consumer> {
  const consumer = newConsumer(agent, options);
  await consumer.start();
  await consumer.waitReady();
  return consumer;
}

/** Where engines run in the tests of a block. */
function engineRuns(mode: (typeof isolations)[number]): void {
  beforeEach(() => {
    isolation = mode;
  });
  afterEach(() => {
    isolation = "worker";
  });
}

/** Waits for a condition; the test's own time limit bounds it. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** Runs an ES module in a process of its own; resolves with its exit code and output once it has ended by itself. */
async function runModule(code: string): Promise<{ exitCode: number | null; output: string }> {
  const child = spawn(process.execPath, ["--unhandled-rejections=strict", "--input-type=module", "-e", code], {
    cwd: root,
  });
  cleanUps.push(async () => child.kill("SIGKILL"));
  let output = "";
  child.stdout.on("data", (chunk) => {
    output += chunk;
  });
  child.stderr.on("data", (chunk) => {
    output += chunk;
  });
  const [exitCode] = await once(child, "close");
  return { exitCode: exitCode as number | null, output };
}

const optionsFor = (agent: CoreAgent) =>
  JSON.stringify({
    isolation,
    clientName: "child",
    coreAgentAddress: agent.address,
    authTokenFile: agent.authTokenFile,
    ipcCertFile: agent.ipcCertFile,
    backoff: quick,
  });

/** The next worker that this thread starts. */
function nextWorker(): Promise<Worker> {
  return once(process as unknown as NodeJS.EventEmitter, "worker").then(([worker]) => worker as Worker);
}

async function failureOf(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error("The promise was expected to reject.");
}

describe.each(isolations)("start and readiness, with isolation %s", (mode) => {
  engineRuns(mode);

  test("a consumer becomes ready over TLS and reads typed settings", async () => {
    const agent = await startAgent();
    const consumer = newConsumer(agent);
    const cfg = consumer.reader();
    expect(cfg.getInt("my_agent.port", 1)).toBe(1);
    await consumer.start();
    await consumer.waitReady({ timeoutMs: 10_000 });
    expect(cfg.getInt("MY_AGENT.port")).toBe(8126);
    expect(cfg.getString("log_level")).toBe("info");
    expect(cfg.setting("my_agent.port").asInt().value).toBe(8126);
    expect(cfg.getSource("log_level")).toBe("default");
    const status = consumer.status();
    expect(status).toMatchObject({ state: "live", step: "done", ready: true, attempt: 0, keys: 3, workerRestarts: 0 });
    expect(status).toMatchObject({ sequenceId: 0, origin: "core-agent", lastError: undefined });
  });

  test("many waiters, before and after start, are all released, and waiting again returns at once", async () => {
    const agent = await startAgent();
    const consumer = newConsumer(agent);
    const early = [consumer.waitReady(), consumer.waitReady({ timeoutMs: Number.POSITIVE_INFINITY })];
    await consumer.start();
    await Promise.all([...early, consumer.waitReady()]);
    await consumer.waitReady({ timeoutMs: 0 });
    consumer.waitReadySync({ timeoutMs: 0 });
  });

  test.runIf(mode === "worker")(
    "waitReadySync blocks the thread until settings can be read, with start not awaited",
    async () => {
      const agent = await agentInItsOwnThread();
      const consumer = newConsumer(agent);
      const started = consumer.start();
      consumer.waitReadySync({ timeoutMs: 10_000 });
      expect(consumer.reader().getInt("my_agent.port")).toBe(8126);
      await started;
    },
  );

  test("an aborted wait rejects with the signal's reason and does not stop the consumer", async () => {
    const consumer = newConsumer({ address: "127.0.0.1:1" });
    await consumer.start();
    const controller = new AbortController();
    const wait = consumer.waitReady({ signal: controller.signal });
    const reason = new Error("no more patience");
    controller.abort(reason);
    await expect(wait).rejects.toBe(reason);
    expect(consumer.status().state).not.toBe("stopped");
  });

  test("a wait that timed out does not stop the consumer: it becomes ready when the core agent appears", async () => {
    const first = await startAgent();
    const { address } = first;
    await first.stop();
    const consumer = newConsumer({ address });
    await consumer.start();
    await expect(consumer.waitReady({ timeoutMs: 50 })).rejects.toBeInstanceOf(WaitTimeoutError);
    await startAgent({ address });
    await consumer.waitReady();
    expect(consumer.reader().getInt("my_agent.port")).toBe(8126);
  });

  test("waiting without start says so", async () => {
    const consumer = newConsumer({ address: "127.0.0.1:1" });
    const error = await failureOf(consumer.waitReady({ timeoutMs: 1 }));
    expect(error.message).toContain("start() has not been called");
  });
});

describe.each(isolations)("failures before the first snapshot are named, with isolation %s", (mode) => {
  engineRuns(mode);

  test("a wrong address: the connection, the address and the refusal", async () => {
    const agent = await startAgent();
    await agent.stop();
    const error = await lateFailure(newConsumer(agent), "registration");
    expect(error).toContain(agent.address);
    expect(error).toMatch(/refused|ECONNREFUSED/i);
  });

  test("a missing token file: the credentials and the path", async () => {
    const agent = await startAgent();
    const error = await lateFailure(newConsumer(agent, { authTokenFile: join(dataDir, "nowhere") }), "credentials");
    expect(error).toContain(join(dataDir, "nowhere"));
    expect(error).toContain("does not exist");
  });

  test("a foreign certificate: TLS is what fails, and nothing is sent", async () => {
    const agent = await startAgent();
    const foreignDir = await mkdtemp(join(tmpdir(), "configstream-test-"));
    cleanUps.push(() => rm(foreignDir, { recursive: true, force: true }));
    const foreign = await startAgent({ dataDir: foreignDir });
    const consumer = newConsumer(agent, { ipcCertFile: foreign.ipcCertFile });
    const error = await lateFailure(consumer, "registration");
    expect(error).toMatch(/certificate/i);
    expect(consumer.status().lastError?.code).toBe("tls");
    expect(agent.status().sessions).toBe(0);
  });

  test("a wrong token is refused, and does not appear in any message, status or inspection", async () => {
    const agent = await startAgent();
    const tokenFile = join(dataDir, "wrong_token");
    await writeFile(tokenFile, "wrong-token-1234567890");
    const lines: string[] = [];
    const log = (line: string) => void lines.push(line);
    const logger = { debug: log, info: log, warn: log, error: log };
    const consumer = newConsumer(agent, { authTokenFile: tokenFile, logger });
    const error = await lateFailure(consumer, "registration");
    await until(() => lines.length > 0);
    const everything = `${error} ${inspect(consumer, { depth: 9 })} ${inspect(consumer.status())} ${lines.join(" ")}`;
    expect(everything).not.toContain("wrong-token");
    const rightToken = (await readFile(agent.authTokenFile, "utf8")).trim();
    expect(everything).not.toContain(rightToken);
  });

  test("a fixed session id that is rejected: state failed, retried, the id never shown", async () => {
    const agent = await startAgent();
    const consumer = newConsumer(agent, { sessionId: "made-up-session" });
    await consumer.start();
    await until(() => consumer.status().state === "failed" && consumer.status().attempt > 1);
    const { lastError } = consumer.status();
    expect(lastError?.code).toBe("unauthenticated");
    expect(`${lastError?.message} ${inspect(consumer, { depth: 9, showHidden: true })}`).not.toContain("made-up");
  });

  test("a sessionIdProvider runs in the application's thread and is asked again after a failure", async () => {
    const agent = await startAgent();
    let asked = 0;
    const consumer = newConsumer(agent, {
      sessionIdProvider: async () => {
        asked++;
        throw new TypeError("secret-detail");
      },
    });
    await consumer.start();
    expect(() => consumer.waitReadySync({ timeoutMs: 1_000 })).toThrow(/could never succeed/);
    await until(() => asked >= 3);
    const { message } = await failureOf(consumer.waitReady({ timeoutMs: 0 }));
    expect(message).toContain("sessionIdProvider failed");
    expect(message).not.toContain("secret-detail");
  });

  /** Starts, lets at least one attempt fail, and gives the text of a wait that timed out. */
  async function lateFailure(consumer: Consumer, step: string): Promise<string> {
    await consumer.start();
    await until(() => consumer.status().lastError !== undefined);
    await until(() => consumer.status().step === step);
    const error = await failureOf(consumer.waitReady({ timeoutMs: 0 }));
    expect(error).toBeInstanceOf(WaitTimeoutError);
    expect(error.message).toMatch(/step "(credentials|registration)"/);
    expect(error.message).toContain("last failure:");
    expect(error.message).not.toContain("\n");
    return error.message;
  }
});

describe.each(isolations)("live updates, with isolation %s", (mode) => {
  engineRuns(mode);

  test.runIf(mode === "worker")("a loop that never yields sees an update", async () => {
    const agent = await agentInItsOwnThread();
    const consumer = newConsumer(agent);
    await consumer.start();
    await consumer.waitReady();
    const port = consumer.reader().setting("my_agent.port").asInt();
    expect(port.value).toBe(8126);
    agent.set("my_agent.port", 9_000, 100);
    const giveUpAt = Date.now() + 10_000;
    let turns = 0;
    while (port.value !== 9_000 && Date.now() < giveUpAt) turns++;
    expect(port.value).toBe(9_000);
    expect(consumer.reader().getInt("my_agent.port")).toBe(9_000);
    expect(turns).toBeGreaterThan(0);
  });

  test("a subscription is told of a change, and a getter in the handler is not older than the event", async () => {
    const agent = await startAgent();
    const consumer = await readyConsumer(agent);
    const cfg = consumer.reader();
    const changes = consumer.subscribe({ prefix: "my_agent." });
    const rounds = 200;
    for (let i = 1; i <= rounds; i++) {
      agent.set("my_agent.port", i);
      agent.set("log_level", `level-${i}`);
    }
    let last = 8126;
    for await (const change of changes) {
      expect(change.key).toBe("my_agent.port");
      expect(change.oldValue).toBe(last);
      expect(cfg.getInt("my_agent.port")).toBeGreaterThanOrEqual(change.newValue as number);
      expect(cfg.getSequenceId()).toBeGreaterThanOrEqual(change.sequenceId);
      last = change.newValue as number;
      if (last === rounds) break;
    }
    expect(changes.closed).toBe(true);
    changes.unsubscribe();
  });

  test("a change made right after subscribing is not missed, again and again", async () => {
    const agent = await startAgent();
    const consumer = await readyConsumer(agent);
    for (let i = 1; i <= 30; i++) {
      const changes = consumer.subscribe({ key: "my_agent.port" });
      agent.set("my_agent.port", i);
      for await (const { newValue } of changes) {
        if (newValue === i) break;
      }
    }
  });

  test("a snapshot of many settings does not overrun a subscription that was there before it", async () => {
    const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`many.key_${i}`, i]));
    const agent = await startAgent({ defaults: many });
    const consumer = newConsumer(agent);
    const changes = consumer.subscribe();
    await consumer.start();
    const seen = new Set<string>();
    for await (const { key, oldValue } of changes) {
      expect(oldValue).toBeUndefined();
      seen.add(key);
      if (seen.size === 5_000) break;
    }
    expect(consumer.status().keys).toBe(5_000);
  });

  test("without a subscriber no change is sent to the main thread", async () => {
    const agent = await startAgent();
    const consumer = await readyConsumer(agent);
    agent.set("my_agent.port", 1);
    await until(() => consumer.reader().getInt("my_agent.port") === 1);
    expect(await sample(consumer, "changes_sent")).toBe(0);
    const changes = consumer.subscribe();
    agent.set("my_agent.port", 2);
    await changes[Symbol.asyncIterator]().next();
    expect(await sample(consumer, "changes_sent")).toBe(1);
    changes.unsubscribe();
    agent.set("my_agent.port", 3);
    await until(() => consumer.reader().getInt("my_agent.port") === 3);
    expect(await sample(consumer, "changes_sent")).toBe(1);
  });

  test("a local variable that the stream overrules is reported once, by name only", async () => {
    const agent = await startAgent();
    process.env.DD_MY_AGENT_MODE = "secret-wish";
    cleanUps.push(async () => delete process.env.DD_MY_AGENT_MODE);
    const lines: string[] = [];
    const warn = (line: string) => void lines.push(line);
    const silent = () => {};
    const consumer = await readyConsumer(agent, { logger: { debug: silent, info: silent, warn, error: silent } });
    await until(() => lines.length > 0);
    agent.set("my_agent.mode", "wild");
    await until(() => consumer.reader().getString("my_agent.mode") === "wild");
    expect(lines).toEqual([expect.stringContaining("DD_MY_AGENT_MODE")]);
    expect(lines.join()).not.toContain("secret-wish");
  });

  test("another thread reads what is shared, without a message", async () => {
    const agent = await startAgent();
    const consumer = newConsumer(agent);
    const thread = new Worker(
      `const { workerData, parentPort } = require("node:worker_threads");
       import(${JSON.stringify(dist("index.js"))}).then(({ attachReader }) => {
         const cfg = attachReader(workerData);
         cfg.waitReadySync();
         while (cfg.getInt("my_agent.port") !== 77);
         parentPort.postMessage([cfg.getString("log_level"), cfg.status().state]);
       });`,
      { eval: true, workerData: consumer.share() },
    );
    cleanUps.push(() => thread.terminate());
    const answer = once(thread, "message");
    await consumer.start();
    await consumer.waitReady();
    agent.set("my_agent.port", 77);
    expect((await answer)[0]).toEqual(["info", "live"]);
  });

  test("attachReader refuses what did not come from share()", () => {
    expect(() => attachReader({} as SharedConfig)).toThrow(/consumer\.share\(\)/);
  });
});

describe.each(isolations)("life and death, with isolation %s", (mode) => {
  engineRuns(mode);

  test("when the core agent goes the state is stale and reads go on; when it is back the state is live again", async () => {
    const agent = await startAgent();
    const consumer = await readyConsumer(agent);
    agent.set("my_agent.port", 500);
    await until(() => consumer.reader().getInt("my_agent.port") === 500);
    await agent.stop();
    await until(() => consumer.status().state === "stale");
    expect(consumer.reader().getInt("my_agent.port")).toBe(500);
    expect(consumer.status().lastError).toBeDefined();
    await consumer.waitReady({ timeoutMs: 0 });
    // Sequence ids begin at 0 again, which must not matter.
    await startAgent({ address: agent.address });
    await until(() => consumer.status().state === "live");
    expect(consumer.reader().getInt("my_agent.port")).toBe(8126);
    expect(await sample(consumer, "reconnect_count")).toBeGreaterThan(0);
  });

  test.runIf(mode === "worker")(
    "when the worker is terminated reads go on, and a new one takes over with only the net difference as events",
    async () => {
      const agent = await startAgent();
      const consumer = newConsumer(agent, { backoff: { initialMs: 200, maxMs: 200, floorMs: 200 } });
      const firstWorker = nextWorker();
      await consumer.start();
      await consumer.waitReady();
      const cfg = consumer.reader();
      const port = cfg.setting("my_agent.port").asInt();
      agent.set("to.be.removed", "x");
      await until(() => cfg.isSet("to.be.removed"));
      const events: ConfigChange[] = [];
      consumer.subscribe({ onChange: (change) => events.push(change) });

      const secondWorker = nextWorker();
      await (await firstWorker).terminate();
      await until(() => consumer.status().lastError?.code === "worker_died");
      expect(consumer.status().state).toBe("stale");
      expect(port.value).toBe(8126);
      expect(cfg.getString("my_agent.mode")).toBe("calm");
      agent.set("my_agent.port", 4_000);
      agent.unset("to.be.removed");
      agent.set("brand.new", true);

      await secondWorker;
      await until(() => events.length === 3);
      expect(port.value).toBe(4_000);
      const sorted = events.toSorted((a, b) => a.key.localeCompare(b.key));
      expect(sorted).toMatchObject([
        { key: "brand.new", oldValue: undefined, newValue: true },
        { key: "my_agent.port", oldValue: 8126, newValue: 4_000, source: "agent-runtime" },
        { key: "to.be.removed", oldValue: "x", newValue: undefined, source: "" },
      ]);
      agent.set("my_agent.port", 4_001);
      await until(() => events.length === 4);
      expect(events[3]).toMatchObject({ key: "my_agent.port", oldValue: 4_000, newValue: 4_001 });
      expect(consumer.status()).toMatchObject({ workerRestarts: 1, state: "live", lastError: { code: "worker_died" } });
      expect(await sample(consumer, "worker_restarts")).toBe(1);
    },
  );

  test.runIf(mode === "worker")(
    "a worker that runs out of memory is reported as that, with the option to raise, and the process lives",
    async () => {
      const workerUrl = new URL("data:text/javascript,const all = []; for (;;) all.push(new Array(10000).fill({}));");
      const resourceLimits = { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 4 };
      const consumer = newConsumer({ address: "127.0.0.1:1" }, { workerUrl, resourceLimits });
      const error = await failureOf(consumer.start());
      expect(error).toMatchObject({ code: "worker_died" });
      expect(error.message).toMatch(/out of memory.*resourceLimits/);
      expect(consumer.status()).toMatchObject({ state: "failed", lastError: { code: "worker_died" } });
    },
  );

  test.runIf(mode === "worker")(
    "a worker's young objects have little room unless the application gives them more, whatever else it limits",
    async () => {
      const workerUrl = new URL("data:text/javascript,");
      const given: (number | undefined)[] = [];
      const onWorker = (worker: Worker) => given.push(worker.resourceLimits?.maxYoungGenerationSizeMb);
      process.on("worker", onWorker);
      for (const resourceLimits of [undefined, { maxOldGenerationSizeMb: 100 }, { maxYoungGenerationSizeMb: 33 }]) {
        const consumer = newConsumer({ address: "127.0.0.1:1" }, { workerUrl, resourceLimits });
        await failureOf(consumer.start());
      }
      process.off("worker", onWorker);
      expect(given).toEqual([6, 6, 33]);
    },
  );

  test.runIf(mode === "worker")("start rejects when the worker's file is not there, and names the option", async () => {
    const consumer = newConsumer({ address: "127.0.0.1:1" }, { workerUrl: new URL("file:///nowhere/entry.js") });
    const error = await failureOf(consumer.start());
    expect(error).toMatchObject({ code: "worker_died" });
    expect(error.message).toContain("workerUrl");
  });

  test("stop settles pending waits, ends iterations, is idempotent, and leaves the last settings readable", async () => {
    const agent = await startAgent();
    const consumer = await readyConsumer(agent);
    const notReady = newConsumer({ address: "127.0.0.1:1" });
    await notReady.start();
    const wait = failureOf(notReady.waitReady());
    const iteration = consumer.subscribe()[Symbol.asyncIterator]().next();
    await Promise.all([consumer.stop(), consumer.stop(), notReady.stop()]);
    await consumer.stop();
    expect(await wait).toBeInstanceOf(ConsumerStoppedError);
    expect(await iteration).toEqual({ done: true, value: undefined });
    expect(consumer.status().state).toBe("stopped");
    expect(consumer.reader().getInt("my_agent.port")).toBe(8126);
    expect(await failureOf(consumer.start())).toBeInstanceOf(ConsumerStoppedError);
    const late = consumer.subscribe();
    expect(await late[Symbol.asyncIterator]().next()).toEqual({ done: true, value: undefined });
    late.unsubscribe();
    await until(() => agent.status().subscribers === 0);
  });

  test.runIf(mode === "worker")("stop does not wait for a worker that dies meanwhile", async () => {
    const agent = await startAgent();
    const consumer = newConsumer(agent, { stopTimeoutMs: 600_000 });
    const worker = nextWorker();
    await consumer.start();
    await consumer.waitReady();
    const stopping = consumer.stop();
    await (await worker).terminate();
    await stopping;
  });

  test.runIf(mode === "worker")("a worker that does not answer is ended by force after stopTimeoutMs", async () => {
    const workerUrl = new URL("data:text/javascript,while (true);");
    const consumer = newConsumer({ address: "127.0.0.1:1" }, { workerUrl, stopTimeoutMs: 50 });
    const worker = nextWorker();
    const start = failureOf(consumer.start());
    const exited = worker.then((thread) => once(thread, "exit"));
    await consumer.stop();
    expect(await start).toBeInstanceOf(ConsumerStoppedError);
    await exited;
  });

  test("stop without start, and during start, is harmless", async () => {
    const agent = await startAgent();
    await newConsumer(agent).stop();
    const consumer = newConsumer(agent);
    const started = consumer.start().catch((error: unknown) => error);
    await consumer.stop();
    const outcome = await started;
    if (outcome !== undefined) expect(outcome).toBeInstanceOf(ConsumerStoppedError);
  });

  test("after stop the process exits by itself, and nothing is left that could hold it", async () => {
    const agent = await startAgent();
    const { exitCode, output } = await runModule(`
      import { createConsumer } from "configstream-consumer";
      const consumer = createConsumer(${optionsFor(agent)});
      await consumer.start();
      await consumer.waitReady();
      console.log("port", consumer.reader().getInt("my_agent.port"));
      await consumer[Symbol.asyncDispose]();
      const held = process.getActiveResourcesInfo().filter((name) => !/Pipe|TTY|File|Immediate/.test(name));
      console.log("held", JSON.stringify(held));
    `);
    expect(output).toBe("port 8126\nheld []\n");
    expect(exitCode).toBe(0);
  });

  test.runIf(mode === "worker")(
    "a consumer that is not stopped does not keep the process alive, not even with a loop over its changes",
    async () => {
      const agent = await startAgent();
      const { exitCode, output } = await runModule(`
      import { createConsumer } from "configstream-consumer";
      const consumer = createConsumer(${optionsFor(agent)});
      await consumer.start();
      await consumer.waitReady();
      (async () => { for await (const change of consumer.subscribe()); })();
      console.log("port", consumer.reader().getInt("my_agent.port"));
    `);
      expect(output).toBe("port 8126\n");
      expect(exitCode).toBe(0);
    },
  );

  test.runIf(mode === "worker")(
    "stop is waited for also when the worker does not answer: the process does not end before it",
    async () => {
      const agent = await startAgent();
      const stuck = `
      import { workerData } from "node:worker_threads";
      workerData.events.postMessage({ kind: "up" });
      while (true);
    `;
      const { exitCode, output } = await runModule(`
      import { createConsumer } from "configstream-consumer";
      const workerUrl = new URL("data:text/javascript,${encodeURIComponent(stuck)}");
      const consumer = createConsumer({ ...${optionsFor(agent)}, workerUrl, stopTimeoutMs: 50 });
      await consumer.start();
      await consumer.stop();
      console.log("stopped");
    `);
      expect(output).toBe("stopped\n");
      expect(exitCode).toBe(0);
    },
  );

  test.runIf(mode === "none")("no thread is started, and everything that is told is told in this one", async () => {
    const agent = await startAgent();
    const consumer = newConsumer(agent);
    const workers: unknown[] = [];
    const onWorker = (worker: unknown) => void workers.push(worker);
    process.on("worker", onWorker);
    await consumer.start();
    await consumer.waitReady();
    process.off("worker", onWorker);
    expect(workers).toEqual([]);
    const changes = consumer.subscribe({ key: "my_agent.port" });
    agent.set("my_agent.port", 3);
    expect((await changes[Symbol.asyncIterator]().next()).value).toMatchObject({ oldValue: 8126, newValue: 3 });
    await consumer.stop();
    expect(consumer.status().state).toBe("stopped");
  });
});

describe.each(isolations)("metrics, with isolation %s", (mode) => {
  engineRuns(mode);

  test("the five fixed names are there, and the values are those of the consumer", async () => {
    const agent = await startAgent();
    const consumer = await readyConsumer(agent);
    const text = await consumer.metrics.metrics();
    for (const [name, type] of [
      ["configstream_consumer_time_to_first_snapshot_seconds", "gauge"],
      ["configstream_consumer_last_sequence_id", "gauge"],
      ["configstream_consumer_reconnect_count", "counter"],
      ["configstream_consumer_dropped_stale_updates", "counter"],
      ["configstream_consumer_buffer_overflow_disconnects", "counter"],
    ]) {
      expect(text).toContain(`# TYPE ${name} ${type}\n`);
      expect(text).toMatch(new RegExp(`^${name}\\{client="test-agent"\\} [0-9.]+$`, "m"));
    }
    agent.set("my_agent.port", 1);
    await until(() => consumer.reader().getInt("my_agent.port") === 1);
    expect(await sample(consumer, "last_sequence_id")).toBe(1);
    expect(await sample(consumer, "snapshots_applied")).toBe(1);
    expect(await sample(consumer, "updates_applied")).toBe(1);
    expect(await sample(consumer, "session_registrations")).toBe(1);
  });
});

async function sample(consumer: Consumer, name: string): Promise<number | undefined> {
  const metric = await consumer.metrics.getSingleMetric(`configstream_consumer_${name}`)?.get();
  return metric?.values[0]?.value;
}

/** A core agent that answers while this thread is blocked. */
async function agentInItsOwnThread() {
  const thread = new Worker(
    `const { parentPort, workerData } = require("node:worker_threads");
     import(workerData.module).then(async ({ createCoreAgent }) => {
       const agent = createCoreAgent({ address: "127.0.0.1:0", env: false, ...workerData.options });
       await agent.start();
       parentPort.on("message", async ({ key, value, afterMs }) => {
         if (key === undefined) { await agent.stop(); parentPort.close(); return; }
         setTimeout(() => agent.set(key, value), afterMs);
       });
       parentPort.postMessage(agent.address);
     });`,
    {
      eval: true,
      workerData: {
        module: new URL("../../../packages/configstream/dist/core-agent/index.js", import.meta.url).href,
        options: { defaults, dataDir },
      },
    },
  );
  const [address] = (await once(thread, "message")) as [string];
  cleanUps.push(async () => {
    const exited = once(thread, "exit");
    thread.postMessage({});
    await exited;
  });
  return {
    address,
    set: (key: string, value: number, afterMs: number) => thread.postMessage({ key, value, afterMs }),
  };
}
