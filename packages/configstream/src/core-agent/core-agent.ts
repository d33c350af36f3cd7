/** Puts the core agent together: layers in, events out. */
import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { status as grpcStatus } from "@grpc/grpc-js";
import { ConfigStreamError, type ConfigValue, createConfigFiles, formatAddress } from "configstream-consumer/internal";
import { createAuthorizer } from "./auth.js";
import { createBroadcaster } from "./broadcaster.js";
import { credentialPaths, ensureCredentials } from "./credentials.js";
import { createSpokenDialect } from "./dialects/spoken.js";
import { createFaults, type Faults } from "./faults.js";
import type { EffectiveSetting } from "./layer-store.js";
import { createSourceOrder } from "./layer-store.js";
import { createAgentMetrics, type Registry } from "./metrics.js";
import { type CoreAgentOptions, resolveOptions } from "./options.js";
import { type AgentServer, createAgentServer } from "./server.js";
import { createSessionRegistry } from "./sessions.js";
import { createSettings } from "./settings.js";

/** One change for `setMany`. */
export interface SettingEntry {
  readonly key: string;
  readonly value: ConfigValue;
  /** Default: `agent-runtime`. */
  readonly source?: string;
}

/** Where a core agent stands. */
export interface CoreAgentStatus {
  /** Sessions that have not expired. */
  readonly sessions: number;
  /** Open streams. */
  readonly subscribers: number;
  readonly sequenceId: number;
  /** Number of keys. */
  readonly settings: number;
}

/** A core agent. Make it with {@link createCoreAgent}. */
export interface CoreAgent {
  /**
   * Reads files, environment and credentials, and listens. May be called again; the first call decides.
   *
   * Rejects with a `ConfigStreamError` of code `invalid_config_file`, `credentials`, `address_unavailable` or `stopped`;
   * everything that was already open is then closed, and the agent is stopped.
   */
  start(): Promise<void>;
  /** Ends streams, frees the port, stops watching. Idempotent; settings stay readable. */
  stop(): Promise<void>;
  /** As `stop`. */
  [Symbol.asyncDispose](): Promise<void>;
  /** `host:port`, with the real port after `start`. */
  readonly address: string;
  /** Path of the token that consumers must show. */
  readonly authTokenFile: string;
  /** Path of the certificate, with its key, that both sides show. */
  readonly ipcCertFile: string;
  /** Gives a key a value in one layer. A value that the layer already has changes nothing. */
  set(key: string, value: ConfigValue, source?: string): void;
  /** Clears a key in one layer. */
  unset(key: string, source?: string): void;
  /** Sets in order; each real change has its own sequence id and update. */
  setMany(entries: readonly SettingEntry[]): void;
  /** What a key resolves to, with all its layers. */
  get(key: string): EffectiveSetting | undefined;
  /** A copy of all settings as they are now. */
  settings(): ReadonlyMap<string, EffectiveSetting>;
  /** Counts every change that subscribers are told; what is there at start is state 0. */
  readonly sequenceId: number;
  /** A prom-client registry of the core agent's own. */
  readonly metrics: Registry;
  /** Where it stands, and who is connected. */
  status(): CoreAgentStatus;
  /** Misbehaviour on request, for tests of consumers. */
  readonly faults: Faults;
}

const runtimeSource = "agent-runtime";

/** @throws InvalidOptionError when an option has a wrong name, type or value. */
export function createCoreAgent(options: CoreAgentOptions = {}): CoreAgent {
  const resolved = resolveOptions(options, randomUUID);
  const { clock, dataDir, log, origin } = resolved;
  /** What is there at start is not a change. */
  let counting = false;
  const { store, known, set, unset, applyFiles } = createSettings({
    ...resolved,
    onChange: (change) => {
      if (counting) broadcaster.publish(change);
    },
  });
  const dialect = createSpokenDialect(resolved.dialect, store.settings, createSourceOrder(resolved.sourcePriority));
  const broadcaster = createBroadcaster({
    origin,
    dialect,
    settings: store.settings,
    subscriberBuffer: resolved.subscriberBuffer,
    onExhausted: () => server?.endStreams(grpcStatus.UNAVAILABLE, "The sequence ids are used up; open a new stream."),
  });
  const sessions = createSessionRegistry(clock, resolved.sessionIdleTimeoutMs, randomUUID);
  const metrics = createAgentMetrics(broadcaster, resolved.registry);
  const { faults, tap } = createFaults({
    origin,
    sequenceId: () => broadcaster.sequenceId,
    restartFrom: (id) => broadcaster.restartFrom(id),
    switchDialect: (name) => dialect.switchTo(name),
    endStreams: (code, details) => server?.endStreams(code, details),
    evictSessions: () => sessions.clear(),
  });
  const files = createConfigFiles({
    paths: resolved.configFiles,
    known,
    clock,
    log,
    onChange: (leaves) => {
      const changes = applyFiles(leaves);
      if (counting && changes > 0) log("info", `An edit of the configuration files changed ${changes} settings.`);
    },
  });
  let server: AgentServer | undefined;
  let { port } = resolved.address;
  let starting: Promise<void> | undefined;
  let stopping: Promise<void> | undefined;

  const open = async (): Promise<void> => {
    await files.read();
    await files.watch();
    counting = true;
    const credentials = await ensureCredentials(dataDir);
    server = createAgentServer({
      ...resolved,
      authorize: createAuthorizer(credentials.token),
      credentials,
      sessions,
      broadcaster,
      tap,
    });
    port = await server.start(resolved.address);
    log("info", `The core agent listens on ${formatAddress(resolved.address.host, port)}.`);
  };
  const close = async (): Promise<void> => {
    await server?.stop();
    await files.close();
    sessions.clear();
    metrics.release();
    if (resolved.dataDirIsTemporary) await rm(dataDir, { recursive: true, force: true });
  };
  const stop = (): Promise<void> => {
    // A start that is under way is let finish, so that nothing it opens is missed.
    stopping ??= (starting ?? Promise.resolve()).catch(() => {}).then(close);
    return stopping;
  };

  return {
    async start() {
      if (stopping !== undefined) {
        throw new ConfigStreamError("stopped", "The core agent was stopped; create a new one.");
      }
      starting ??= open();
      try {
        await starting;
      } catch (error) {
        await stop();
        throw error;
      }
    },
    stop,
    [Symbol.asyncDispose]: stop,
    get address() {
      return formatAddress(resolved.address.host, port);
    },
    ...credentialPaths(dataDir),
    set: (key, value, source = runtimeSource) => set(key, value, source),
    unset: (key, source = runtimeSource) => unset(key, source),
    setMany(entries) {
      for (const { key, value, source = runtimeSource } of entries) set(key, value, source);
    },
    get: (key) => store.get(key),
    settings: () => new Map(store.settings),
    get sequenceId() {
      return broadcaster.sequenceId;
    },
    metrics: metrics.registry,
    status: () => ({
      sessions: sessions.size,
      subscribers: broadcaster.subscribers,
      sequenceId: broadcaster.sequenceId,
      settings: store.size,
    }),
    faults,
  };
}
