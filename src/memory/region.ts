/**
 * The region's memory: one shared WebAssembly memory, its views, and the only place where `Atomics` is called on it.
 *
 * WebAssembly memory rather than a growable SharedArrayBuffer: its views have a fixed length, which engines read without a call;
 * it grows in place, in steps that are atomic between threads; and another thread finds the larger buffer by itself.
 */
import { type Clock, systemClock } from "../shared/clock.js";
import { ConfigStreamError } from "../shared/errors.js";
import type { SharedMemory } from "../shared/types.js";
import { HEADER_PAGES, header, LAYOUT_VERSION, MAGIC, PAGE_BYTES } from "./layout.js";

/** The part of WebAssembly that is used; the ES library typings have none. */
type WithWebAssembly = typeof globalThis & {
  readonly WebAssembly?: {
    readonly Memory: new (options: { initial: number; maximum: number; shared: true }) => SharedMemory;
  };
};

/**
 * Makes the memory of a region, of at most `maxBytes`; pages are used only as they are needed. Throws `unsupported` where Node.js
 * has no WebAssembly, and `limit_exceeded` when the address space cannot be had.
 */
export function createRegionMemory(maxBytes: number, clock: Clock = systemClock): SharedMemory {
  const memory = newMemory(Math.max(HEADER_PAGES + 1, Math.floor(maxBytes / PAGE_BYTES)));
  const words = new Int32Array(memory.buffer);
  new BigInt64Array(memory.buffer)[header.clockOffsetMs >> 1] = BigInt(Math.round(clock.now() - clock.monotonic()));
  words[header.version] = LAYOUT_VERSION;
  words[header.cellChunks] = 1;
  words[header.cellChunkAt] = header.firstCells;
  // Last, so that a region is recognised only when it is complete.
  Atomics.store(words, header.magic, MAGIC);
  return memory;
}

function newMemory(maximum: number): SharedMemory {
  const { WebAssembly } = globalThis as WithWebAssembly;
  if (WebAssembly === undefined) {
    throw new ConfigStreamError(
      "unsupported",
      "Node.js runs without WebAssembly, whose memory this library shares between threads. The flag --jitless switches it " +
        "off; start without that flag.",
    );
  }
  try {
    return new WebAssembly.Memory({ initial: HEADER_PAGES, maximum, shared: true });
  } catch (cause) {
    throw new ConfigStreamError(
      "limit_exceeded",
      "The address space for the shared memory could not be reserved. V8 reserves about 10 GiB of it for each WebAssembly " +
        "memory, whatever its limit, while hardly any is used. Start Node.js with --disable-wasm-trap-handler, which " +
        "makes it reserve no more than limits.maxRegionBytes, or raise the process's limit of address space (ulimit -v).",
      { cause, details: { limit: "limits.maxRegionBytes" } },
    );
  }
}

/**
 * Access to a region by one thread.
 *
 * Plain accesses (`plain`, `setPlain`, `copyOut`, `copyIn`) are unordered; the others are sequentially consistent. The
 * protocol that makes plain accesses safe is in seqlock.ts.
 */
export class Region {
  readonly memory: SharedMemory;
  /** This thread's time; its `monotonic` is that of all threads. */
  readonly clock: Clock;
  /** View of all words known to this thread; may be shorter than the memory after another thread grew it. */
  words: Int32Array;
  bytes: Uint8Array;
  #longs: BigInt64Array;

  /** Throws `incompatible_region` when the memory is not a region of this layout. */
  constructor(memory: SharedMemory, clock: Clock = systemClock) {
    this.memory = memory;
    this.clock = clock;
    this.words = new Int32Array(memory.buffer);
    this.bytes = new Uint8Array(memory.buffer);
    this.#longs = new BigInt64Array(memory.buffer);
    const magic = Atomics.load(this.words, header.magic);
    const version = Atomics.load(this.words, header.version);
    if (magic !== MAGIC || version !== LAYOUT_VERSION) {
      const found = magic === MAGIC ? `layout version ${version}` : "memory that is no region";
      throw new ConfigStreamError(
        "incompatible_region",
        `This copy of configstream-consumer reads regions of layout version ${LAYOUT_VERSION}, but was given ${found}. ` +
          "Use the same version of the package in every thread.",
      );
    }
  }

