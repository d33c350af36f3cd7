/**
 * Layout of the region. Every word has one owner, the only side that writes it.
 *
 * The region is one WebAssembly memory (grows in place, in pages of 64 KiB; old views stay valid). Page 0 is the header;
 * what follows is handed out by `memory.grow`, which is atomic, so that two writers can never be given the same page.
 *
 * ```
 * page 0   identity | counters | status latch | cell chunk table | arena blocks | cells 0..4095
 * page 1…  pages of arenas (root, slots, keys, tables, values) and of further cells
 * ```
 *
 * Offsets named `…At` that point into an arena are byte offsets; all other positions are indices of 32-bit words.
 */

/** "CSTR" in little endian: distinguishes a region from any other memory. */
export const MAGIC = 0x52545343;
/** Raised by every change of this file that an older reader would misread. */
export const LAYOUT_VERSION = 2;

/** Bytes of a WebAssembly page. */
export const PAGE_BYTES = 65_536;
/** Header size in pages. */
export const HEADER_PAGES = 1;

/** Words of the header. Owner in brackets. */
export const header = {
  /** [creator, once] {@link MAGIC}. */
  magic: 0,
  /** [creator, once] {@link LAYOUT_VERSION}. */
  version: 1,
  /** [current writer] Ordinal of the arena that readers use; 0: nothing was ever published. */
  arena: 2,
  /** [any writer, read-modify-write] Ordinals given out so far. */
  arenasCreated: 3,
  /** [any writer, read-modify-write] Ranges of publish numbers given out so far; see {@link PUBLISH_RANGE}. */
  rangesTaken: 4,
  /** [current writer] Number of cell chunks in the table. */
  cellChunks: 5,
  /** [worker] 1 once `waitReady` resolves: a first snapshot was published, or cached settings have to do. */
  ready: 6,
  /** [host] 1 once the consumer was stopped. */
  stopped: 7,
  /** [worker] Counts transitions of the status latch; waited on by threads that wait for a state. */
  doorbell: 8,
  /** [worker] Counts up at least once a second while the worker's event loop turns, and between the steps of its work. */
  heartbeat: 9,
  /** [worker] Milliseconds since the epoch of the last message from the core agent, 64 bit, 8-byte aligned. */
  lastMessageAtMs: 10,
  /** [current writer] Ranges taken, divided by {@link RANGES_PER_CELL_EPOCH}, when the present cells were laid out. */
  cellEpoch: 16,
  /**
   * [any writer, and the host, read-modify-write] Writers so far, and how many of them the host has seen the end of. Only the newest may change
   * {@link header.arena}, and the thread of no other may write what is the worker's.
   */
  writers: 17,
  /** [host] Milliseconds since the epoch at which `start()` was called, 64 bit. */
  startedAtMs: 12,
  /** [worker] Milliseconds since the epoch of the first applied snapshot, 64 bit; 0: none yet. */
  firstSnapshotAtMs: 14,
  /** [creator, once] What the monotonic clock is behind the epoch, in ms, 64 bit; see region-clock.ts. */
  clockOffsetMs: 18,
  /** [worker] Word index of the latch with the list of held keys, in a page of its own; 0: nothing was ever held. */
  heldAt: 20,
  /** [worker] Keys that are held now, also those that the list has no room for. */
  heldKeys: 21,
  /** [see counters.ts] One word per counter. */
  counters: 32,
  /** [worker] Latch with the engine's status. */
  statusLatch: 64,
  /** [current writer] Word index of each chunk of cells. */
  cellChunkAt: 1_024,
  /** [each arena's writer] Blocks of {@link BLOCK_WORDS} words. */
  arenaBlocks: 2_048,
  /** [current writer] Cells 0 to {@link CELLS_PER_CHUNK} - 1. */
  firstCells: 12_288,
} as const;

/** Words of one copy of a latch: length, checksum, then bytes. */
export const LATCH_COPY_WORDS = 448;
/** Most bytes in a latch. */
export const LATCH_MAX_BYTES = (LATCH_COPY_WORDS - 2) * 4;

/** The same of the list of held keys: two copies fill a page. */
export const HELD_COPY_WORDS = 8_000;

/** Cells in one chunk. The first chunk is in the header. */
export const CELLS_PER_CHUNK = 4_096;
/** Most chunks, hence most slots that an arena can have. */
export const MAX_CELL_CHUNKS = 512;
/** Cell 0 belongs to no slot: it changes whenever a key is added, and with every new arena. */
export const ABSENT_CELL = 0;
/** Cell 1 belongs to no slot either: it changes with every publish, and so shows a reader any change. */
export const LATEST_CELL = 1;
/** Cell of slot 0. The cells before it fill a cache line, so that handles do not share one that every publish writes. */
export const FIRST_SLOT_CELL = 16;

/** Arena blocks. A block is used again after so many arenas; its owner's ordinal stands in it. */
export const ARENA_BLOCKS = 32;
/** Words of an arena block. */
export const BLOCK_WORDS = 128;

