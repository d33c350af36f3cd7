/** Bindings: values of several keys, of one publish, for hot loops. */
import { inspect, isDeepStrictEqual } from "node:util";
import { cellAt } from "../../../memory/cells.js";
import { count } from "../../../memory/facts.js";
import { LATEST_CELL } from "../../../memory/layout.js";
import type { Reading } from "../../../memory/reader/entry.js";
import { KeysReader } from "../../../memory/reader/keys-reader.js";
import type { Mirror } from "../../../memory/reader/mirror.js";
import type { Region } from "../../../memory/region.js";
import { ConfigStreamError } from "../../../shared/errors.js";
import type { Logger } from "../../../shared/logger.js";
import { booleanOption, checkNames, functionOption } from "../../../shared/options/option-checks.js";
import { describeThrown } from "../../../shared/thrown.js";
import { Callbacks } from "../../subscriptions/callbacks.js";
import { detached } from "../../subscriptions/detached.js";
import type { ChangeSource } from "../handle.js";
import type { UpdateSubscription } from "../setting-api.js";
import type { Binding, OnChangeOptions } from "./binding-api.js";
import { type Input, rememberInput } from "./inputs.js";
import { Refusal, refusedValue } from "./refusal.js";

/** What bindings need of their reader. */
export interface BindingPorts {
  readonly region: Region;
  readonly mirror: Mirror;
  readonly onUpdate: ChangeSource;
  readonly logger: Logger;
}

/** How the value of a binding comes about: `finish` is called when what `input` takes has changed. */
interface Making<Taken extends object, T> {
  readonly input: Input<Taken>;
  readonly finish: (taken: Taken) => T;
  /** Whether a value that is deeply equal to the one before may give way to it. */
  readonly isData: boolean;
}

/** Makes a binding. Throws `refused_value` when its first values are refused. */
export function createBinding<Taken extends object, T>(ports: BindingPorts, how: Making<Taken, T>): Binding<T> {
  const { region, mirror } = ports;
  const keys = new KeysReader(region, how.input.names, mirror);
  const readings = keys.read();
  if (readings === undefined) {
    throw new ConfigStreamError(
      "view_contended",
      "A binding could not be read: publishes come faster than this thread reads. Try again.",
    );
  }
  const names = namesOf(how.input);
  let taken: Taken;
  let value: T;
  try {
    taken = how.input.take(readings);
    value = how.finish(taken);
  } catch (thrown) {
    if (thrown instanceof Refusal) count(region, "unreadableValues");
    throw refusedValue(names, thrown);
  }
  making = { word: wordOf(region), stamp: keys.publish, current: value };
  const binding = new LiveBinding<Taken, T>({ ports, keys, how, names }, readings, taken);
  making = undefined;
  const { of, names: wanted, take } = how.input;
  rememberInput(binding, () => ({ of, names: wanted, take: (own) => how.finish(take(own)) }));
  return binding;
}

interface Parts<Taken extends object, T> {
  readonly ports: BindingPorts;
  readonly keys: KeysReader;
  readonly how: Making<Taken, T>;
  readonly names: readonly string[];
}

/** What listeners are told. */
interface Change<T> {
  readonly value: T;
  readonly before: T | undefined;
}

interface First<T> {
  readonly word: Int32Array;
  readonly stamp: number;
  readonly current: T;
}

/** What the hot path of the binding that is being made begins with. */
let making: First<unknown> | undefined;

function first<T>(): First<T> {
  if (making === undefined) throw new ConfigStreamError("internal", "A binding is made by bind() and derive() alone.");
  return making as First<T>;
}

/** What the last value was made of, or what was refused last, when there is no such thing. */
const unknown = Symbol("unknown");

/** The hot path is one plain read of the word that every publish changes; see the handle's for why its fields are declared so. */
class LiveBinding<Taken extends object, T> implements Binding<T> {
  #word = first<T>().word;
  #stamp = first<T>().stamp;
  #current = first<T>().current;
  readonly #parts: Parts<Taken, T>;
  #readings: readonly Reading[];
  /** What `#current` was made of, and what `#error` is about. */
  #good: Taken;
  #refused: Taken | typeof unknown = unknown;
  #error: ConfigStreamError | undefined;
  readonly #callbacks: Callbacks<Change<T>>;
  #updates: UpdateSubscription | undefined;
  #told: T | undefined;

  constructor(parts: Parts<Taken, T>, readings: readonly Reading[], good: Taken) {
    this.#parts = parts;
    this.#readings = readings;
    this.#good = good;
    this.#callbacks = newCallbacks(parts);
  }

  get value(): T {
    return this.#word[0] === this.#stamp ? this.#current : this.#renew();
  }

