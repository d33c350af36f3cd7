/** An engine in virtual time with a fake core agent, and a record of everything that it does to its ports. */
import type { CounterName } from "../../../src/memory/counters.js";
import { ConfigStreamError } from "../../../src/shared/errors.js";
import { defaultOverrides, defaultSourcePriority, type EngineParams } from "../../../src/shared/params.js";
import type { ConfigValue, EffectiveChange } from "../../../src/shared/types.js";
import { createEngine, type Engine } from "../../../src/worker/engine/engine.js";
import type { Credentials, EnginePorts, EngineStatus, Publication } from "../../../src/worker/ports.js";
import { planted, saw } from "../secret-net/net.js";
import { FakeTransport } from "./fake-transport.js";
import { VirtualClock } from "./virtual-clock.js";

export const testParams: EngineParams = {
  clientName: "test-client",
  displayName: "Test client",
  coreAgentAddress: "localhost:5001",
  authTokenFile: "/run/auth_token",
  ipcCertFile: "/run/ipc_cert.pem",
  tls: true,
  session: { kind: "register" },
  sourcePriority: defaultSourcePriority,
  overrides: defaultOverrides,
  dialect: "auto",
  maxReceiveMessageBytes: 128 * 1024 * 1024,
  resyncTimeoutMs: 5_000,
  settleMs: 0,
  credentialsTimeoutMs: 60_000,
  credentialsPollMs: 2_000,
  callTimeoutMs: 10_000,
  backoff: { initialMs: 500, maxMs: 30_000, floorMs: 250, factor: 2, resetAfterMs: 60_000 },
  keepaliveIntervalMs: 30_000,
  keepaliveTimeoutMs: 10_000,
  keepaliveRefusedIntervalMs: 330_000,
  limits: { maxKeys: 1_000, maxValueBytes: 16 * 1024 * 1024, maxRegionBytes: 1024 * 1024 * 1024 },
};

export interface LogLine {
  readonly level: string;
  readonly message: string;
  readonly atMs: number;
}

export class EngineBench {
  readonly clock = new VirtualClock();
  readonly transport = new FakeTransport(() => this.clock.monotonic());
  readonly engine: Engine;
  readonly publications: Publication[] = [];
  readonly notified: Publication[] = [];
  readonly statuses: EngineStatus[] = [];
  readonly counts = new Map<CounterName, number>();
  readonly lines: LogLine[] = [];
  readonly order: string[] = [];
  readonly defects: ConfigStreamError[] = [];
  messages = 0;
  credentialReads = 0;
  /** Uniform in [0, 1); 0.5 keeps every jitter in the middle. */
  random = 0.5;
  readCredentials: () => Promise<Credentials> = async () => ({
    token: planted("token"),
    certificate: "c",
    privateKey: planted("key"),
  });
  refusePublication: (publication: Publication) => boolean = () => false;

  /** Settings that are left out of a publication. */
  skips: (key: string, value: ConfigValue) => boolean = () => false;
  /** Where the states go as well, such as into a region. */
  onPublish: (publication: Publication) => void = () => {};

  constructor(params: Partial<EngineParams> = {}, sessionIdProvider?: () => Promise<string>) {
    const ports: EnginePorts = {
      clock: this.clock,
      random: () => this.random,
      transport: this.transport,
      credentials: {
        read: () => {
          this.credentialReads++;
          return this.readCredentials();
        },
      },
      states: {
        show: (publication, commit) => {
          const isSkipped = ({ key, setting }: EffectiveChange): boolean =>
            setting !== undefined && this.skips(key, setting.value);
          const changes = publication.changes.filter((change) => !isSkipped(change));
          const shown = changes.length === publication.changes.length ? publication : { ...publication, changes };
          this.#publish(shown);
          const error = (key: string) => new ConfigStreamError("limit_exceeded", `"${key}" is unfit.`);
          commit(publication.changes.filter(isSkipped).map(({ key }) => ({ key, error: error(key) })));
          this.notified.push(shown);
          this.order.push(`notify ${publication.sequenceId}`);
        },
      },
      status: {
        set: (status) => {
          this.statuses.push(status);
          saw("status", JSON.stringify(status));
          this.order.push(`status ${status.state}`);
        },
        count: (counter, by = 1) => this.counts.set(counter, (this.counts.get(counter) ?? 0) + by),
        messageReceived: () => {
          this.messages++;
        },
      },
      sessionIdProvider,
      log: (level, message) => {
        this.lines.push({ level, message, atMs: this.clock.monotonic() });
        saw("log", message);
      },
      onDefect: (error) => this.defects.push(error),
    };
    this.engine = createEngine({ ...testParams, ...params }, ports, { defer: this.clock.defer });
  }

  #publish(publication: Publication): void {
    if (this.refusePublication(publication)) {
      throw new ConfigStreamError("limit_exceeded", "Too large for the test.");
    }
    this.onPublish(publication);
    this.publications.push(publication);
    this.order.push(`publish ${publication.sequenceId}`);
  }

  get status(): EngineStatus {
    const status = this.statuses.at(-1);
    if (status === undefined) throw new Error("No status was set.");
    return status;
  }

  count(counter: CounterName): number {
    return this.counts.get(counter) ?? 0;
  }

  /** Log lines at a level that people see. */
  get visibleLines(): LogLine[] {
    return this.lines.filter((line) => line.level !== "debug");
  }

  /** What readers see, from all publications. */
  get visible(): Record<string, unknown> {
    const values: Record<string, unknown> = {};
    for (const { changes } of this.publications) {
      for (const { key, setting } of changes) {
        if (setting === undefined) delete values[key];
        else values[key] = setting.value;
      }
    }
    return values;
  }

  /** Starts and waits until the first stream is open. */
  async start(): Promise<void> {
    this.engine.start();
    await this.clock.settle();
  }

  /** Starts and delivers a first snapshot. */
  async goLive(settings: Record<string, string | number> = { a: 1 }, sequenceId = 1): Promise<void> {
    await this.start();
    this.transport.stream.snapshot(sequenceId, settings);
    await this.clock.settle();
  }
}
