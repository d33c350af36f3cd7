import { describe, expect, it } from "vitest";
import { counterNames } from "../../../src/memory/counters.js";
import {
  count,
  isFresh,
  isReady,
  isStopped,
  markReady,
  markReadyFromCache,
  markStopped,
  readCounter,
  readStatus,
  ringDoorbell,
  writeStatus,
} from "../../../src/memory/facts.js";
import { countHeld, MAX_HELD_LISTED, readHeld, writeHeld } from "../../../src/memory/held.js";
import { header, PAGE_BYTES } from "../../../src/memory/layout.js";
import { createRegionMemory, Region } from "../../../src/memory/region.js";
import { regionNow } from "../../../src/memory/region-clock.js";
import type { HeldSetting } from "../../../src/shared/held-setting.js";
import type { EngineStatus } from "../../../src/shared/types.js";
import { newRegion } from "../../support/memory/region.js";

const rings = (region: Region) => region.load(header.doorbell);

function statusWith(message: string): EngineStatus {
  return { state: "reconnecting", lastError: { code: "unavailable", message } } as unknown as EngineStatus;
}

describe("a counter", () => {
  it("counts by itself, from 0 to 2³² and on from 0", () => {
    const region = newRegion();
    expect(counterNames.map((name) => readCounter(region, name))).toEqual(counterNames.map(() => 0));
    counterNames.forEach((name, i) => {
      count(region, name, i + 1);
    });
    count(region, "publishes");
    const expected = counterNames.map((name, i) => i + 1 + (name === "publishes" ? 1 : 0));
    expect(counterNames.map((name) => readCounter(region, name))).toEqual(expected);
    count(region, "reconnects", 2 ** 32 - 2);
    expect(readCounter(region, "reconnects")).toBe(2 ** 32 - 1);
    count(region, "reconnects");
    expect(readCounter(region, "reconnects")).toBe(0);
  });
});

describe("the engine's status", () => {
  it("is nothing at first, then what was written last, and each time a bell rings", () => {
    const region = newRegion();
    expect(readStatus(region)).toBeUndefined();
    writeStatus(region, statusWith("a"));
    writeStatus(region, statusWith("b"));
    expect(readStatus(region)).toEqual(statusWith("b"));
    expect(rings(region)).toBe(2);
    const plain = { state: "connected" } as unknown as EngineStatus;
    writeStatus(region, plain);
    expect(readStatus(region)).toEqual(plain);
  });

  it("keeps an error's text of 900 letters whole, and the beginning of a longer one", () => {
    const region = newRegion();
    const messageOf = (message: string) => {
      writeStatus(region, statusWith(message));
      return readStatus(region)?.lastError?.message;
    };
    expect(messageOf("x".repeat(900))).toBe("x".repeat(900));
    expect(messageOf("x".repeat(901))).toBe(`${"x".repeat(900)}…`);
    expect(messageOf("文".repeat(900)), "of three bytes a letter").toBe("文".repeat(250));
    expect(readStatus(region)).toMatchObject({ state: "reconnecting", lastError: { code: "unavailable" } });
  });
});

describe("the marks of a region", () => {
  it("say when the first snapshot came, which later ones do not change, and ring once", () => {
    const region = newRegion();
    expect([isReady(region), isFresh(region)]).toEqual([false, false]);
    markReady(region, 1_700_000_000_123.9);
    markReady(region, 5);
    expect([isReady(region), isFresh(region), rings(region)]).toEqual([true, true, 1]);
    expect(region.load64(header.firstSnapshotAtMs)).toBe(1_700_000_000_123);
  });

  it("say that cached settings are ready, but not fresh, until a snapshot comes", () => {
    const region = newRegion();
    markReadyFromCache(region);
    markReadyFromCache(region);
    expect([isReady(region), isFresh(region), rings(region)]).toEqual([true, false, 1]);
    markReady(region, 7);
    expect([isReady(region), isFresh(region), rings(region)]).toEqual([true, true, 1]);
  });

  it("say that no further state will come", () => {
    const region = newRegion();
    expect(isStopped(region)).toBe(false);
    markStopped(region);
    expect([isStopped(region), rings(region)]).toEqual([true, 1]);
  });

  it("wake a thread that waits for the bell, and no longer keep it than it said", async () => {
    const region = newRegion();
    const waiting = region.waitAsync(header.doorbell, 0, 10_000);
    ringDoorbell(region);
    await waiting;
    await region.waitAsync(header.doorbell, 0, 10_000);
    region.waitSync(header.doorbell, 0, 10_000);
    region.waitSync(header.doorbell, 1, 1);
    await region.waitAsync(header.doorbell, 1, 1);
    expect(rings(region)).toBe(1);
  });
});

