/** A core agent and consumers for one test file, with what must be tidied up after each test. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { setEnvironmentData } from "node:worker_threads";
import { type CoreAgent, type CoreAgentOptions, createCoreAgent } from "configstream/core-agent";
import { type Consumer, type ConsumerOptions, createConsumer } from "configstream-consumer";
import { inject } from "vitest";
import { putCertificate } from "../support/agents/ready-certificate.js";
import { newProbe } from "./words.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
let probes = 0;

/** Takes a function to call when the test is over: its context's `onTestFinished`. */
export type Tidy = (tidyUp: () => void | Promise<void>) => void;

/** A core agent that ends with the test. */
export async function startAgent(tidy: Tidy, options: CoreAgentOptions = {}): Promise<CoreAgent> {
  const dataDir = await mkdtemp(join(tmpdir(), "configstream-life-"));
  await putCertificate(dataDir);
  const agent = createCoreAgent({ address: "127.0.0.1:0", env: false, dataDir, defaults: { "a.b": 1 }, ...options });
  await agent.start();
  tidy(async () => {
    await agent.stop();
    await rm(dataDir, { recursive: true, force: true });
  });
  return agent;
}

/** Options for a consumer of this core agent. */
export function optionsFor(agent: Pick<CoreAgent, "address" | "authTokenFile" | "ipcCertFile">) {
  const { address, authTokenFile, ipcCertFile } = agent;
  const backoff = { initialMs: 20, maxMs: 100, floorMs: 10 };
  return { clientName: "life", coreAgentAddress: address, authTokenFile, ipcCertFile, backoff, credentialsPollMs: 20 };
}

/** A consumer that ends with the test, and the probe of its workers. */
export function newConsumer(tidy: Tidy, agent: CoreAgent, options: Partial<ConsumerOptions> = {}) {
  const name = `probe-${++probes}`;
  const words: Int32Array = newProbe();
  setEnvironmentData(name, words);
  // Without the set-up of all tests, as when one is run to notice mistakes, its modules are loaded one by one.
  const bundled: string | undefined = inject("lifeProbe");
  const entry = new URL(`${bundled ?? "./probe-entry.mjs"}?probe=${name}`, import.meta.url);
  // A worker that is started from a file does not see its address's query, but a module that is imported does.
  const workerUrl = new URL(`data:text/javascript,${encodeURIComponent(`import ${JSON.stringify(entry.href)};`)}`);
  const consumer = createConsumer({ ...optionsFor(agent), workerUrl, readyTimeoutMs: 15_000, ...options });
  tidy(() => consumer.stop());
  return { consumer, words };
}

/** As {@link newConsumer}, and waits until it is ready. */
export async function readyConsumer(tidy: Tidy, agent: CoreAgent, options: Partial<ConsumerOptions> = {}) {
  const made = newConsumer(tidy, agent, options);
  await made.consumer.start();
  await made.consumer.waitReady();
  return made;
}

/** Waits for a condition; the test's own time limit bounds it. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** The value of one of a consumer's metrics. */
export async function sample(consumer: Consumer, name: string): Promise<number | undefined> {
  const metric = await consumer.metrics.getSingleMetric(`configstream_consumer_${name}`)?.get();
  return metric?.values[0]?.value;
}

/**
 * Runs an ES module in a process of its own, with `options` and the library in scope; resolves when it has ended by itself.
 * `onOutput` is called with all output so far, as it comes.
 */
export async function runModule(
  tidy: Tidy,
  code: string,
  options: object = {},
  onOutput: (output: string, child: ReturnType<typeof spawn>) => void = () => {},
): Promise<{ exitCode: number | null; output: string }> {
  const prelude = `import { attachReader, createConsumer } from "configstream-consumer";\nconst options = ${JSON.stringify(options)};\n`;
  const flags = ["--unhandled-rejections=strict", "--expose-gc", "--input-type=module"];
  const child = spawn(process.execPath, [...flags, "-e", prelude + code], { cwd: root });
  tidy(() => void child.kill("SIGKILL"));
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk) => {
      output += chunk;
      onOutput(output, child);
    });
  }
  const [exitCode] = await once(child, "close");
  return { exitCode: exitCode as number | null, output };
}
