/** A core agent of the virtual host: the shipped one's settings, dialects, sessions and streams, without sockets and files. */

import { Registrations } from "../../../packages/configstream/src/core-agent/clients/registrations.js";
import { Reports } from "../../../packages/configstream/src/core-agent/clients/reports.js";
import { Sent } from "../../../packages/configstream/src/core-agent/clients/sent.js";
import {
  createSpokenDialect,
  type DialectName,
} from "../../../packages/configstream/src/core-agent/dialects/spoken.js";
import { createFaults, type Faults } from "../../../packages/configstream/src/core-agent/faults.js";
import type { RegisterServices } from "../../../packages/configstream/src/core-agent/options.js";
import { createAuthorizer } from "../../../packages/configstream/src/core-agent/serving/auth.js";
import { createBroadcaster } from "../../../packages/configstream/src/core-agent/serving/broadcaster.js";
import { registryMethods, streamMethod } from "../../../packages/configstream/src/core-agent/serving/methods.js";
import { createRegistryService } from "../../../packages/configstream/src/core-agent/serving/registry-service.js";
import { reportServices } from "../../../packages/configstream/src/core-agent/serving/report-service.js";
import { createSessionRegistry } from "../../../packages/configstream/src/core-agent/serving/sessions.js";
import { createStreams } from "../../../packages/configstream/src/core-agent/serving/streams.js";
import { createSourceOrder } from "../../../packages/configstream/src/core-agent/settings/layer-store.js";
import { judgeSetting } from "../../../packages/configstream/src/core-agent/settings/setting-checks.js";
import { createSettings } from "../../../packages/configstream/src/core-agent/settings/settings.js";
import { createStore, type Store, type StoreParams } from "../../../packages/configstream/src/store/store.js";
import type { Clock } from "../../../src/shared/clock.js";
import { defaultSourcePriority } from "../../../src/shared/params.js";
import type { ConfigValue } from "../../../src/shared/types.js";
import { encodeSnapshot, encodeUpdate } from "../../../src/wire/event-encoder.js";
import { agentSecureService, remoteAgentService } from "../../../src/wire/service-names.js";
import { storePrefix } from "./cluster.js";
import type { Wire } from "./network.js";
import { ServerSide, type Service } from "./server-call.js";

export interface AgentOptions {
  readonly clock: Clock;
  readonly token: string;
  readonly dialect: DialectName;
  readonly services: RegisterServices;
  readonly subscriberBuffer: number;
  readonly refreshSecs: number;
  readonly firstSequenceId: number;
  readonly newId: () => string;
  /** The store that a layer comes from, if any. */
  readonly store: Pick<StoreParams, "connect" | "random"> | undefined;
  /** The state of this revision is about to be sent. */
  readonly onStore: (revision: number) => void;
  /** What is there at its start. */
  readonly writes: readonly Write[];
  readonly files: ReadonlyMap<string, ConfigValue>;
}

/** One change of one layer; `undefined` clears the key. */
export interface Write {
  readonly key: string;
  readonly source: string;
  readonly value: ConfigValue | undefined;
}

type StreamCall = Parameters<ReturnType<typeof createStreams>["handler"]>[0];

const sessionIdleTimeoutMs = 30_000;
const unavailable = 14;

/** One process of a core agent, from its start to its end. */
export class Agent {
  readonly faults: Faults;
  readonly #settings;
  readonly #broadcaster;
  readonly #sessions;
  readonly #streams;
  readonly #reports;
  readonly #services: readonly Service[];
  readonly #sides = new Map<ServerSide, Wire>();
  readonly #store: Store | undefined;
  readonly #sessionIds: string[] = [];
  readonly #clock: Clock;
  #forgetsNext = false;
  /** By then, streams whose sessions it has forgotten have ended at both ends. */
  #forgottenUntilMs = 0;