describe("the list of held keys", () => {
  const held = (key: string) => ({ key, reason: "r".repeat(20), sinceMs: 5 }) as unknown as HeldSetting;
  const many = (count: number, start = "k") => Array.from({ length: count }, (_, i) => held(`${start}${i}`));

  it("takes no memory while nothing was ever held", () => {
    const region = newRegion();
    writeHeld(region, []);
    expect([readHeld(region), countHeld(region), region.memory.buffer.byteLength]).toEqual([[], 0, PAGE_BYTES]);
  });

  it("is what was written last, in any thread, in one page, and each time a bell rings", () => {
    const region = newRegion();
    const other = new Region(region.memory);
    writeHeld(region, many(2));
    writeHeld(region, many(3));
    expect([readHeld(other), countHeld(other), rings(other)]).toEqual([many(3), 3, 2]);
    writeHeld(region, []);
    expect([readHeld(other), countHeld(other), rings(other)]).toEqual([[], 0, 3]);
    expect(region.memory.buffer.byteLength).toBe(2 * PAGE_BYTES);
  });

  it("has the first hundred of more, and of long ones as many as there is room for, while all are counted", () => {
    const region = newRegion();
    writeHeld(region, many(MAX_HELD_LISTED + 1));
    expect([readHeld(region), countHeld(region)]).toEqual([many(MAX_HELD_LISTED), MAX_HELD_LISTED + 1]);
    writeHeld(region, many(80, "long.".repeat(100)));
    expect([readHeld(region).length, countHeld(region)]).toEqual([40, 80]);
    writeHeld(region, many(1, "x".repeat(40_000)));
    expect([readHeld(region), countHeld(region)], "not even one").toEqual([[], 1]);
  });

  it("is empty where its place lies in no memory", () => {
    const region = newRegion();
    region.store(header.heldAt, 50_000);
    expect(readHeld(region)).toEqual([]);
  });
});

describe("the memory of a region", () => {
  const clock = (now: number, monotonic: number) => ({ now: () => now, monotonic: () => monotonic }) as never;

  it("knows the time by the monotonic clock alone, from where the system's clock stood when it was made", () => {
    const memory = createRegionMemory(2 ** 20, clock(1_700_000_000_000.4, 1_000));
    expect(regionNow(new Region(memory, clock(5, 1_250)))).toBe(1_700_000_000_250);
  });

  it("can grow to its limit, and by no page more", () => {
    const region = newRegion(5 * PAGE_BYTES + 100);
    expect([region.grow(3), region.grow(1)]).toEqual([1, 4]);
    expect(() => region.grow(1)).toThrow(
      /327680 bytes and cannot grow by 65536 more: the limit limits\.maxRegionBytes/,
    );
    expect(newRegion(0).grow(1), "room for one page is always there").toBe(1);
  });

  it("says that it needs WebAssembly, and what to do where its address space cannot be had", () => {
    const real = Reflect.get(globalThis, "WebAssembly");
    try {
      Object.assign(globalThis, { WebAssembly: undefined });
      expect(() => newRegion()).toThrow(expect.objectContaining({ code: "unsupported" }));
      const Memory = class {
        constructor() {
          throw new RangeError("no room");
        }
      };
      Object.assign(globalThis, { WebAssembly: { Memory } });
      expect(() => newRegion()).toThrow(
        expect.objectContaining({
          code: "limit_exceeded",
          cause: expect.objectContaining({ message: "no room" }),
          details: { limit: "limits.maxRegionBytes" },
        }),
      );
    } finally {
      Object.assign(globalThis, { WebAssembly: real });
    }
  });

  it("is refused where it is of another kind, and the error says of which", () => {
    const region = newRegion();
    region.store(header.magic, 1);
    expect(() => new Region(region.memory)).toThrow(/was given memory that is no region/);
  });

  it("covers what there is, also what another thread has added, and nothing before or behind it", () => {
    const region = newRegion();
    const other = new Region(region.memory);
    expect([region.covers(0, PAGE_BYTES), region.covers(1, PAGE_BYTES), region.covers(PAGE_BYTES, 0)]).toEqual([
      true,
      false,
      true,
    ]);
    expect([region.covers(-1, 1), region.covers(5, -1), region.covers(0, 0)]).toEqual([false, false, true]);
    other.grow(1);
    expect([region.covers(PAGE_BYTES, PAGE_BYTES), region.covers(PAGE_BYTES, PAGE_BYTES + 1)]).toEqual([true, false]);
    region.store64((2 * PAGE_BYTES) / 4 - 2, 2 ** 40 + 0.5);
    expect(other.load64((2 * PAGE_BYTES) / 4 - 2)).toBe(2 ** 40);
  });

  it("keeps its views while it does not grow", () => {
    const region = newRegion();
    const { words, bytes } = region;
    region.refresh();
    expect(region.words).toBe(words);
    region.grow(1);
    expect([region.words.length, region.bytes.length]).toEqual([PAGE_BYTES / 2, 2 * PAGE_BYTES]);
    expect(bytes.length).toBe(PAGE_BYTES);
  });

  it.each([0, 1, 63, 64, 65, 66, 500])("copies %i bytes in and out, and not one beside them", (length) => {
    const region = newRegion();
    const at = header.firstCells * 4 + 100;
    const source = Uint8Array.from({ length: length + 5 }, (_, i) => (i % 250) + 1);
    region.bytes.fill(255, at - 8, at + length + 8);
    region.copyIn(at, source, 3, length);
    expect(region.bytes.slice(at, at + length)).toEqual(source.slice(3, 3 + length));
    expect([region.bytes[at - 1], region.bytes[at + length]]).toEqual([255, 255]);
    const target = new Uint8Array(length + 2);
    region.copyOut(target, at, length);
    expect(target).toEqual(Uint8Array.from([...source.slice(3, 3 + length), 0, 0]));
    region.copyIn(at, source);
    expect(region.bytes.slice(at, at + length + 5)).toEqual(source);
    region.copyInAscii(at, "xyz");
    expect(Buffer.from(region.bytes.slice(at, at + 3)).toString()).toBe("xyz");
  });

  it("can be cleared from a word on", () => {
    const region = newRegion();
    const at = header.firstCells;
    for (let i = 0; i < 5; i++) region.setPlain(at + i, 9);
    region.clear(at + 1, 3);
    expect([0, 1, 2, 3, 4].map((i) => region.plain(at + i))).toEqual([9, 0, 0, 0, 9]);
  });
});
