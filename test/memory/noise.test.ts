import { Worker } from "node:worker_threads";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createReader } from "../../src/main/reader/reader.js";
import { readCounter } from "../../src/memory/facts.js";
import { header } from "../../src/memory/layout.js";
import { Region } from "../../src/memory/region.js";
import { newRegion, TestWriter } from "../support/memory/region.js";

const names = Array.from({ length: 40 }, (_, i) => `part${i % 3}.key${i}`);
const values = Object.fromEntries(names.map((name, i) => [name, i % 2 === 0 ? i : `text ${i} ${"x".repeat(i * 7)}`]));

function setUp() {
  const region = newRegion(8 * 2 ** 20);
  const writer = new TestWriter(region);
  writer.publish(values);
  writer.publish({ [names[0] as string]: 100, late: 1 });
  return { region, writer };
}

/** Every kind of read. A view may say that it cannot be had; nothing else may throw. */
function readAll(reader: ReturnType<typeof createReader>, handles: readonly { readonly value: unknown }[]): void {
  const kinds = [...names, "missing", "part1"].map((name) => {
    reader.get(name);
    reader.getAllSources(name);
    const reads = [
      reader.getInt(name, -1),
      reader.getString(name, "-"),
      reader.isConfigured(name),
      reader.getSource(name),
    ];
    return reads.map((read) => typeof read).join(" ");
  });
  expect(new Set(kinds)).toEqual(new Set(["number string boolean string"]));
  reader.getSubfields("part2");
  reader.hasSection("part0");
  reader.getSequenceId();
  reader.explain("part1.key1");
  for (const handle of handles) void handle.value;
  try {
    reader.view().getInt("part0.key0");
  } catch (thrown) {
    expect(thrown).toMatchObject({ code: "view_contended" });
  }
}

describe("a region that somebody overwrites with noise", () => {
  it("makes getters give what they had or the default, and counts it; none throws", { timeout: 120_000 }, () => {
    let counted = 0;
    fc.assert(
      fc.property(
        fc.infiniteStream(fc.integer()),
        fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 5_000 })), { minLength: 1, maxLength: 6 }),
        fc.boolean(),
        (noise, spots, warm) => {
          const { region } = setUp();
          const reader = createReader(new Region(region.memory));
          const handles = names.map((name) => reader.setting(name).as((value) => value));
          if (warm) readAll(reader, handles);
          const { words } = region;
          // The identity stays, because a reader checks it only once, when it is made.
          const first = header.counters + 32;
          for (const [at, length] of spots) {
            const from = first + (at % (words.length - first));
            for (let word = from; word < Math.min(words.length, from + length); word++)
              words[word] = noise.next().value;
            readAll(reader, handles);
          }
          readAll(createReader(new Region(region.memory)), []);
          counted += readCounter(region, "checksumMismatches") + readCounter(region, "contendedReads");
        },
      ),
      { numRuns: 60 },
    );
    expect(counted).toBeGreaterThan(0);
  });

  it.each([
    ["the arenas", header.arenaBlocks, 32 * 128],
    ["the table of cells", header.cellChunkAt, 1_024],
    ["the arena's number", header.arena, 1],
  ])("throws nothing when every word of %s is one and the same", (_, from, length) => {
    for (const value of [0, 1, -1, 2 ** 31 - 1, -(2 ** 31), 4_096, 100_000, 0x00ffffff]) {
      const { region } = setUp();
      const reader = createReader(region);
      const handles = names.map((name) => reader.setting(name).asInt());
      readAll(reader, handles);
      region.words.fill(value, from, from + length);
      readAll(reader, handles);
      readAll(createReader(new Region(region.memory)), []);
    }
  });

  it("is as harmless while another thread writes the noise", { timeout: 60_000 }, async () => {
    const { region } = setUp();
    const noisy = new Worker(
      `const { workerData } = require("node:worker_threads");
       const words = new Int32Array(workerData.memory.buffer);
       let seed = 12345;
       const next = () => (seed = (Math.imul(seed, 1664525) + 1013904223) | 0);
       require("node:worker_threads").parentPort.postMessage("ready");
       for (;;) words[workerData.first + (next() >>> 0) % (words.length - workerData.first)] = next();`,
      { eval: true, workerData: { memory: region.memory, first: header.counters + 32 } },
    );
    await new Promise((resolve) => noisy.once("message", resolve));
    try {
      for (let round = 0; round < 30; round++) {
        const reader = createReader(new Region(region.memory));
        const handles = names.map((name) => reader.setting(name).asInt());
        for (let i = 0; i < 3; i++) readAll(reader, handles);
      }
    } finally {
      await noisy.terminate();
    }
  });
});