  /** Takes in what other threads have grown. */
  refresh(): void {
    const { buffer } = this.memory;
    if (buffer.byteLength === this.bytes.length) return;
    this.words = new Int32Array(buffer);
    this.bytes = new Uint8Array(buffer);
    this.#longs = new BigInt64Array(buffer);
  }

  /** True when bytes `at` to `at + length` exist; takes in growth first when they seem not to. */
  covers(at: number, length: number): boolean {
    if (at < 0 || length < 0) return false;
    if (at + length <= this.bytes.length) return true;
    this.refresh();
    return at + length <= this.bytes.length;
  }

  /** Adds pages that belong to the caller alone and gives the first one's number; throws `limit_exceeded`. */
  grow(pages: number): number {
    let first: number;
    try {
      first = this.memory.grow(pages);
    } catch (cause) {
      throw new ConfigStreamError(
        "limit_exceeded",
        `The region is ${this.memory.buffer.byteLength} bytes and cannot grow by ${pages * PAGE_BYTES} more: the limit ` +
          "limits.maxRegionBytes is reached. The last good settings are kept. Raise the limit, or send fewer settings.",
        { cause, details: { limit: "limits.maxRegionBytes" } },
      );
    }
    this.refresh();
    return first;
  }

  plain(word: number): number {
    return this.words[word] as number;
  }

  setPlain(word: number, value: number): void {
    this.words[word] = value;
  }

  load(word: number): number {
    return Atomics.load(this.words, word);
  }

  store(word: number, value: number): void {
    Atomics.store(this.words, word, value);
  }

  /** Read-modify-write; gives the old value. */
  add(word: number, value: number): number {
    return Atomics.add(this.words, word, value);
  }

  /** Read-modify-write; gives the old value. */
  exchange(word: number, value: number): number {
    return Atomics.exchange(this.words, word, value);
  }

  /** Read-modify-write; gives the old value. */
  compareExchange(word: number, expected: number, value: number): number {
    return Atomics.compareExchange(this.words, word, expected, value);
  }

  /** 64-bit load; `word` must be even. */
  load64(word: number): number {
    return Number(Atomics.load(this.#longs, word >> 1));
  }

  /** 64-bit store; `word` must be even. */
  store64(word: number, value: number): void {
    Atomics.store(this.#longs, word >> 1, BigInt(Math.trunc(value)));
  }

  /** Copies shared bytes into private memory. */
  copyOut(target: Uint8Array, at: number, length: number): void {
    const { bytes } = this;
    if (length > 64) target.set(bytes.subarray(at, at + length));
    // Most settings are small, and a subarray costs more than copying them.
    else for (let i = 0; i < length; i++) target[i] = bytes[at + i] as number;
  }

  /** Copies `length` private bytes, beginning at `from`, into shared memory. */
  copyIn(at: number, source: Uint8Array, from = 0, length = source.length): void {
    const { bytes } = this;
    if (length > 64) bytes.set(source.subarray(from, from + length), at);
    else for (let i = 0; i < length; i++) bytes[at + i] = source[from + i] as number;
  }

  /** Copies text whose letters are one byte each into shared memory. */
  copyInAscii(at: number, text: string): void {
    const { bytes } = this;
    for (let i = 0; i < text.length; i++) bytes[at + i] = text.charCodeAt(i);
  }

  /** Sets `count` words to 0. */
  clear(word: number, count: number): void {
    this.words.fill(0, word, word + count);
  }

  /** Wakes every thread that waits on `word`. */
  notify(word: number): void {
    Atomics.notify(this.words, word);
  }

  /** Blocks this thread until `word` is no longer `value`, another thread notifies, or the time is over. */
  waitSync(word: number, value: number, timeoutMs: number): void {
    Atomics.wait(this.words, word, value, timeoutMs);
  }

  /** Resolves when `word` is no longer `value`, another thread notifies, or the time is over. Does not keep the process alive. */
  async waitAsync(word: number, value: number, timeoutMs: number): Promise<void> {
    await waitAsync(this.words, word, value, timeoutMs).value;
  }
}

/** ES2024's `Atomics.waitAsync`, which Node.js 20 has and the ES2023 library typings lack. */
const { waitAsync } = Atomics as typeof Atomics & {
  waitAsync(words: Int32Array, index: number, value: number, timeoutMs: number): { value: string | Promise<string> };
};