/** Words of an arena block. All written by the arena's writer, except `writerGone`. */
export const block = {
  /** Ordinal of the arena that uses this block, which its writer takes by a compare-exchange. */
  ordinal: 0,
  /** Publish number before the arena's first one. */
  base: 1,
  /** Number of the newest publish that was begun; {@link RETIRED} once the arena's space is used again. */
  begun: 2,
  /** Number of the newest publish that is complete. */
  done: 3,
  /** Slots in the directory. */
  slots: 4,
  /** Word index of the hash table: its capacity, then its entries. */
  table: 5,
  /** Word index of the table of slot chunks. */
  slotChunks: 6,
  /** Word index of the table of source names, each the byte offset of a length and the name's UTF-8. */
  sources: 7,
  /** Word index of the ring of changed slots. */
  log: 8,
  /**
   * [host, and the writer] Ordinal of the arena once the thread that wrote it has provably ended, or will never write it again: only then may its
   * space be used again. It names the arena, so that what is written late says nothing of the next one in this block.
   */
  writerGone: 9,
  /** [see extentsWord] Extents of the arena, and whose they are. */
  extents: 10,
  /** Two copies of the publish record, chosen by the lowest bit of the publish number. */
  meta: 12,
  /** First page and number of pages, {@link MAX_EXTENTS} pairs. */
  extentAt: 32,
} as const;

/** Value of `begun` in a retired arena: equals no publish number, nor the one before any. */
export const RETIRED = 0;
/** Most extents of one arena. Neighbouring extents are joined, so few are ever needed. */
export const MAX_EXTENTS = 48;
/** The word of a block that counts extents: the count, and as much of the arena's ordinal as fits. */
export const extentsWord = {
  of: (ordinal: number, count: number): number => (ordinal << 8) | count,
  count: (word: number): number => word & 0xff,
} as const;

/** Words of one copy of the publish record. */
export const META_WORDS = 8;
export const meta = {
  /** The core agent's sequence id. */
  sequenceId: 0,
  /** Entries ever written to the ring of changed slots. */
  logHead: 1,
  /** Keys that exist. */
  liveKeys: 2,
  /** Milliseconds since the epoch: low and high word. */
  timeLow: 3,
  timeHigh: 4,
  /** Byte offset and byte length of the origin's name. */
  originAt: 5,
  originLength: 6,
  /** What is known of the layers below the winners, as its place in {@link lowerLayers}. */
  lowerLayers: 7,
} as const;

/**
 * What can be known of the layers below the winners. `some`: some may be missing, or have changed since. `once`: each was sent, and
 * may have changed since. `all`: each is as it is now.
 */
export const lowerLayers = ["some", "once", "all"] as const;
export type LowerLayers = (typeof lowerLayers)[number];

/**
 * Publish numbers are drawn from ranges that no two arenas share, so that a number names one publish in the whole life
 * of a region and a cell that was written by an old arena can never be taken for one of the present arena.
 * A range is used up after so many publishes; then the arena is replaced.
 */
export const PUBLISH_RANGE = 2 ** 24;
/** Ranges until 32 bits are used up; then the cells move to fresh memory, so that no old number can come back. */
export const RANGES_PER_CELL_EPOCH = 2 ** 8;
/** A stamp that no cell ever holds: a reader that keeps it takes the slow path every time. Range 0 is never used. */
export const STAMP_NEVER = 1;
/** What a cell holds that was left behind when the cells moved. */
export const STAMP_MOVED = 2;

/** Slots in one chunk of the directory. */
export const SLOTS_PER_CHUNK = 512;
/** Words of a slot. */
export const SLOT_WORDS = 10;
/** Words of a slot. All written by the arena's writer. */
export const slot = {
  /** Byte offset of the key's UTF-8; never changes. */
  keyAt: 0,
  /** See {@link keyInfo}. */
  keyInfo: 1,
  /** Two descriptors. */
  descriptorA: 2,
  descriptorB: 6,
} as const;
/** Longest key, in UTF-8 bytes: what the word {@link slot.keyInfo} has room for. */
export const MAX_KEY_BYTES = 2 ** 16 - 1;

/** The word {@link slot.keyInfo}: byte length of the key in the low half, the upper half of its hash in the other. */
export const keyInfo = {
  pack: (length: number, hash: number): number => length | ((hash >>> 16) << 16),
  length: (word: number): number => word & 0xffff,
} as const;

/** Words of a descriptor. */
export const descriptor = {
  /** Number of the publish that wrote it; 0: never written. */
  publish: 0,
  /** Byte offset of the record. */
  at: 1,
  /** See {@link recordInfo}. 0: the key was removed. */
  info: 2,
  /** Checksum of the record, seeded with slot and publish number. */
  checksum: 3,
} as const;
/** Largest record, in bytes: what the word {@link descriptor.info} has room for. */
export const MAX_RECORD_BYTES = 2 ** 24 - 1;
/** Most sources of one arena, likewise. Source 0 is the empty name. */
export const MAX_SOURCES = 2 ** 7 - 1;
/** Longest name of a source, and of an origin, in UTF-8 bytes. */
export const MAX_NAME_BYTES = 1_024;

/** The word {@link descriptor.info} of a setting that exists: length of its record, number of its source, layers or not. */
export const recordInfo = {
  pack: (length: number, source: number, hasLayers: boolean): number =>
    length | (source << 24) | (hasLayers ? 1 << 31 : 0),
  length: (word: number): number => word & 0xffffff,
  source: (word: number): number => (word >>> 24) & 0x7f,
  hasLayers: (word: number): boolean => word < 0,
} as const;

/** Entries of the ring of changed slots; a power of two. */
export const LOG_ENTRIES = 4_096;

/** Bits of a hash table entry that hold the slot's index + 1; the rest holds bits of the key's hash. */
export const TABLE_INDEX_BITS = 21;

/** Word index of the block of an arena. */
export function blockOf(ordinal: number): number {
  return header.arenaBlocks + ((ordinal >>> 0) % ARENA_BLOCKS) * BLOCK_WORDS;
}
