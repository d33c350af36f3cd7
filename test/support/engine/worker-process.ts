/** One process without threads: its memory, its disk and what the application's thread has heard, over the lives of its workers. */
import { expect } from "vitest";
import { countWriters } from "../../../src/memory/facts.js";
import { KeyReader } from "../../../src/memory/reader/key-reader.js";
import { createRegionMemory, Region } from "../../../src/memory/region.js";
import { createUntoldMemory, Untold } from "../../../src/memory/untold.js";
import type { Runtime, WorkerMessage } from "../../../src/shared/messages.js";
import type { EngineParams } from "../../../src/shared/params.js";
import type { ConfigValue, SharedMemory } from "../../../src/shared/types.js";
import type { Credentials } from "../../../src/worker/ports.js";
import { createRuntime } from "../../../src/worker/runtime.js";
import { testParams } from "./engine-bench.js";
import { FakeTransport } from "./fake-transport.js";
import { VirtualClock } from "./virtual-clock.js";

export class WorkerProcess {
  readonly clock = new VirtualClock();
  transport = new FakeTransport(() => this.clock.monotonic());
  readonly memory: SharedMemory = createRegionMemory(2 ** 24, this.clock);
  readonly region = new Region(this.memory, this.clock);
  readonly untold = createUntoldMemory();
  posted: WorkerMessage[] = [];
  env: { readonly [name: string]: string } = {};
  file: string | undefined;
  /** What each write of it waits for. */
  beforeWrite = async (): Promise<void> => {};
  credentials: Credentials = { token: "t", certificate: "", privateKey: "" };
  readonly #reader = new KeyReader(this.region);

  /** A worker that begins. */
  async start(params: Partial<EngineParams> = {}): Promise<Runtime> {
    const runtime = this.make(params);
    runtime.start();
    await this.clock.settle();
    return runtime;
  }

  /** `writers`: how many there were when it was asked for. */
  make(params: Partial<EngineParams> = {}, writers = countWriters(this.region)): Runtime {
    this.transport = new FakeTransport(() => this.clock.monotonic());
    return createRuntime(
      {
        memory: this.memory,
        untold: this.untold,
        writers,
        params: { ...testParams, ...params },
        logs: true,
        sessionIdProvider: undefined,
        onDefect: (error) => expect(error).toBeUndefined(),
        post: (message) => void this.posted.push(message),
        poll() {},
      },
      {
        clock: this.clock,
        random: () => 0.5,
        env: this.env,
        engine: { defer: this.clock.defer },
        files: {
          read: async () => (this.file === undefined ? undefined : Buffer.from(this.file)),
          write: async (_path, pieces) => {
            await this.beforeWrite();
            this.file = [...pieces].join("");
          },
          removeLeftovers: async () => {},
        },
        region: (memory) => new Region(memory, this.clock),
        untold: (memory) => new Untold(memory),
        transport: () => this.transport,
        credentials: (_params, onLocated) => ({
          read: async () => {
            onLocated("localhost:7777");
            return this.credentials;
          },
        }),
      },
    );
  }

  async snapshot(sequenceId: number, settings: Record<string, ConfigValue>): Promise<void> {
    this.transport.stream.snapshot(sequenceId, settings);
    await this.clock.settle();
  }

  async set(sequenceId: number, key: string, value: ConfigValue): Promise<void> {
    this.transport.stream.update(sequenceId, key, value);
    await this.clock.settle();
  }

  read(key: string): ConfigValue | undefined {
    return this.#reader.entry(key).state.value;
  }

  /** What was posted of one kind since the last look. */
  take<Kind extends WorkerMessage["kind"]>(kind: Kind): Extract<WorkerMessage, { kind: Kind }>[] {
    const found = this.posted.filter((message) => message.kind === kind);
    this.posted = this.posted.filter((message) => message.kind !== kind);
    return found as Extract<WorkerMessage, { kind: Kind }>[];
  }

  lines(level: string): string[] {
    return this.take("log").flatMap((line) => (line.level === level ? [line.message] : []));
  }
}
