/** Puts the core agent together: layers in, events out. */
import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { status as grpcStatus } from "@grpc/grpc-js";
import {
  ConfigStreamError,
  type ConfigValue,
  checkSettings,
  type FileStatus,
  formatAddress,
} from "configstream-consumer/internal";
import type { StoreStatus } from "../store/index.js";
import type { CommandResult, RegisteredClient } from "./clients/client.js";
import { createClients } from "./clients/clients.js";
import { Registrations } from "./clients/registrations.js";
import { Reports } from "./clients/reports.js";
import { Sent } from "./clients/sent.js";
import type { ClientVerdict } from "./clients/verdict.js";
import { type AgentCredentials, credentialPaths, ensureCredentials } from "./credentials/credentials.js";
import { createSpokenDialect } from "./dialects/spoken.js";
import { createFaults, type Faults } from "./faults.js";
import type { HistoryEntry, PastChange } from "./history/entry.js";
import { createHistory } from "./history/history.js";
import { type ChangeNote, checkNote } from "./history/note.js";
import { createAgentMetrics, type Registry } from "./metrics.js";
import { type CoreAgentOptions, resolveOptions } from "./options.js";
import { createAuthorizer } from "./serving/auth.js";
import { createBroadcaster } from "./serving/broadcaster.js";
import { type AgentServer, createAgentServer } from "./serving/server.js";
import { createSessionRegistry } from "./serving/sessions.js";
import { gather, type Transaction } from "./settings/change-set.js";
import type { EffectiveSetting } from "./settings/layer-store.js";
import { createSourceOrder } from "./settings/layer-store.js";
import { checkKey, checkKeys } from "./settings/setting-checks.js";
import { createSettings } from "./settings/settings.js";
import { createFilesSource } from "./settings/sources/files.js";
import type { LayerSource } from "./settings/sources/source.js";
import { createStoreSource } from "./settings/sources/store.js";
import type { Trial } from "./settings/trial.js";

/** Where a core agent stands. */
export interface CoreAgentStatus {
  /** Sessions that have not expired. */
  readonly sessions: number;
  /** Open streams. */
  readonly subscribers: number;
  readonly sequenceId: number;
  /** Number of keys. */
  readonly settings: number;
  /** Where each of the `configFiles` stands: one that is missing or refused says why. */
  readonly configFiles: readonly FileStatus[];
  /** Where it stands with its `store`; `undefined` without one. */
  readonly store: StoreStatus | undefined;
}

