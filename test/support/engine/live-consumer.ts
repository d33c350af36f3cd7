/** Real core agents and consumers in a folder of their own, for one test file. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type CoreAgent, type CoreAgentOptions, createCoreAgent } from "configstream/core-agent";
import { type Consumer, type ConsumerOptions, createConsumer } from "configstream-consumer";
import { afterEach, beforeEach } from "vitest";
import { putCertificate } from "../agents/ready-certificate.js";

export interface LiveTest {
  /** A folder that is removed after the test; the core agent's credentials are in it. */
  readonly folder: string;
  startAgent(options?: CoreAgentOptions): Promise<CoreAgent>;
  /** Not started yet; stopped after the test. */
  newConsumer(agent: Pick<CoreAgent, "address">, options?: Partial<ConsumerOptions>): Consumer;
  cleanUp(task: () => Promise<unknown>): void;
}

/** Registers the hooks, and gives what the tests of a file work with. */
export function liveTest(defaults: CoreAgentOptions["defaults"] = {}): LiveTest {
  let folder = "";
  const cleanUps: (() => Promise<unknown>)[] = [];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "configstream-test-"));
  });
  afterEach(async () => {
    for (const task of cleanUps.splice(0).reverse()) await task();
    await rm(folder, { recursive: true, force: true });
  });
  return {
    get folder() {
      return folder;
    },
    cleanUp: (task) => void cleanUps.push(task),
    async startAgent(options) {
      await putCertificate(options?.dataDir ?? folder);
      const agent = createCoreAgent({ address: "127.0.0.1:0", env: false, defaults, dataDir: folder, ...options });
      await agent.start();
      cleanUps.push(() => agent.stop());
      return agent;
    },
    newConsumer(agent, options) {
      const consumer = createConsumer({
        clientName: "test-agent",
        coreAgentAddress: agent.address,
        authTokenFile: join(folder, "auth_token"),
        ipcCertFile: join(folder, "ipc_cert.pem"),
        backoff: { initialMs: 20, maxMs: 100, floorMs: 10 },
        credentialsPollMs: 20,
        readyTimeoutMs: 10_000,
        ...options,
      });
      cleanUps.push(() => consumer.stop());
      return consumer;
    },
  };
}

/** Waits for a condition; the test's own time limit bounds it. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await delay(5);
}

/** The value of a metric's only series, or of that with these labels; `undefined` when there is none. */
export async function sample(consumer: Pick<Consumer, "metrics">, name: string): Promise<number | undefined> {
  const metric = await consumer.metrics.getSingleMetric(`configstream_consumer_${name}`)?.get();
  return metric?.values[0]?.value;
}

/** A logger that keeps its lines. */
export function keepingLogger() {
  const lines: { readonly level: string; readonly message: string }[] = [];
  const at = (level: string) => (message: string) => void lines.push({ level, message });
  return { lines, debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}
