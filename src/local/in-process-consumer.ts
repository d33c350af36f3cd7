/**
 * A consumer without a core agent and without a worker: this thread gives the settings. Layers, shared memory, getters,
 * subscriptions and metrics are those of a streaming consumer, so that a reader cannot see the difference.
 */

import { CommonConsumer } from "../main/consumer/common-consumer.js";
import type { Consumer } from "../main/consumer/consumer.js";
import { quietClock } from "../main/consumer/quiet-clock.js";
import type { WaitSyncOptions } from "../main/consumer/readiness.js";
import { SharedReading } from "../main/consumer/shared-reading.js";
import { Notices } from "../main/notices/notices.js";
import type { MetricsRegistry } from "../main/status/metrics.js";
import { Subscriptions } from "../main/subscriptions/subscriptions.js";
import { newestPublish } from "../memory/arena-reader.js";
import { count, isReady, isStopped, markReady, writeStatus } from "../memory/facts.js";
import { header } from "../memory/layout.js";
import { createRegionMemory, Region } from "../memory/region.js";
import { regionNow } from "../memory/region-clock.js";
import type { Publisher } from "../memory/writer/publication.js";
import { RegionWriter } from "../memory/writer/region-writer.js";
import { type ConfigStreamError, ConsumerStoppedError } from "../shared/errors.js";
import type { HeldChange } from "../shared/held-setting.js";
import type { Logger } from "../shared/logger.js";
import { wrongKey, wrongSource } from "../shared/options/option-checks.js";
import type { EngineParams } from "../shared/params.js";
import { lowerCase } from "../shared/text/lower-case.js";
import type {
  ConfigValue,
  ErrorSummary,
  FileStatus,
  LifecycleState,
  SourceValue,
  StartupStep,
  WireEvent,
  WireSetting,
} from "../shared/types.js";
import { copyValue } from "../shared/values/copy-value.js";
import type { ConsumerStatus } from "../status/status.js";
import { Applier } from "../worker/engine/applier.js";
import { createGuarding } from "../worker/guards/guarding.js";
import { LayerStore } from "../worker/settings/layers.js";
import { Notifier } from "../worker/telling/notifier.js";
import { publishing } from "../worker/telling/publishing.js";

export interface InProcessParams
  extends Pick<
    EngineParams,
    "clientName" | "sourcePriority" | "overrides" | "limits" | "guards" | "required" | "defaults"
  > {
  /** Where the settings come from, as `status()` and errors name it. */
  readonly origin: string;
  /** Path of the file that the settings come from, if they come from one. */
  readonly configFile?: string;
  /** Where the files stand that the settings come from. */
  readonly fileStatus?: () => readonly FileStatus[];
  readonly subscriptionBuffer: number;
  readonly readyTimeoutMs: number;
  readonly logger: Logger;
  readonly registry: MetricsRegistry | undefined;
  /** When subscribers are told of a batch of changes: at once, or later, so that loops can keep up with many of them. */
  readonly turn: (deliver: () => void) => void;
  /** Ends whatever gives the settings. */
  readonly onStop?: () => Promise<void>;
}

export class InProcessConsumer extends CommonConsumer implements Consumer {
  readonly #origin: string;
  readonly #fileStatus: (() => readonly FileStatus[]) | undefined;
  readonly #region: Region;
  readonly #applier: Applier;
  readonly #notifier: Notifier;
  readonly #endGuarding: () => void;
  readonly #notices: Notices;
  #lastError: ErrorSummary | undefined;
  #state: LifecycleState = "live";
  /** Since when the state is another one than `live`, in ms since the epoch. */
  #interruptedSinceMs: number | undefined;
  /** Times that {@link applyState} has reported an error since the state was `live`. */
  #failures = 0;
  #sequenceId = 0;
  /** Not reported yet: a listener may apply more, which must not begin before the publish that the news is of has ended. */
  readonly #heldNews: HeldChange[] = [];
  /** What is applied now must be shown whole, or not at all. */
  #wholly = false;

