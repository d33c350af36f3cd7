/**
 * Core agents of former versions behind a fake transport, with the leaves that they hold.
 *
 * | version | a set | an unset |
 * |---|---|---|
 * | `0.83` | the set's own source and value, also when it loses | the cleared source with the value that is left |
 * | `0.84` | the layer that wins now, when that has changed | the same |
 * | `0.85` | the same | `unset_source`, with the layer that wins now |
 */
import { defaultSourcePriority } from "../../../src/shared/params.js";
import type { ConfigValue, SourceValue, WireSetting } from "../../../src/shared/types.js";
import type { EngineBench } from "../engine/engine-bench.js";

export type Version = "0.83" | "0.84" | "0.85";

const origin = "core-agent";

export class OldAgent {
  readonly #bench: EngineBench;
  readonly #version: Version;
  readonly #layers = new Map<string, Map<string, ConfigValue>>();
  #sequenceId = 0;

  /** Every key has a default, as those of real core agents have. */
  constructor(bench: EngineBench, version: Version, defaults: { readonly [key: string]: ConfigValue }) {
    this.#bench = bench;
    this.#version = version;
    for (const [key, value] of Object.entries(defaults)) this.#layers.set(key, new Map([["default", value]]));
    bench.transport.onStream = (stream) =>
      stream.handlers.onEvent({
        kind: "snapshot",
        origin,
        sequenceId: this.#sequenceId,
        settings: [...this.#layers.keys()].map((key) => ({ key, ...this.winner(key), unsetSource: "" })),
      });
  }

  /** What readers are to see of a key. */
  winner(key: string): SourceValue {
    const layers = this.#layers.get(key) ?? new Map<string, ConfigValue>();
    const source = defaultSourcePriority.toReversed().find((name) => layers.has(name)) ?? "";
    return { source, value: layers.get(source) ?? null };
  }

  get winners(): { readonly [key: string]: ConfigValue } {
    return Object.fromEntries([...this.#layers.keys()].map((key) => [key, this.winner(key).value]));
  }

  set(source: string, key: string, value: ConfigValue): void {
    const before = this.winner(key);
    this.#layers.get(key)?.set(source, value);
    const after = this.winner(key);
    if (this.#version === "0.83") this.#send({ key, source, value, unsetSource: "" });
    else if (after.source !== before.source || after.value !== before.value)
      this.#send({ key, ...after, unsetSource: "" });
  }

  /** What real ones up to v0.83 do with a set of the value that wins already: they keep it, and report nothing. */
  setEqual(source: string, key: string): void {
    this.#layers.get(key)?.set(source, this.winner(key).value);
  }

  unset(source: string, key: string): void {
    const before = this.winner(key);
    if (this.#layers.get(key)?.delete(source) !== true) return;
    const after = this.winner(key);
    if (this.#version === "0.83") this.#send({ key, source, value: after.value, unsetSource: "" });
    else if (this.#version === "0.85") this.#send({ key, ...after, unsetSource: source });
    else if (after.source !== before.source) this.#send({ key, ...after, unsetSource: "" });
  }

  #send(setting: WireSetting): void {
    this.#sequenceId++;
    const event = { kind: "update" as const, origin, sequenceId: this.#sequenceId, setting };
    for (const stream of this.#bench.transport.streams) if (stream.isOpen) stream.handlers.onEvent(event);
  }
}