/** A core agent. Make it with {@link createCoreAgent}. For one thread. */
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
  /**
   * Gives a key a value in one layer, default `agent-runtime`. A value that the layer already has changes nothing. A key that was
   * declared with a type has the value converted, as in a real core agent: `"61s"` of a duration is sent as nanoseconds. A value
   * that cannot be converted is kept as it is, and a key that names a declared section is ignored; both are logged once.
   *
   * Throws `InvalidOptionError` for a key that is empty or longer than 65,535 bytes, and for a value that is no JSON-like value, is
   * nested deeper than 48 levels, or needs more than 16 MiB as it is sent. Nothing has changed then.
   */
  set(key: string, value: ConfigValue, source?: string): void;
  /** Clears a key in one layer, default `agent-runtime`. */
  unset(key: string, source?: string): void;
  /**
   * Sets several keys of one layer, default `agent-runtime`, as one change set: it has one sequence id, is sent as one message, and
   * every consumer makes it visible at once. A change of one key is an update; of several, a snapshot of the whole state.
   *
   * Throws `InvalidOptionError` as `set` does, and when the change set does not fit into one message of 128 MiB. Nothing has
   * changed then.
   */
  setMany(entries: Readonly<Record<string, ConfigValue>>, source?: string): void;
  /** Clears several keys of one layer, default `agent-runtime`, as one change set. Throws as {@link CoreAgent.setMany}. */
  unsetMany(keys: Iterable<string>, source?: string): void;
  /**
   * Makes one change set of everything that a function sets and unsets, in any layers, and returns what it returns. Nothing is visible
   * before the function has returned; when it throws, nothing has changed. Of several operations on one key of one layer the last
   * one counts. The function must do its work at once: a promise is refused. `note`: who and why, for the history; each at most 1,000
   * characters. Throws as {@link CoreAgent.setMany}.
   */
  transaction<Result>(work: (transaction: Transaction) => Result, note?: ChangeNote): Result;
  /**
   * What {@link CoreAgent.transaction} would lead to, with the values converted as there. Nothing changes: no setting, no sequence id, no
   * history, no log, and nothing is sent. Throws as `transaction`, but is not measured against the 128 MiB of one message.
   */
  trial(work: (transaction: Transaction) => void): Trial;
  /**
   * What every registered remote agent would hold of what {@link CoreAgent.trial} would lead to, by its own guards, oldest registration
   * first. One that serves no commands, does not know `judge`, or does not answer within 2 s (all of them within 10 s) is
   * `unasked`. Nothing changes. Throws as `trial`.
   */
  judge(work: (transaction: Transaction) => void): Promise<readonly ClientVerdict[]>;
  /**
   * The last change sets, oldest first: at most 1,000 and 16 MiB. Values that may be credentials are there as hashes. With `dataDir` they are
   * kept in its file `history` (mode 0600), and ids count on over restarts. The first id is the state at the start.
   */
  history(): readonly HistoryEntry[];
  /** Id of the newest change set of the history, or of the start when there was none since; 0 before the start. */
  readonly historyId: number;
  /** How the states after two change sets of the history differ, layer by layer. Throws `InvalidOptionError` for an id that is not kept. */
  diff(from: number, to: number): readonly PastChange[];
  /**
   * Brings every layer back to what it held after a change set of the history, as a change set of its own, and returns the number of real
   * changes. Layers that come from files or a store are so until those change. Throws `InvalidOptionError` for an id that is not kept, and when
   * credentials of before the last start would have to come back, of which only hashes are kept. Nothing has changed then.
   */
  rollback(id: number, note?: ChangeNote): number;
  /** What a key resolves to, with all its layers. */
  get(key: string): EffectiveSetting | undefined;
  /** A copy of all settings as they are now. */
  settings(): ReadonlyMap<string, EffectiveSetting>;
  /** Counts every change set that subscribers are told, up to 2³¹ - 1 and on from 1; what is there at start is state 0. */
  readonly sequenceId: number;
  /** A prom-client registry of the core agent's own. */
  readonly metrics: Registry;
  /** Where it stands, and what is connected. */
  status(): CoreAgentStatus;
  /**
   * Every registered remote agent, oldest registration first, with what it says of itself when it is asked now; one that serves no
   * status or does not answer within 2 s is `silent`. Rejects with code `stopped` when the agent does not run.
   */
  clients(): Promise<readonly RegisteredClient[]>;
  /**
   * The files that a remote agent gives for a flare: content by file name. `name`: its name, its flavor, or its process id. Rejects with
   * code `invalid_option` when there is none or are several of that name, and `unavailable` when it serves no flare or does
   * not answer within 15 s.
   */
  flare(name: string): Promise<ReadonlyMap<string, Uint8Array>>;
  /**
   * Runs a command at a remote agent: `agent.command("trace-agent", ["explain"], { key: "log_level" })`. Rejects as {@link flare}; a
   * command that fails resolves, with its exit code.
   */
  command(name: string, path: readonly string[], given?: { readonly [name: string]: string }): Promise<CommandResult>;
  /** Misbehaviour on request, for tests of consumers. */
  readonly faults: Faults;
}

/**
 * Makes a core agent; nothing runs before `start()`.
 *
 * @throws InvalidOptionError when an option has a wrong name, type or value.
 */
