/** What integration tests make and remove without a trace: folders, core agents, consumers, processes. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type CoreAgent, type CoreAgentOptions, createCoreAgent } from "configstream/core-agent";
import { type Consumer, type ConsumerOptions, createConsumer } from "configstream-consumer";
import { afterEach } from "vitest";
import { putCertificate } from "../agents/ready-certificate.js";
import { until } from "../suites/until.js";

export { until };

export const root = fileURLToPath(new URL("../../..", import.meta.url));
/** Address of a built file. */
export const dist = (path: string): string => new URL(`../../../dist/${path}`, import.meta.url).href;
/** Quick enough for tests that wait for the second attempt. */
export const quickBackoff = { initialMs: 20, maxMs: 100, floorMs: 10 };

/** A process of its own, and what it has printed. */
export interface Child {
  readonly output: string;
  /** Resolves when the text has been printed; rejects when the process ends without it. */
  printed(text: string): Promise<void>;
  send(message: unknown): void;
  signal(signal: NodeJS.Signals): void;
  /** The next message. */
  message(): Promise<unknown>;
  /** Asks it to end, unless a signal is given by SIGTERM; resolves with the exit code. */
  end(signal?: NodeJS.Signals): Promise<number | null>;
  /** Exit code, once it has ended by itself. */
  readonly ended: Promise<number | null>;
}

export type Environment = Readonly<Record<string, string | undefined>>;

export class Workshop {
  readonly #cleanUps: (() => unknown)[] = [];

  /** `hook` says when everything is removed: after each test, or with `afterAll` after the block. */
  constructor(hook: (clear: () => Promise<void>) => void = afterEach) {
    hook(() => this.clear());
  }

  /** Runs after the test, in reverse order. */
  after(cleanUp: () => unknown): void {
    this.#cleanUps.push(cleanUp);
  }

  async clear(): Promise<void> {
    for (const cleanUp of this.#cleanUps.splice(0).reverse()) await cleanUp();
  }

  async folder(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), "configstream-test-"));
    this.after(() => rm(folder, { recursive: true, force: true }));
    return folder;
  }

  async file(name: string, text: string): Promise<string> {
    const path = join(await this.folder(), name);
    await writeFile(path, text);
    return path;
  }

  async agent(options: CoreAgentOptions = {}): Promise<CoreAgent> {
    const dataDir = options.dataDir ?? (await this.folder());
    await putCertificate(dataDir);
    const agent = createCoreAgent({ address: "127.0.0.1:0", env: false, dataDir, ...options });
    await agent.start();
    this.after(() => agent.stop());
    return agent;
  }

  /** Not started. */
  consumer(agent: AgentPlace, options: Partial<ConsumerOptions> = {}): Consumer {
    const consumer = createConsumer({ ...optionsFor(agent), ...options });
    this.after(() => consumer.stop());
    return consumer;
  }

  async readyConsumer(agent: AgentPlace, options: Partial<ConsumerOptions> = {}): Promise<Consumer> {
    const consumer = this.consumer(agent, options);
    await consumer.start();
    await consumer.waitReady();
    return consumer;
  }

  /** Starts Node.js in the project's folder. */
  node(args: readonly string[], env: Environment = {}): Child {
    const child = spawn(process.execPath, args, {
      cwd: root,
      env: { ...process.env, NODE_OPTIONS: "", ...env },
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    let output = "";
    const take = (chunk: Buffer): void => {
      output += chunk.toString();
    };
    child.stdout?.on("data", take);
    child.stderr?.on("data", take);
    const ended = once(child, "close").then(([code]) => code as number | null);
    let hasEnded = false;
    void ended.then(() => {
      hasEnded = true;
    });
    this.after(async () => {
      child.kill("SIGKILL");
      await ended;
    });
    return {
      get output() {
        return output;
      },
      ended,
      async printed(text) {
        await until(() => output.includes(text) || hasEnded);
        if (!output.includes(text)) throw new Error(`The process ended without printing "${text}":\n${output}`);
      },
      send: (message) => void child.send(message as object),
      signal: (signal) => void child.kill(signal),
      message: async () => (await once(child, "message"))[0],
      end(signal = "SIGTERM") {
        child.kill(signal);
        return ended;
      },
    };
  }

  /** Runs the text of an ES module. */
  module(code: string, env: Environment = {}): Child {
    return this.node(["--unhandled-rejections=strict", "--input-type=module", "-e", code], env);
  }
}

export type AgentPlace = Pick<CoreAgent, "address" | "authTokenFile" | "ipcCertFile">;

/** Options of a consumer of this core agent. Can be written as JSON. */
export function optionsFor({ address, authTokenFile, ipcCertFile }: AgentPlace) {
  return {
    clientName: "test-agent",
    coreAgentAddress: address,
    authTokenFile,
    ipcCertFile,
    backoff: quickBackoff,
    credentialsPollMs: 20,
    readyTimeoutMs: 10_000,
  } satisfies ConsumerOptions;
}

/** The variables by which a consumer finds this core agent. */
export function variablesFor({ address, authTokenFile, ipcCertFile }: AgentPlace) {
  const [host, port] = address.split(":") as [string, string];
  return {
    DD_CMD_HOST: host,
    DD_CMD_PORT: port,
    DD_AUTH_TOKEN_FILE_PATH: authTokenFile,
    DD_IPC_CERT_FILE_PATH: ipcCertFile,
  };
}

/** What a promise rejects with. */
export async function failureOf(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error("The promise was expected to reject.");
}
