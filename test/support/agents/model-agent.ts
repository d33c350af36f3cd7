/**
 * A core agent in virtual time behind the engine's transport port: the real layers and dialects, and every way of losing,
 * repeating and breaking that the wire has.
 */
import { wholeState } from "../../../packages/configstream/src/core-agent/dialects/dialect.js";
import { createSpokenDialect } from "../../../packages/configstream/src/core-agent/dialects/spoken.js";
import {
  createLayerStore,
  createSourceOrder,
  type LayerChange,
} from "../../../packages/configstream/src/core-agent/settings/layer-store.js";
import { ConfigStreamError } from "../../../src/shared/errors.js";
import { type Dialect, defaultSourcePriority } from "../../../src/shared/params.js";
import type { ConfigValue, WireEvent, WireSetting } from "../../../src/shared/types.js";
import type { EngineBench } from "../engine/engine-bench.js";
import { type FakeStream, grpcError } from "../engine/fake-transport.js";
import type { LayerStep } from "../suites/random-settings.js";
import { toldSnapshot } from "./told-snapshot.js";

const origin = "core-agent";
const notFound = 5;
const permissionDenied = 7;
const unavailable = 14;

/** What becomes of an update on its way. */
export type Delivery = "delivered" | "lost" | "lost, resync" | "twice" | "unreadable";

export class ModelAgent {
  readonly store = createLayerStore(defaultSourcePriority);
  /** Every state that the core agent has ever been in, as {@link textOf} writes it. */
  readonly history = new Set<string>();
  /** Streams are accepted and nothing is sent on them. */
  silent = false;
  /** gRPC status with which new streams are refused. */
  refusal: number | undefined;
  sequenceId = 0;
  readonly #bench: EngineBench;
  readonly #dialect;
  readonly #sent: WireEvent[] = [];
  #sessions = new Set<string>();
  #mostOpen = 0;

  constructor(bench: EngineBench, dialect: Dialect) {
    this.#bench = bench;
    this.#dialect = createSpokenDialect(dialect, this.store.settings, createSourceOrder(defaultSourcePriority));
    const { transport } = bench;
    transport.onRegister = async () => {
      const sessionId = `session-${transport.registeredAtMs.length}`;
      this.#sessions.add(sessionId);
      return { sessionId, recommendedRefreshIntervalSecs: 10 };
    };
    transport.onRefresh = async () => {
      if (!this.#sessions.has(transport.refreshes.at(-1)?.sessionId ?? "")) throw grpcError(notFound);
    };
    transport.onStream = (stream) => this.#open(stream);
  }

  /** Most streams that were open at one time. */
  get mostOpenStreams(): number {
    return this.#mostOpen;
  }

  /** Applies a change and tells it. */
  change({ key, source, value }: LayerStep, delivery: Delivery = "delivered"): void {
    const change = value === undefined ? this.store.unset(key, source) : this.store.set(key, value, source);
    this.history.add(textOf(this.values));
    if (change !== undefined) this.#tell([change], delivery);
  }

  /** Applies changes as one set and tells it: no state in the middle is one that the core agent was in. */
  changeTogether(steps: readonly LayerStep[], delivery: Delivery = "delivered"): void {
    const changes: LayerChange[] = [];
    for (const { key, source, value } of steps) {
      const change = value === undefined ? this.store.unset(key, source) : this.store.set(key, value, source);
      if (change !== undefined) changes.push(change);
    }
    this.history.add(textOf(this.values));
    if (changes.length > 0) this.#tell(changes, delivery);
  }

  /** A resync snapshot on every open stream. */
  resync(): void {
    this.#send(this.#snapshot());
  }

  /** Sends an event again that was sent before, `back` events ago: always one that is not newer than the last. */
  repeat(back: number): void {
    const event = this.#sent.at(-1 - back);
    if (event !== undefined) this.#deliver(event);
  }

  /** Sends an update on streams that are over: a correct consumer has forgotten them. */
  haunt(): void {
    const setting: WireSetting = { source: "cli", key: "s.ghost", value: 1, unsetSource: "" };
    const event: WireEvent = { kind: "update", origin, sequenceId: this.sequenceId + 1, setting };
    for (const stream of this.#bench.transport.streams.filter(({ isOpen }) => !isOpen)) stream.handlers.onEvent(event);
  }

  endStreams(grpcCode: number | undefined): void {
    for (const stream of this.#openStreams) stream.end(grpcCode === undefined ? undefined : grpcError(grpcCode));
  }

  evictSessions(): void {
    this.#sessions = new Set();
  }

  restart(sequenceId: number, dialect: Dialect): void {
    this.endStreams(unavailable);
    this.evictSessions();
    this.#dialect.switchTo(dialect);
    this.sequenceId = sequenceId;
    this.#sent.length = 0;
  }

  endSilence(): void {
    if (!this.silent) return;
    this.silent = false;
    this.resync();
  }

  get values(): Map<string, ConfigValue> {
    return new Map([...this.store.settings].map(([key, { value }]) => [key, value]));
  }

  get #openStreams(): FakeStream[] {
    return this.#bench.transport.streams.filter(({ isOpen }) => isOpen);
  }

  #open(stream: FakeStream): void {
    this.#mostOpen = Math.max(this.#mostOpen, this.#openStreams.length);
    const refusal = this.#sessions.has(stream.sessionId) ? this.refusal : permissionDenied;
    this.#bench.clock.setTimer(1, () => {
      if (!stream.isOpen) return;
      if (refusal !== undefined) return stream.end(grpcError(refusal));
      if (!this.silent) stream.handlers.onEvent(this.#snapshot());
    });
  }

  #tell(changes: readonly LayerChange[], delivery: Delivery): void {
    const [setting, ...others] = changes.map((change) => this.#dialect.update(change)).filter(isTold);
    if (setting === undefined) return;
    this.sequenceId++;
    const event: WireEvent =
      setting === wholeState || others.length > 0
        ? this.#snapshot()
        : { kind: "update", origin, sequenceId: this.sequenceId, setting };
    if (delivery === "unreadable") {
      const error = new ConfigStreamError("bad_message", "Damaged for the test.");
      if (!this.silent) for (const stream of this.#openStreams) stream.handlers.onBadMessage(error);
    } else if (delivery === "delivered" || delivery === "twice") {
      this.#send(event);
      if (delivery === "twice") this.#deliver(event);
    } else if (delivery === "lost, resync") {
      this.resync();
    }
  }

  #send(event: WireEvent): void {
    this.#sent.push(event);
    this.#deliver(event);
  }

  #deliver(event: WireEvent): void {
    if (this.silent) return;
    for (const stream of this.#openStreams) stream.handlers.onEvent(event);
  }

  #snapshot(): WireEvent {
    return {
      kind: "snapshot",
      origin,
      sequenceId: this.sequenceId,
      ...toldSnapshot(this.#dialect, this.store.settings),
    };
  }
}

function isTold<T>(update: T | undefined): update is T {
  return update !== undefined;
}

/** A state as text: equal for equal states. */
export function textOf(values: ReadonlyMap<string, unknown>): string {
  return JSON.stringify([...values].sort(([a], [b]) => (a < b ? -1 : 1)));
}