  get lastError(): ConfigStreamError | undefined {
    this.#renew();
    return this.#error;
  }

  onChange(listener: (value: T, before: T) => unknown, options: OnChangeOptions = {}): UpdateSubscription {
    functionOption("listener", listener ?? null);
    checkNames(options, ["now"], "onChange");
    const isNow = booleanOption("now", options.now, false);
    // Earlier subscribers are told of what has changed until now, since the newcomer must not be.
    if (this.#updates === undefined) this.#watch();
    else this.#look();
    const callbacks = this.#callbacks;
    const call = ({ value, before }: Change<T>) => listener(value, before as T);
    if (isNow) {
      const once = newCallbacks<T>(this.#parts);
      const end = once.add(call);
      once.deliver([{ value: this.#told as T, before: undefined }]);
      end();
    }
    const remove = callbacks.add(call);
    const unsubscribe = () => {
      remove();
      if (callbacks.size > 0) return;
      this.#updates?.unsubscribe();
      this.#updates = undefined;
      this.#told = undefined;
    };
    return { unsubscribe, [Symbol.dispose]: unsubscribe };
  }

  /** A log of the binding shows no value. */
  [inspect.custom](): string {
    return `Binding { keys: ${this.#parts.names.join(", ")} }`;
  }

  /** As for {@link inspect.custom}: loggers write objects as JSON. */
  toJSON(): { readonly keys: readonly string[] } {
    return { keys: this.#parts.names };
  }

  #renew(): T {
    const { keys, ports } = this.#parts;
    const readings = keys.read() ?? this.#readings;
    if (readings !== this.#readings) {
      this.#readings = readings;
      this.#take(readings);
    }
    if (this.#word.byteOffset !== cellAt(ports.region, LATEST_CELL) * 4) this.#word = wordOf(ports.region);
    // What was read, not what the word holds now: should a publish be under way, the next read looks again.
    this.#stamp = keys.publish;
    return this.#current;
  }

  #take(readings: readonly Reading[]): void {
    const { how, names, ports } = this.#parts;
    let taken: Taken | typeof unknown = unknown;
    try {
      taken = how.input.take(readings);
      if (this.#refused !== unknown && isSame(taken, this.#refused)) return;
      // What is as it was when all was well is well again, without being made again.
      if (!isSame(taken, this.#good)) {
        const value = how.finish(taken);
        // What has read this binding itself meanwhile has found something newer.
        if (this.#readings !== readings) return;
        // A spec's value is what was taken itself, which has just been compared.
        const isOther = !how.isData || Object.is(value, taken) || !isDeepStrictEqual(value, this.#current);
        if (isOther) this.#current = value;
        this.#good = taken;
      }
      this.#refused = unknown;
      this.#error = undefined;
    } catch (thrown) {
      if (this.#readings !== readings) return;
      this.#refused = taken;
      this.#error = refusedValue(names, thrown);
      if (thrown instanceof Refusal) count(ports.region, "unreadableValues");
      ports.logger.error(`${this.#error.message} It keeps its last value.`);
    }
  }

  #watch(): void {
    const { how, names, ports } = this.#parts;
    this.#told = this.value;
    const filter = how.input.names.some(({ isWhole }) => isWhole) ? {} : { keys: names };
    this.#updates = detached(() => ports.onUpdate(() => this.#look(), filter));
  }

  /** Reports what has changed since its last report. A publish is told key by key; the first one brings all of it. */
  #look(): void {
    const before = this.#told as T;
    const value = this.value;
    if (Object.is(before, value)) return;
    this.#told = value;
    this.#callbacks.deliver([{ value, before }]);
  }
}

function newCallbacks<T>({ names, ports }: Pick<Parts<object, unknown>, "names" | "ports">): Callbacks<Change<T>> {
  return new Callbacks((_, thrown) =>
    ports.logger.error(`An onChange listener of the binding of ${names.join(", ")} failed: ${describeThrown(thrown)}.`),
  );
}

/**
 * As `isDeepStrictEqual`, which takes microseconds to find out that a number in an object is another one. What one binding takes has
 * the same names each time.
 */
function isSame<Taken extends object>(a: Taken, b: Taken): boolean {
  for (const name of Object.keys(a) as (keyof Taken)[]) {
    const mine = a[name];
    const other = b[name];
    if (!Object.is(mine, other) && (typeof mine !== "object" || !isDeepStrictEqual(mine, other))) return false;
  }
  return true;
}

function namesOf({ names }: Input): readonly string[] {
  return Object.freeze([...new Set(names.map(({ key }) => key))]);
}

function wordOf(region: Region): Int32Array {
  const at = cellAt(region, LATEST_CELL);
  return region.words.subarray(at, at + 1);
}