  constructor(params: InProcessParams) {
    const { limits, turn } = params;
    const region = new Region(createRegionMemory(limits.maxRegionBytes));
    const reading = new SharedReading(region);
    const subscriptions = new Subscriptions({
      bufferSize: params.subscriptionBuffer,
      logger: params.logger,
      onActive: (active) => this.#notifier.setActive(active),
      onOverflow: () => count(region, "bufferOverflowDisconnects"),
      state: reading.state,
      view: reading.view,
      publishNumber: () => newestPublish(region),
    });
    const notices = new Notices(params.clientName, params.logger);
    super({
      ...params,
      notices,
      originName: "origin",
      region,
      reading,
      subscriptions,
      end: async () => {
        this.#endGuarding();
        await params.onStop?.();
      },
    });
    this.#origin = params.origin;
    this.#fileStatus = params.fileStatus;
    this.#region = region;
    this.#notices = notices;
    this.#notifier = new Notifier({
      poll: () => {},
      publishNumber: () => newestPublish(region),
      send: (batch) =>
        turn(() => {
          try {
            subscriptions.deliver(batch);
          } finally {
            this.#notifier.acknowledged();
          }
        }),
    });
    const guarding = createGuarding(params, {
      onHeld: (change) => void this.#heldNews.push(change),
      region,
      clock: { ...quietClock, now: () => regionNow(region) },
      log: (level, message) => params.logger[level](message),
    });
    this.#applier = new Applier(new LayerStore({ ...params, dialect: "in-process" }), {
      status: { count: (counter, by) => count(region, counter, by) },
      // As a core agent does: what changes nothing is not a state of its own.
      onlyChanges: true,
      gate: guarding?.gate,
      defaults: params.defaults,
      states: publishing({
        region,
        writer: whole(new RegionWriter(region, limits, () => regionNow(region)), () => this.#wholly),
        notifier: this.#notifier,
        untold: undefined,
        onPublished: ({ sequenceId }) => {
          this.#sequenceId = sequenceId;
          region.store64(header.lastMessageAtMs, regionNow(region));
        },
      }),
    });
    this.#endGuarding = () => guarding?.stop();
    guarding?.start((rules) => {
      this.#applier.judgeBy(rules);
      this.#reportHeld();
    });
    this.#region.store64(header.startedAtMs, regionNow(this.#region));
  }

  /**
   * The whole state, each layer of a key an entry of its own. The first one makes the consumer ready.
   *
   * Throws `InvalidOptionError` for a value that no setting can have, and `limit_exceeded`; nothing changes then.
   */
  applySnapshot(settings: readonly WireSetting[]): void {
    this.#apply({ kind: "snapshot", ...this.#next, settings: settings.map(checked) });
    if (isReady(this.#region) && this.#state === "live") return;
    this.#enter("live");
    markReady(this.#region, regionNow(this.#region));
    this.#notices.state("live");
  }

  /** Where the source of the settings stands, and what failed there just now. Throws `ConsumerStoppedError`. */
  applyState(state: LifecycleState, error?: Omit<ErrorSummary, "atMs">): void {
    this.#refuseWhenStopped();
    this.#enter(state, error);
    this.#notices.state(state);
  }

  #enter(state: LifecycleState, error?: Omit<ErrorSummary, "atMs">): void {
    const isLive = state === "live";
    this.#state = state;
    this.#interruptedSinceMs = isLive ? undefined : (this.#interruptedSinceMs ?? regionNow(this.#region));
    if (isLive) this.#failures = 0;
    if (error !== undefined) {
      this.#lastError = { ...error, atMs: regionNow(this.#region) };
      this.#failures++;
    }
    this.#writeStatus();
  }

  /** One layer of one key; in a removal, with what the key falls back to. Throws as {@link applySnapshot} does. */
  applyUpdate(setting: WireSetting): void {
    this.#apply({ kind: "update", ...this.#next, setting: checked(setting) });
  }

  /**
   * Several layers at once, as one publish; `undefined` withdraws one. Nothing changes when one of them cannot be: throws as
   * {@link applySnapshot} does.
   */
  applyTogether(writes: Iterable<LayerWrite>): void {
    const keys = new Map((this.#applier.claims() ?? []).map(([key, layers]) => [key, new Map(layersBySource(layers))]));
    for (const { key, source, value } of writes) {
      const name = lowerCase(key);
      const layers = keys.get(name) ?? new Map<string, ConfigValue>();
      keys.set(name, layers);
      if (value === undefined) layers.delete(source);
      else layers.set(source, checked({ key, source, value, unsetSource: "" }).value);
    }
    const settings = [...keys].flatMap(([key, layers]) =>
      Array.from(layers, ([source, value]): WireSetting => ({ key, source, value, unsetSource: "" })),
    );
    this.#wholly = true;
    try {
      this.#apply({ kind: "snapshot", ...this.#next, settings });
    } finally {
      this.#wholly = false;
    }
  }

  /** What was told last could not be used; the last good settings stay, and `status()` says so. */
  refused({ code, message }: ConfigStreamError): void {
    this.#lastError = { code, message, atMs: regionNow(this.#region) };
    // A limit was counted when the state was applied.
    if (code !== "limit_exceeded") count(this.#region, "refusedStates");
    this.#writeStatus();
  }

  override status(): ConsumerStatus {
    return { ...super.status(), configFiles: this.#fileStatus?.() };
  }

  async start(): Promise<void> {
    this.#refuseWhenStopped();
  }

  override waitReadySync(options?: WaitSyncOptions): void {
    // Only this thread can make it ready, so blocking it could not help.
    super.waitReadySync({ ...options, timeoutMs: 0 });
  }

  /** Throws `ConsumerStoppedError` after `stop()`. */
  #refuseWhenStopped(): void {
    if (!isStopped(this.#region)) return;
    throw new ConsumerStoppedError("The consumer was stopped and cannot be used again. Make a new one.");
  }

  get #next(): Pick<WireEvent, "origin" | "sequenceId"> {
    return { origin: this.#origin, sequenceId: this.#sequenceId + 1 };
  }

  #apply(event: WireEvent): void {
    this.#refuseWhenStopped();
    const applied = this.#applier.apply([event]);
    this.#reportHeld();
    if (!applied.ok) throw applied.error;
    const [first] = applied.skipped;
    if (first === undefined) return;
    if (event.kind === "update") throw first.error;
    this.refused(first.error);
  }

  #reportHeld(): void {
    for (const change of this.#heldNews.splice(0)) this.#notices.held(change);
  }

  #writeStatus(): void {
    writeStatus(this.#region, {
      state: this.#state,
      step: stepAt[this.#state],
      attempt: this.#failures,
      nextAttemptAtMs: undefined,
      sessionSinceMs: undefined,
      lastError: this.#lastError,
      interruptedSinceMs: this.#interruptedSinceMs,
      hasWorker: false,
    });
  }
}

/** What is waited for in each state. */
const stepAt: Record<LifecycleState, StartupStep> = {
  starting: "credentials",
  registering: "registration",
  connecting: "connection",
  live: "done",
  stale: "connection",
  failed: "connection",
  stopped: "done",
};

/** What one source is to say of one key; `undefined`: nothing any more. */
export interface LayerWrite {
  readonly key: string;
  readonly source: string;
  readonly value: ConfigValue | undefined;
}

/** A writer that, while `wholly` says so, refuses what it would have to leave something out of. */
function whole(writer: Publisher, wholly: () => boolean): Publisher {
  return {
    prepare(publication) {
      const skipped = writer.prepare(publication);
      const [first] = skipped;
      if (first !== undefined && wholly()) throw first.error;
      return skipped;
    },
    publish: (publication) => writer.publish(publication),
  };
}

function layersBySource(layers: readonly SourceValue[]): [string, ConfigValue][] {
  return layers.map(({ source, value }) => [source, value]);
}

/** A private copy, so that what the caller does with its objects later reaches no reader. */
function checked(setting: WireSetting): WireSetting {
  const { key, source, unsetSource, value } = setting;
  if (typeof key !== "string" || key === "") throw wrongKey(key);
  for (const name of [source, unsetSource]) if (typeof name !== "string") throw wrongSource(name);
  return { ...setting, value: copyValue(key, value) };
}
