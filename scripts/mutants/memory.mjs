// The shared-memory scheme, broken in one place for each of its guarantees (docs/design.md).
const seqlock = "src/memory/seqlock.ts";
const arenaReader = "src/memory/arena-reader.ts";
const arenaWriter = "src/memory/writer/arena-writer.ts";
const arenaBlocks = "src/memory/writer/arena-blocks.ts";
const lateWriter = "test/unit/memory/writer/late-writer.test.ts";
const regionWriter = "src/memory/writer/region-writer.ts";
const keyReader = "src/memory/reader/key-reader.ts";
const hotReader = "src/main/reader/hot-reader.ts";
const mirror = "src/memory/reader/mirror.ts";
const slotReadings = "src/memory/reader/slot-readings.ts";
const slotsBelow = "src/memory/reader/slots-below.ts";

const weakOrder = ["test/memory/weak-order.test.ts"];
const twoWriters = ["test/memory/two-writers.test.ts"];

const mutations = [
  {
    name: "G1 the closing check of a read is a load",
    tests: weakOrder,
    edits: [
      [
        seqlock,
        "const begun = region.add(blockAt + block.begun, 0);\n  return begun",
        "const begun = region.load(blockAt + block.begun);\n  return begun",
      ],
    ],
  },
  {
    name: "G1 the closing check of a record is a load",
    tests: weakOrder,
    edits: [
      [
        seqlock,
        "const begun = region.add(blockAt + block.begun, 0);\n  if",
        "const begun = region.load(blockAt + block.begun);\n  if",
      ],
    ],
  },
  {
    name: "G1 a publish is begun by a store",
    tests: weakOrder,
    edits: [
      [seqlock, "region.exchange(blockAt + block.begun, publish);", "region.store(blockAt + block.begun, publish);"],
    ],
  },
  {
    name: "G1 an arena is retired by a store",
    tests: weakOrder,
    edits: [
      [seqlock, "region.exchange(blockAt + block.begun, RETIRED);", "region.store(blockAt + block.begun, RETIRED);"],
      [
        seqlock,
        "region.compareExchange(blockAt + block.begun, begun, RETIRED);",
        "region.store(blockAt + block.begun, RETIRED);",
      ],
    ],
  },
  {
    name: "G2 a publish is completed by a plain write",
    tests: weakOrder,
    edits: [
      [seqlock, "region.store(blockAt + block.done, publish);", "region.setPlain(blockAt + block.done, publish);"],
    ],
  },
  {
    name: "G1 the closing check always passes",
    edits: [[seqlock, "return begun === at || begun === ((at + 1) | 0);", "return begun !== 0x7fffffff;"]],
  },
  {
    name: "G1 the closing check of a record always passes",
    edits: [
      [seqlock, "if (begun === RETIRED || descriptorAt < 0) return false;", "if (begun !== 0x7fffffff) return true;"],
    ],
  },
  {
    name: "G1 the closing check allows one publish too many",
    edits: [
      [
        seqlock,
        "if (begun === at || begun === ((at + 1) | 0)) return true;",
        "if (begun - at <= 2 && begun >= at) return true;",
      ],
    ],
  },
  {
    name: "G1 a record's number may be newer than R1 allows",
    edits: [[seqlock, "if (((at - publish) | 0) < 0) return false;", ""]],
  },
  {
    name: "G1 a record need not be its slot's newest",
    edits: [[seqlock, "return isNewest && ", "return isNewest !== undefined && "]],
  },
  {
    name: "G1 the newer descriptor is overwritten",
    edits: [[seqlock, "return ((inA - inB) | 0) < 0 ? a : b;", "return ((inA - inB) | 0) < 0 ? b : a;"]],
  },
  {
    name: "G1 bytes of the newest record are used again",
    edits: [
      [
        arenaWriter,
        "const older = olderDescriptor(this.#region, slotAt(this.#region, this.#blockAt, index));\n      const oldLength",
        "const at = slotAt(this.#region, this.#blockAt, index);\n      const older = otherDescriptor(at, olderDescriptor(this.#region, at));\n      const oldLength",
      ],
    ],
  },
  {
    // Either alone suffices while accesses are ordered; without an order only the first does, see weak-order.test.ts.
    name: "G1 pages are used again, with neither the arena retired nor a look at the present one",
    edits: [
      [arenaBlocks, "  retireFrom(region, at, begun);\n", ""],
      [
        arenaReader,
        "return region.load(header.arena) === position.ordinal;",
        "return position.ordinal >= 0 && region !== undefined;",
      ],
    ],
  },
  {
    name: "G1 a read does not end with a look at the present arena",
    edits: [
      [
        arenaReader,
        "return region.load(header.arena) === position.ordinal;",
        "return position.ordinal >= 0 && region !== undefined;",
      ],
    ],
  },
  {
    name: "G1 an empty slot keeps the source of the record read before",
    edits: [[arenaReader, "      this.source = 0;\n", ""]],
  },
  {
    name: "G2 cells are marked after the publish is complete",
    edits: [
      [arenaWriter, "    markCell(region, cellAt(region, cellOfSlot(index)), publish);\n", ""],
      [
        arenaWriter,
        "    endPublish(region, this.#blockAt, publish);\n",
        "    endPublish(region, this.#blockAt, publish);\n    for (const index of staged.slots) if (index !== NO_SLOT) markCell(region, cellAt(region, cellOfSlot(index)), publish);\n",
      ],
    ],
  },
  {
    name: "G2 the cell of absent keys is not marked",
    edits: [[arenaWriter, "if (staged.newKeys > 0) markCell", "if (staged.newKeys < 0) markCell"]],
  },
  {
    name: "G2 a stamp is what the cell holds now",
    edits: [
      [
        keyReader,
        "const stamp = copy.publish === 0 ? STAMP_NEVER : copy.publish;",
        "const stamp = region.load(cellAt(region, cellOfSlot(slot)));",
      ],
    ],
  },
  {
    name: "G2 an absent key keeps the stamp of a publish under way",
    edits: [
      [keyReader, "settled ? absentStamp : STAMP_NEVER", "settled || absentStamp !== 0 ? absentStamp : STAMP_NEVER"],
    ],
  },
  {
    name: "G2 a hand-over marks no cells before it is visible",
    edits: [[regionWriter, "      markAllCells(region, arena.publishNumber);\n", ""]],
  },
  {
    name: "G2 a publish does not change the word that getters look at",
    edits: [[arenaWriter, "    markCell(region, cellAt(region, LATEST_CELL), publish);\n", ""]],
  },
  {
    name: "G2 the word that getters look at changes after the publish is complete",
    edits: [
      [arenaWriter, "    markCell(region, cellAt(region, LATEST_CELL), publish);\n", ""],
      [
        arenaWriter,
        "    endPublish(region, this.#blockAt, publish);\n",
        "    endPublish(region, this.#blockAt, publish);\n    markCell(region, cellAt(region, LATEST_CELL), publish);\n",
      ],
    ],
  },
  {
    name: "G2 getters count as settled at what that word holds",
    edits: [[hotReader, "this.settledAt = publish;", "this.settledAt = region.load(cellAt(region, LATEST_CELL));"]],
  },
  {
    name: "G2 getters keep what has changed",
    edits: [[hotReader, "      else this.#dropChanged(changed, absentStamp);\n", ""]],
  },
  {
    name: "G2 getters keep absent keys that have been added",
    edits: [[hotReader, "if (absentStamp === this.#absentStamp) return;", "if (absentStamp !== 0) return;"]],
  },
  {
    name: "G2 getters ask for added keys before they know up to when",
    edits: [
      [hotReader, "      const absentStamp = cellStamp(region, ABSENT_CELL);\n", ""],
      [
        hotReader,
        "      const position = currentPosition(region);\n",
        "      const absentStamp = cellStamp(region, ABSENT_CELL);\n      const position = currentPosition(region);\n",
      ],
    ],
  },
  {
    name: "G2 getters keep a value although its read gave up",
    edits: [[hotReader, "if (!settled || !this.keys.isCurrent(entry)) return", "if (!settled) return"]],
  },
  {
    name: "G2 getters read a new arena's ring on from the old one's",
    edits: [
      [
        hotReader,
        "ordinal === this.#arena ? changedSlots(region, position, this.#logSeen, head) : undefined",
        "changedSlots(region, position, this.#logSeen, head)",
      ],
    ],
  },
  {
    name: "G6 getters forget everything at each publish",
    edits: [
      [
        hotReader,
        "if (changed === undefined) this.#drop();",
        "if (changed === undefined || changed.length > 0) this.#drop();",
      ],
    ],
  },
  {
    name: "G3 a publish is visible before it is written",
    edits: [
      [
        arenaWriter,
        "    beginPublish(region, this.#blockAt, publish);\n",
        "    beginPublish(region, this.#blockAt, publish);\n    endPublish(region, this.#blockAt, publish);\n",
      ],
    ],
  },
  {
    name: "G3 the mirror settles after its first pass",
    edits: [
      [mirror, "      this.#scan(slots);\n      return undefined;", "      this.#scan(slots);\n      return meta;"],
    ],
  },
  {
    name: "G3 the mirror settles although a batch failed",
    edits: [
      [
        mirror,
        "return this.#readAll([...this.#stale], position) ? meta : undefined;",
        "this.#readAll([...this.#stale], position);\n      return meta;",
      ],
    ],
  },
  {
    name: "G3 any ring of changed slots is taken for a short one",
    edits: [[arenaReader, "  if (fresh < 0 || fresh > LOG_ENTRIES / 2) return undefined;\n", ""]],
  },
  {
    name: "G3 a section is taken without its closing check",
    edits: [
      [slotReadings, "return stillHolds(this.#region, position) && this.#allMatch", "return this.#allMatch"],
      [
        slotReadings,
        "import { type ArenaPosition, keyOfSlot, RecordCopy, sourceName, stillHolds }",
        "import { type ArenaPosition, keyOfSlot, RecordCopy, sourceName }",
      ],
    ],
  },
  {
    name: "G3 a name's own setting is not of the publish of its section",
    edits: [[keyReader, "    if (own !== undefined && own.state.value !== null) return own;\n", ""]],
  },
  {
    name: "G3 a name's own setting is not of the publish of its section, in a getter",
    edits: [[hotReader, "const reading = own ?? entry;", "const reading = entry;"]],
  },
  {
    name: "G2 a section is not looked at again when a key was added",
    edits: [[slotsBelow, "if (isSameArena && slots === this.seen) return true;", "if (isSameArena) return true;"]],
  },
  {
    name: "G2 a section keeps the slots of an old arena",
    edits: [
      [slotsBelow, "const isSameArena = this.arena === position.ordinal;", "const isSameArena = this.arena !== 0;"],
    ],
  },
  {
    name: "G2 a section is read although keys were added since it was found",
    edits: [[slotsBelow, " && slotCount(region, position) === this.seen;", ";"]],
  },
  {
    name: "G1 a section's slots are taken for those of another arena",
    edits: [[slotsBelow, "return this.arena === position.ordinal && slotCount", "return slotCount"]],
  },
  {
    name: "G2 a setting of a section is not read again",
    edits: [
      [slotReadings, "if (before.publish === (visible", "if (before.publish !== 0 || before.publish === (visible"],
    ],
  },
  {
    name: "G9 the checksums of a section are not compared",
    edits: [[slotReadings, "if (readings === before) return true;", "if (readings.length >= 0) return true;"]],
  },
  {
    name: "G4 readers wait for a publish under way",
    edits: [
      [
        arenaReader,
        "  const blockAt = blockOf(ordinal);\n",
        "  const blockAt = blockOf(ordinal);\n  for (let i = 0; i < 100_000 && region.load(blockAt + block.begun) !== region.load(blockAt + block.done); i++);\n",
      ],
    ],
  },
  {
    name: "G2 a hand-over takes any mark for its own",
    edits: [[regionWriter, "if (region.plain(at) !== publish) markCell", "if (region.plain(at) === 0) markCell"]],
  },
  {
    name: "G1 the bytes of a record begin where the first one does",
    edits: [[arenaWriter, "region.copyIn(at, bytes, from, length);", "region.copyIn(at, bytes, 0, length);"]],
  },
  {
    name: "G3 a key that was indexed late has the slot of its neighbour",
    edits: [
      [
        "src/memory/writer/directory-writer.ts",
        "this.#slots.set(this.keyOf(index), index);",
        "this.#slots.set(this.keyOf(index), index ^ 1);",
      ],
    ],
  },
  {
    name: "G6 every publish marks all cells",
    edits: [
      [
        arenaWriter,
        "    this.#writeLog(staged.slots);\n",
        "    this.#writeLog(staged.slots);\n    for (let i = 0; i < this.slots; i++) markCell(region, cellAt(region, cellOfSlot(i)), publish);\n",
      ],
    ],
  },
  {
    name: "G7 memory that is not seen yet means that the key is absent",
    edits: [[keyReader, "    if (slot === UNREADABLE) return false;\n", ""]],
  },
  {
    name: "G7 the directory is read without looking for growth, and what cannot be read is absent",
    edits: [
      ["src/memory/directory.ts", "  if (!region.covers(chunk * 4, 4)) return -1;\n", ""],
      [keyReader, "    if (slot === UNREADABLE) return false;\n", ""],
    ],
  },
  {
    name: "G9 the checksum is not compared",
    edits: [
      [arenaReader, "return this.length === 0 || checksum(", "return this.length >= 0 || checksum("],
      [
        "src/memory/reader/stored-reading.ts",
        "return record === undefined || ",
        "return record === undefined || record.length > 0 || ",
      ],
    ],
  },
  {
    name: "19 a new arena may take the present one's block",
    edits: [[arenaBlocks, "(owner !== current && isGone(region, at, owner));\n    if", "owner !== -1;\n    if"]],
  },
  {
    name: "19 a cell is marked by a store",
    tests: twoWriters,
    edits: [[seqlock, "region.exchange(cellAt, publish);", "region.store(cellAt, publish);"]],
  },
  {
    name: "19 a publish is completed although a newer writer has come",
    tests: twoWriters,
    edits: [[arenaWriter, "    if (!isNewestWriter(region, this.#turn)) return;\n", ""]],
  },
  {
    name: "19 readers are sent to a new arena although a newer writer has come",
    tests: twoWriters,
    edits: [[regionWriter, "        if (this.isSuperseded) {\n", "        if (this.#rebuildIn < 0) {\n"]],
  },
  {
    name: "19 a writer looks for a newer one before its last mark",
    tests: twoWriters,
    edits: [
      [arenaWriter, "    if (!isNewestWriter(region, this.#turn)) return;\n", ""],
      [
        arenaWriter,
        "    this.#writeRows(staged, publish);\n",
        "    this.#writeRows(staged, publish);\n    if (!isNewestWriter(region, this.#turn)) return;\n",
      ],
    ],
  },
  {
    name: "19 cells that move become fewer",
    edits: [[regionWriter, "Math.max(chunks, cellChunksOf(slots))", "cellChunksOf(slots)"]],
  },
  {
    name: "19 cells are moved to where another writer has moved them meanwhile",
    tests: [lateWriter],
    edits: [
      [
        regionWriter,
        "region.compareExchange(header.cellChunkAt + chunk, at, first + chunk * CELLS_PER_CHUNK);",
        "region.store(header.cellChunkAt + chunk, first + chunk * CELLS_PER_CHUNK + 0 * at);",
      ],
    ],
  },
  {
    name: "19 pages of a dead arena can be found twice",
    tests: [lateWriter],
    edits: [
      [
        arenaBlocks,
        "if (region.compareExchange(at + block.extents, word, 0) !== word) return [];",
        "if (word === 0) return [];",
      ],
    ],
  },
  {
    name: "19 pages are used again while their writer may live",
    tests: ["test/unit/memory/region.test.ts"],
    edits: [
      [
        arenaBlocks,
        "owner !== 0 && owner !== current && isGone(region, at, owner));\n  if",
        "owner !== 0 && owner !== current);\n  if",
      ],
    ],
  },
  {
    name: "19 pages are taken without a look at whose they are by then",
    tests: [lateWriter],
    edits: [["src/memory/layout.ts", "(ordinal << 8) | count", "count"]],
  },
  {
    name: "19 a block is taken that another writer has taken meanwhile",
    tests: [lateWriter],
    edits: [
      [
        arenaBlocks,
        "if (isFree && region.compareExchange(at + block.ordinal, owner, ordinal) === owner) return ordinal;",
        "if (isFree) {\n      region.store(at + block.ordinal, ordinal);\n      return ordinal;\n    }",
      ],
    ],
  },
  {
    name: "19 an arena is retired whose block another writer has taken meanwhile",
    tests: [lateWriter],
    edits: [
      [
        seqlock,
        "region.compareExchange(blockAt + block.begun, begun, RETIRED);",
        "region.exchange(blockAt + block.begun, RETIRED);",
      ],
    ],
  },
  {
    name: "19 pages are written that this thread cannot see yet",
    tests: ["test/unit/memory/writer/page-source.test.ts"],
    edits: [["src/memory/writer/page-source.ts", "this.#owned.filter(isSeen).map", "this.#owned.map"]],
  },
  {
    name: "21 a rebuild that does not fit refuses the publish",
    edits: [[regionWriter, 'error.code !== "limit_exceeded") throw error;', 'error.code !== "timeout") throw error;']],
  },
  {
    name: "19 a superseded writer goes on",
    edits: [[regionWriter, "if (this.isSuperseded) return;", ""]],
  },
];

export const memory = {
  tests: [
    "test/memory/interleaving.test.ts",
    "test/memory/random.test.ts",
    "test/memory/self-checking.test.ts",
    "test/memory/sections.test.ts",
    "test/unit/memory",
    "test/unit/main/reader/reader.test.ts",
    "test/unit/main/reader/hot-reader.test.ts",
    "test/unit/main/reader/sections.test.ts",
  ],
  mutations,
};