export function createCoreAgent(options: CoreAgentOptions = {}): CoreAgent {
  const resolved = resolveOptions(options, randomUUID);
  const { clock, dataDir, log, origin } = resolved;
  /** What is there at start is not a change. */
  let counting = false;
  const settings = createSettings({
    ...resolved,
    onChange: (changes, cause, writes) => {
      if (!counting) return;
      // Whatever cannot be kept is not sent either: what throws here takes the changes back.
      const remember = history.prepare(writes, cause);
      broadcaster.publish(changes);
      remember();
    },
  });
  const { store, known, apply } = settings;
  const history = createHistory({
    now: () => clock.now(),
    settings: store.settings,
    warn: (message) => log("warn", message),
  });
  const transaction = <Result>(work: (transaction: Transaction) => Result, note?: ChangeNote): Result => {
    const { writes, result } = gather(work);
    apply(writes.writes, { ...checkNote(note), kind: "runtime" });
    return result;
  };
  const dialect = createSpokenDialect(resolved.dialect, store.settings, createSourceOrder(resolved.sourcePriority));
  const broadcaster = createBroadcaster({
    origin,
    dialect,
    settings: store.settings,
    subscriberBuffer: resolved.subscriberBuffer,
    onExhausted: () => server?.endStreams(grpcStatus.UNAVAILABLE, "The sequence ids are used up; open a new stream."),
  });
  const sessions = createSessionRegistry(clock, resolved.sessionIdleTimeoutMs, randomUUID);
  const registrations = new Registrations(sessions, () => clock.now());
  const reports = new Reports(sessions, () => clock.now());
  const sent = new Sent();
  let credentials: AgentCredentials | undefined;
  const clients = createClients({
    registrations,
    reports,
    sent,
    credentials: () => credentials,
    sequenceId: () => broadcaster.sequenceId,
  });
  const reporting = {
    counts: reports.counts,
    get openIssues() {
      return registrations.present().reduce((open, { sessionId }) => open + reports.by(sessionId).issues.length, 0);
    },
  };
  const { faults, tap } = createFaults({
    origin,
    sequenceId: () => broadcaster.sequenceId,
    restartFrom: (id) => broadcaster.restartFrom(id),
    switchDialect: (name) => dialect.switchTo(name),
    endStreams: (code, details) => server?.endStreams(code, details),
    evictSessions: () => sessions.clear(),
  });
  const files = createFilesSource({ paths: resolved.configFiles, known, give: settings.applyFiles, clock, log });
  const stored =
    resolved.store === undefined
      ? undefined
      : createStoreSource(
          { store: resolved.store, dataDir: resolved.dataDirIsTemporary ? undefined : dataDir, clock, log },
          settings,
        );
  const sources: readonly LayerSource[] = stored === undefined ? [files] : [files, stored];
  const metrics = createAgentMetrics(broadcaster, reporting, resolved.registry, () => stored?.status());
  let server: AgentServer | undefined;
  let { port } = resolved.address;
  let starting: Promise<void> | undefined;
  let stopping: Promise<void> | undefined;

  const open = async (): Promise<void> => {
    await files.open();
    credentials = await ensureCredentials(dataDir);
    await stored?.open();
    await history.open(resolved.dataDirIsTemporary ? undefined : join(dataDir, "history"), credentials.token);
    counting = true;
    server = createAgentServer({
      ...resolved,
      authorize: createAuthorizer(credentials.token),
      credentials,
      sessions,
      registrations,
      reports,
      sent,
      broadcaster,
      tap,
    });
    port = await server.start(resolved.address);
    log("info", `The core agent listens on ${formatAddress(resolved.address.host, port)}.`);
  };
  const close = async (): Promise<void> => {
    credentials = undefined;
    await server?.stop();
    for (const source of sources) await source.close();
    await history.close();
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
    set: (key, value, source) => transaction((tx) => tx.set(key, value, source)),
    unset: (key, source) => transaction((tx) => tx.unset(key, source)),
    setMany: (entries, source) =>
      transaction((tx) => {
        checkSettings(entries, "setMany");
        for (const [key, value] of Object.entries(entries)) tx.set(key, value, source);
      }),
    unsetMany: (keys, source) =>
      transaction((tx) => {
        for (const key of checkKeys(keys)) tx.unset(key, source);
      }),
    transaction,
    trial: (work) => settings.trial([...gather(work).writes.writes]),
    judge(work) {
      const writes = [...gather(work).writes.writes];
      const { settings: tried } = settings.trial(writes);
      const layers = writes.map(({ key }) => [key, tried.get(key)?.layers ?? []] as const);
      return clients.judge(Object.fromEntries(layers));
    },
    history: () => history.entries(),
    get historyId() {
      return history.lastId;
    },
    diff: (from, to) => history.diff(from, to),
    rollback: (id, note) =>
      settings.restore(history.wayBack(id), { reason: `rollback to ${id}`, ...checkNote(note), kind: "rollback" }),
    get: (key) => store.get(checkKey(key)),
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
      configFiles: files.status(),
      store: stored?.status(),
    }),
    clients: () => clients.list(),
    flare: (name) => clients.flare(name),
    command: (name, path, given = {}) => clients.command(name, path, given),
    faults,
  };
}
