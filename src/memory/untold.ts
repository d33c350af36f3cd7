/**
 * What subscribers have not been told yet, in memory that outlives the worker: for each key that has changed, the value that they
 * were told last. From it a new worker knows the difference between their state and its own, including changes that the dead
 * worker had published but not sent.
 *
 * A list of entries that only grows, until everything was told. An entry counts once the word before them says so, so a worker
 * may die at any instruction. One thread at a time: the worker, and between two workers the application's.
 */

import type { ConfigChange, ConfigValue } from "../shared/types.js";
import { decodeRecord, encodeRecord } from "./codec.js";

/** Word 0: where the entries end, in bytes, or {@link INCOMPLETE}. */
const FIRST_ENTRY = 8;
const INCOMPLETE = -1;
const START_BYTES = 64 * 1024;
const MAX_BYTES = 16 * 1024 * 1024;
/** Bytes before an entry's key: length of the entry, length of the key, kind. */
const ENTRY_HEADER = 12;

/** Bits of an entry's kind. */
const HAS_VALUE = 1;
/** It replaces earlier entries of its key; otherwise it counts only for a key that has no entry yet. */
const REPLACES = 2;

/** ES2024's growable buffer, which Node.js 20 has and the ES2023 library typings lack. */
type GrowableBuffer = SharedArrayBuffer & { readonly maxByteLength: number; grow(bytes: number): void };
const Growable = SharedArrayBuffer as unknown as new (
  bytes: number,
  options: { maxByteLength: number },
) => GrowableBuffer;

/** A key's value before something changed; `undefined`: the key did not exist. */
interface Before {
  readonly key: string;
  readonly oldValue: ConfigValue | undefined;
}

/** Makes the memory. Can be posted to another thread. `maxBytes` is reserved as address space and used as needed. */
export function createUntoldMemory(maxBytes = MAX_BYTES): SharedArrayBuffer {
  const memory = new Growable(Math.min(START_BYTES, maxBytes), { maxByteLength: maxBytes });
  Atomics.store(new Int32Array(memory), 0, FIRST_ENTRY);
  return memory;
}

/** The same in memory of its own, in which a thread that was given up, and goes on, can write nothing. */
export function copyUntoldMemory(memory: SharedArrayBuffer): SharedArrayBuffer {
  const { byteLength, maxByteLength } = memory as GrowableBuffer;
  const end = Atomics.load(new Int32Array(memory, 0, 1), 0);
  const copy = createUntoldMemory(maxByteLength) as GrowableBuffer;
  if (copy.byteLength < byteLength) copy.grow(byteLength);
  new Uint8Array(copy).set(new Uint8Array(memory, 0, Math.max(0, end)));
  Atomics.store(new Int32Array(copy, 0, 1), 0, end);
  return copy;
}

export class Untold {
  readonly #memory: GrowableBuffer;
  readonly #words: Int32Array;
  /** Keys that have an entry; read when first needed. */
  #known: Set<string> | undefined;

  constructor(memory: SharedArrayBuffer) {
    this.#memory = memory as GrowableBuffer;
    // Of the one word: the memory may have grown to any number of bytes, of which not every one is a whole number of words.
    this.#words = new Int32Array(memory, 0, 1);
  }

  /** To be called before the changes can be read: what they change has been told as it is now, unless it is here already. */
  add(changes: Iterable<Before>): void {
    this.#known ??= new Set(this.read()?.keys());
    for (const { key, oldValue } of changes) if (!this.#known.has(key)) this.#append(key, oldValue, 0);
  }

  /** These changes were sent, but others were not. */
  told(changes: Iterable<Pick<ConfigChange, "key" | "newValue">>): void {
    for (const { key, newValue } of changes) this.#append(key, newValue, REPLACES);
  }

  /** Everything was sent, or there is no subscriber. */
  clear(): void {
    if (this.#end === FIRST_ENTRY) return;
    this.#end = FIRST_ENTRY;
    this.#known?.clear();
  }

  /** Keys with the value that was told last; `undefined` when that is not known, because there was too much of it. */
  read(): Map<string, ConfigValue | undefined> | undefined {
    const end = this.#end;
    if (end === INCOMPLETE) return undefined;
    const entries = new Map<string, ConfigValue | undefined>();
    const bytes = Buffer.from(new Uint8Array(this.#memory, 0, end));
    for (let at = FIRST_ENTRY; at < end; ) {
      const length = bytes.readUInt32LE(at);
      const next = at + length;
      // Two threads have written at once, see copyUntoldMemory.
      if (length < ENTRY_HEADER || next > end) return undefined;
      const value = at + ENTRY_HEADER + bytes.readUInt32LE(at + 4);
      const kind = bytes.readUInt32LE(at + 8);
      const key = bytes.toString("utf8", at + ENTRY_HEADER, value);
      if ((kind & REPLACES) !== 0 || !entries.has(key)) {
        const record = bytes.subarray(value, next);
        entries.set(key, (kind & HAS_VALUE) === 0 ? undefined : decodeRecord(record, record.length, false).value);
      }
      at = next;
    }
    return entries;
  }

  get #end(): number {
    return Atomics.load(this.#words, 0);
  }

  set #end(value: number) {
    Atomics.store(this.#words, 0, value);
  }

  #append(key: string, value: ConfigValue | undefined, kind: number): void {
    const at = this.#end;
    if (at === INCOMPLETE) return;
    const name = Buffer.from(key);
    const record =
      value === undefined ? Buffer.alloc(0) : encodeRecord({ value, source: "", layers: undefined }, 0).bytes;
    const length = ENTRY_HEADER + name.length + record.length;
    if (!this.#reserve(at + length)) {
      this.#end = INCOMPLETE;
      this.#known?.clear();
      return;
    }
    const entry = Buffer.from(this.#memory, at, length);
    entry.writeUInt32LE(length, 0);
    entry.writeUInt32LE(name.length, 4);
    entry.writeUInt32LE(value === undefined ? kind : kind | HAS_VALUE, 8);
    entry.set(name, ENTRY_HEADER);
    entry.set(record, ENTRY_HEADER + name.length);
    this.#end = at + length;
    this.#known?.add(key);
  }

  #reserve(bytes: number): boolean {
    const { byteLength, maxByteLength } = this.#memory;
    if (bytes <= byteLength) return true;
    if (bytes > maxByteLength) return false;
    this.#memory.grow(Math.min(maxByteLength, Math.max(bytes, byteLength * 2)));
    return true;
  }
}
