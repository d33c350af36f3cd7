/*
 * An OpenFeature provider: flags are settings, read synchronously from shared memory. Fits where there are no targeting
 * rules: the evaluation context is not looked at, and every user gets the same value.
 *
 *   flag not set                   default value, error code FLAG_NOT_FOUND
 *   value of another type          default value, error code TYPE_MISMATCH
 *   settings change                event PROVIDER_CONFIGURATION_CHANGED with the flags' names
 *   core agent gone / back again   events PROVIDER_STALE / PROVIDER_READY; flags keep their last values meanwhile
 */
import { ErrorCode, OpenFeatureEventEmitter, ProviderEvents, StandardResolutionReasons } from "@openfeature/server-sdk";

export class ConfigStreamProvider {
  metadata = { name: "configstream-consumer" };
  runsOn = "server";
  events = new OpenFeatureEventEmitter();
  #consumer;
  #cfg;
  #changed = new Set();
  #watch;

  /** @param {import("configstream-consumer").Consumer} consumer Started and stopped by the provider. */
  constructor(consumer) {
    this.#consumer = consumer;
    this.#cfg = consumer.reader();
  }

  async initialize() {
    await this.#consumer.start();
    await this.#consumer.waitReady();
    this.#consumer.subscribe({ onChange: ({ key }) => this.#announce(key) });
    this.#watch = setInterval(() => this.#compareState(), 1_000).unref();
  }

  async onClose() {
    clearInterval(this.#watch);
    await this.#consumer.stop();
  }

  async resolveBooleanEvaluation(key, defaultValue) {
    return this.#resolve(key, defaultValue, (missing) => this.#cfg.getBool(key, missing), [true, false]);
  }

  async resolveStringEvaluation(key, defaultValue) {
    return this.#resolve(key, defaultValue, (missing) => this.#cfg.getString(key, missing), ["a", "b"]);
  }

  async resolveNumberEvaluation(key, defaultValue) {
    return this.#resolve(key, defaultValue, (missing) => this.#cfg.getFloat64(key, missing), [0, 1]);
  }

  async resolveObjectEvaluation(key, defaultValue) {
    const value = this.#cfg.get(key);
    const isObject = typeof value === "object" && value !== null;
    return this.#resolve(key, defaultValue, (missing) => (isObject ? value : missing), [{}, {}]);
  }

  /** A getter that gives back two different defaults has nothing else to give: the value has another type. */
  #resolve(key, defaultValue, read, [first, second]) {
    const value = read(first);
    if (value === first && read(second) === second) {
      const errorCode = this.#cfg.isSet(key) ? ErrorCode.TYPE_MISMATCH : ErrorCode.FLAG_NOT_FOUND;
      return { value: defaultValue, reason: StandardResolutionReasons.ERROR, errorCode };
    }
    return { value, reason: StandardResolutionReasons.STATIC, flagMetadata: { source: this.#cfg.getSource(key) } };
  }

  /** One event for all that changes at once. */
  #announce(key) {
    this.#changed.add(key);
    if (this.#changed.size > 1) return;
    queueMicrotask(() => {
      const flagsChanged = [...this.#changed];
      this.#changed.clear();
      this.events.emit(ProviderEvents.ConfigurationChanged, { flagsChanged });
    });
  }

  #isStale = false;
  #compareState() {
    const isStale = this.#consumer.status().state !== "live";
    if (isStale === this.#isStale) return;
    this.#isStale = isStale;
    this.events.emit(isStale ? ProviderEvents.Stale : ProviderEvents.Ready);
  }
}
