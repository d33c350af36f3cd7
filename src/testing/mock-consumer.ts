/**
 * A consumer for tests: no worker, no network, no file. It reads through the same shared memory, layers, subscriptions and
 * metrics as the real one; only the stream is replaced by the calls of the test.
 */
import { nestedLeaves } from "../files/known-keys.js";
import { InProcessConsumer } from "../local/in-process-consumer.js";
import type { Consumer } from "../main/consumer/consumer.js";
import { consumerFace } from "../main/consumer/face.js";
import { defaultValues, guardParams, requiredKeys } from "../main/consumer/guard-options.js";
import type { AnySchema, KeyOf, Settings, StringMap, ValueAt } from "../main/reader/schema.js";
import { InvalidOptionError } from "../shared/errors.js";
import type { Guards } from "../shared/guards/guard-rule.js";
import { silentLogger } from "../shared/logger.js";
import {
  checkNames,
  checkSettings,
  choiceOption,
  stringOption,
  stringsOption,
} from "../shared/options/option-checks.js";
import { defaultOverrides, defaultSourcePriority } from "../shared/params.js";
import type { ConfigValue, LifecycleState } from "../shared/types.js";

/** Options of {@link createMockConsumer}. */
export interface MockConsumerOptions {
  /** Name of the client; decides which overrides apply. Default: `mock`. */
  readonly clientName?: string | undefined;
  /** Source names, lowest priority first. Default: those of a current core agent. */
  readonly sourcePriority?: readonly string[] | undefined;
  /** As that of `createConsumer`; a path is read once. Default: none. */
  readonly guards?: Guards | string | undefined;
  /** As that of `createConsumer`. Default: none. */
  readonly required?: readonly string[] | undefined;
  /** As that of `createConsumer`. Default: none. */
  readonly defaults?: { readonly [key: string]: ConfigValue } | undefined;
}

/** A consumer whose settings the test decides. Changes are visible, and subscribers told, before the call returns. */
export type MockConsumer<S extends object = AnySchema> = Consumer<S> & MockControls<S>;

/** What a mock has besides a consumer's calls. */
export interface MockControls<S extends object> {
  /**
   * Sets what one source says of a key. Default source: `agent-runtime`. Throws `InvalidOptionError` for a key or value that no
   * setting can have, and `limit_exceeded` for one that is too large; nothing changes then. This and the calls
   * below throw `ConsumerStoppedError` after `stop()`.
   */
  set<Key extends KeyOf<S>>(key: Key, value: ValueAt<S, Key>, source?: string): void;
  /**
   * Sets several keys of one source, default `agent-runtime`, as one change set: one publish, one event of `changeSets()`. Throws
   * `InvalidOptionError`, and `limit_exceeded` for a setting that is too large; nothing changes then.
   */
  setMany(settings: Partial<Settings<S>>, source?: string): void;
  /**
   * Withdraws what one source says of a key; the layer below shows again. Default source: `agent-runtime` where that one has
   * set the key, otherwise the source whose value wins now, so that initial settings can be withdrawn as well.
   */
  unset(key: KeyOf<S>, source?: string): void;
  /**
   * Replaces all settings, as a snapshot of the core agent does. Default source: `file`. A plain object that is not empty is a section,
   * unless a name in it holds a dot: `{ my_agent: { port: 1 } }` is `{ "my_agent.port": 1 }`. Throws `InvalidOptionError` as `set`; a
   * setting that is too large is left out, and `status().lastError` names it.
   */
  snapshot(settings: Settings<S>, source?: string): void;
  /**
   * Puts the consumer in a state, as an outage does; `status()`, waits, health and metrics follow. `error` is what failed
   * last, in a sentence. Settings stay readable, and may be set meanwhile; `snapshot()` makes it `live` again.
   *
   * Throws `InvalidOptionError` for an unknown state, and for `live` and `stale` while there are no settings yet, which only
   * `snapshot()` brings; `ConsumerStoppedError` after `stop()`.
   */
  setState(state: MockState, error?: string): void;
}

/** States that a mock can be put in; `stop()` brings the one that is left. */
export type MockState = Exclude<LifecycleState, "stopped">;