  constructor(options: AgentOptions) {
    const { clock, dialect: name, newId } = options;
    const log = (): void => {};
    this.#clock = clock;
    this.#settings = createSettings({
      defaults: {},
      env: {},
      sourcePriority: defaultSourcePriority,
      log,
      onChange: (changes) => this.#broadcaster.publish(changes),
    });
    const { settings } = this.#settings.store;
    const dialect = createSpokenDialect(name, settings, createSourceOrder(defaultSourcePriority));
    this.#broadcaster = createBroadcaster({
      origin: "core-agent",
      dialect,
      settings,
      subscriberBuffer: options.subscriberBuffer,
      onExhausted: () => this.#streams.end(unavailable, "ids are used up"),
    });
    this.change(options.writes);
    this.files(options.files);
    // What is there at start is no change.
    this.#broadcaster.restartFrom(options.firstSequenceId);
    this.#sessions = createSessionRegistry(clock, sessionIdleTimeoutMs, () => {
      const id = newId();
      this.#sessionIds.push(id);
      return id;
    });
    this.#reports = new Reports(this.#sessions, () => clock.now());
    const { faults, tap } = createFaults({
      origin: "core-agent",
      sequenceId: () => this.#broadcaster.sequenceId,
      restartFrom: (id) => this.#broadcaster.restartFrom(id),
      switchDialect: (to) => dialect.switchTo(to),
      endStreams: (code, details) => this.#streams.end(code, details),
      evictSessions: () => this.#sessions.clear(),
    });
    this.faults = faults;
    const parts = {
      authorize: createAuthorizer(options.token),
      sessions: this.#sessions,
      registrations: new Registrations(this.#sessions, () => clock.now()),
      reports: this.#reports,
      recommendedRefreshIntervalSecs: options.refreshSecs,
      broadcaster: this.#broadcaster,
      sent: new Sent(),
      tap,
      log,
      clock,
      sessionIdleTimeoutMs,
    };
    this.#streams = createStreams(parts);
    this.#streams.start();
    const registry = createRegistryService(parts);
    const at = (service: typeof agentSecureService | typeof remoteAgentService): Service => ({
      definition: registryMethods(service),
      implementation: registry,
    });
    this.#services = [
      {
        definition: streamMethod(),
        implementation: { StreamConfigEvents: (call: StreamCall) => this.#openStream(call) },
      },
      ...(options.services === "remote-agent" ? [] : [at(agentSecureService)]),
      ...(options.services === "agent-secure" ? [] : [at(remoteAgentService)]),
      ...reportServices(parts, options.services),
    ];
    this.#store = this.#storeOf(options);
    void this.#store?.open();
  }

  /** Revision of the store that is served; `undefined`: it is not followed at present. */
  get storeRevision(): number | undefined {
    const status = this.#store?.status();
    return status?.state === "live" ? status.revision : undefined;
  }

  /** An event of long ago, on every open stream. */
  sendOlder(kind: "update" | "snapshot"): void {
    const id = (this.sequenceId - 1_000) | 0;
    const setting = { source: "cli", key: "configstream.stale_probe", value: true, unsetSource: "" };
    const { bytes } =
      kind === "update" ? encodeUpdate("core-agent", id, setting) : encodeSnapshot("core-agent", id, []);
    this.faults.send(bytes);
  }

  evictSessions(): void {
    this.faults.evictSessions();
    this.#forgottenUntilMs = this.#clock.monotonic() + sessionIdleTimeoutMs / 3 + 1_000;
  }

  /** Whether streams may be open whose sessions it has forgotten: they look as if they would stay. */
  get hasForgotten(): boolean {
    return this.#clock.monotonic() < this.#forgottenUntilMs;
  }

  /** Whether the next stream is accepted, and nothing is ever sent on it. */
  forgetNextStream(forgets: boolean): void {
    this.#forgetsNext = forgets;
  }

  accept(wire: Wire): ServerSide {
    const side = new ServerSide(wire, this.#services, (gone) => this.#sides.delete(gone));
    this.#sides.set(side, wire);
    return side;
  }

  /** One change set of what was asked for at run time. */
  change(writes: readonly Write[]): void {
    this.#settings.apply(writes);
  }

  /** What its files hold now, as one change set. */
  files(leaves: ReadonlyMap<string, ConfigValue>): void {
    this.#settings.applyFiles(leaves);
  }

  get sequenceId(): number {
    return this.#broadcaster.sequenceId;
  }

  get subscribers(): number {
    return this.#broadcaster.subscribers;
  }

  get sessions(): number {
    return this.#sessions.size;
  }

  get connections(): number {
    return this.#sides.size;
  }

  get counts() {
    return this.#broadcaster.counts;
  }

  /** How many issues each live session has open. Which one is the present one is not known: a call of a worker that died may come late. */
  get openIssues(): readonly number[] {
    const live = this.#sessionIds.filter((id) => this.#sessions.has(id));
    return live.map((id) => this.#reports.by(id).issues.length);
  }

  #openStream(call: StreamCall): void {
    if (!this.#forgetsNext) {
      this.#streams.handler(call);
      return;
    }
    this.#forgetsNext = false;
    // Somebody has to listen to the end of a call.
    call.on("cancelled", () => {});
  }

  #storeOf({ store, clock, onStore }: AgentOptions): Store | undefined {
    if (store === undefined) return undefined;
    return createStore({
      ...store,
      endpoints: ["a:1", "b:1", "c:1"],
      layers: { "remote-config": storePrefix },
      tls: undefined,
      auth: undefined,
      startTimeoutMs: 5_000,
      dataDir: undefined,
      clock,
      log() {},
      judge: judgeSetting,
      onChange: (writes, revision) => {
        onStore(revision);
        this.#settings.change(writes, { kind: "store", revision });
      },
    });
  }

  /** It is gone, and the machine closes its sockets. */
  end(): void {
    this.#streams.stop();
    void this.#store?.close();
    for (const wire of [...this.#sides.values()]) wire.leave("server", true);
  }
}