const mockStates: readonly MockState[] = ["starting", "registering", "connecting", "live", "stale", "failed"];

/**
 * Makes a mock. With `settings` it is ready at once; without, it becomes ready at the first `snapshot()`. Nothing needs to be
 * started or stopped, and nothing keeps the process alive. For one thread, as the real one.
 *
 * `createMockConsumer<Schema>(…)` types keys and values by a schema; see docs/reader.md.
 *
 * Throws `InvalidOptionError` for an option that is wrong.
 */
export function createMockConsumer<S extends object = AnySchema>(
  settings?: NoInfer<Settings<S>>,
  options: MockConsumerOptions = {},
): MockConsumer<S> {
  if (settings !== undefined) checkSettings(settings, "createMockConsumer");
  checkNames(options, ["clientName", "sourcePriority", "guards", "required", "defaults"], "createMockConsumer");
  const consumer = inProcess(options);
  const mock = consumerFace<Consumer, MockControls<AnySchema>>(consumer, controls(consumer));
  if (settings !== undefined) mock.snapshot(settings as StringMap<ConfigValue>);
  return mock as unknown as MockConsumer<S>;
}

/** The source that a test speaks as, unless it says otherwise. */
const usualSource = "agent-runtime";

function inProcess(options: MockConsumerOptions): InProcessConsumer {
  const clientName = stringOption("clientName", options.clientName, "mock");
  const sourcePriority = stringsOption("sourcePriority", options.sourcePriority, defaultSourcePriority);
  const defaults = defaultValues("defaults", options.defaults);
  // Read, and not followed: nothing of a mock runs by itself.
  const guards = guardParams(options.guards, defaults);
  return new InProcessConsumer({
    guards: guards && { rules: guards.rules },
    required: requiredKeys("required", options.required),
    defaults,
    clientName,
    sourcePriority,
    overrides: defaultOverrides,
    limits: { maxKeys: 1_000_000, maxValueBytes: 2 ** 24, maxRegionBytes: 2 ** 28 },
    origin: "mock",
    subscriptionBuffer: 1_000,
    readyTimeoutMs: 60_000,
    logger: silentLogger,
    registry: undefined,
    turn: (deliver) => deliver(),
  });
}

/** What a test may do with a consumer's settings and state. */
function controls(consumer: InProcessConsumer): MockControls<AnySchema> {
  return {
    set(key: string, value: ConfigValue, source = usualSource) {
      consumer.applyUpdate({ key, value, source, unsetSource: "" });
    },
    setMany(settings: { readonly [key: string]: ConfigValue }, source = usualSource) {
      checkSettings(settings, "setMany");
      consumer.applyTogether([...nestedLeaves(settings)].map(([key, value]) => ({ key, value, source })));
    },
    unset(key: string, source?: string) {
      const layers = consumer.reader().getAllSources(key);
      const winning = layers.some((layer) => layer.source === usualSource) ? usualSource : layers.at(-1)?.source;
      const cleared = source === undefined ? (winning ?? usualSource) : source;
      // As the wire has a removal: with what the key falls back to.
      const below = layers.findLast((layer) => layer.source !== cleared);
      consumer.applyUpdate({ key, value: below?.value ?? null, source: below?.source ?? "", unsetSource: cleared });
    },
    snapshot(settings: { readonly [key: string]: ConfigValue }, source = "file") {
      checkSettings(settings, "snapshot");
      const leaves = [...nestedLeaves(settings)];
      consumer.applySnapshot(leaves.map(([key, value]) => ({ key, value, source, unsetSource: "" })));
    },
    setState(state, error) {
      const known = choiceOption<MockState>("state", state, mockStates, "live");
      if ((known === "live" || known === "stale") && !consumer.status().ready) {
        throw new InvalidOptionError(
          `A mock without settings cannot be "${known}": give it some first, by snapshot() or when it is made.`,
        );
      }
      const message = error === undefined ? undefined : stringOption("error", error, "");
      consumer.applyState(known, message === undefined ? undefined : { code: "unavailable", message });
    },
  };
}
