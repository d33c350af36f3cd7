import { describe, expect, test } from "vitest";
import type { ConfigValue } from "../../../../src/shared/types.js";
import type { SavedSetting, SavedSettings } from "../../../../src/worker/cache/saved-settings.js";
import { EngineBench } from "../../../support/engine/engine-bench.js";
import { grpcError } from "../../../support/engine/fake-transport.js";

const file = (key: string, value: ConfigValue): SavedSetting => [key, [{ source: "file", value }]];

function saved(...settings: SavedSetting[]): SavedSettings {
  return { origin: "former", sequenceId: 99, publishedAtMs: 1_000, confirmedAtMs: 2_000, settings };
}

const changesOf = (bench: EngineBench, publication: number) =>
  bench.notified[publication]?.changes.map(({ key, oldValue, setting }) => [key, oldValue, setting?.value]);

describe("settings that an earlier process left behind", () => {
  test("are published with their number, origin and time, and the first snapshot changes only what differs", async () => {
    const bench = new EngineBench();
    expect(bench.engine.restore(saved(file("same", 1), file("other", 1), file("gone", 1)))).toBe(true);
    expect(bench.publications[0]).toMatchObject({ sequenceId: 99, origin: "former", atMs: 1_000 });
    expect(bench.visible).toEqual({ same: 1, other: 1, gone: 1 });
    // Lower than theirs: ids belong to one stream.
    await bench.goLive({ same: 1, other: 2, new: 3 }, 5);
    expect(bench.publications[1]).toMatchObject({ sequenceId: 5, origin: "core-agent" });
    expect(bench.publications[1]?.atMs).toBeUndefined();
    expect(changesOf(bench, 1)).toEqual([
      ["other", 1, 2],
      ["new", undefined, 3],
      ["gone", 1, undefined],
    ]);
    expect(bench.count("snapshotsApplied")).toBe(1);
    bench.transport.stream.update(6, "same", 7);
    await bench.clock.settle();
    expect(bench.visible).toEqual({ same: 7, other: 2, new: 3 });
    await bench.engine.stop();
  });

  test("do not make an update before the first snapshot acceptable, whatever its id", async () => {
    const bench = new EngineBench();
    bench.engine.restore(saved(file("a", 1)));
    await bench.start();
    bench.transport.stream.update(100, "a", 2);
    await bench.clock.settle();
    expect(bench.visible).toEqual({ a: 1 });
    expect(bench.count("discontinuities")).toBe(1);
    await bench.engine.stop();
  });

  test("are settled by the present order of the sources, and the present overrides apply", () => {
    const layers = [
      { source: "file", value: "from-file" },
      { source: "cli", value: "from-cli" },
    ];
    const bench = new EngineBench({
      clientName: "c",
      sourcePriority: ["default", "cli", "file", "agent-runtime"],
      overrides: [{ clientName: "c", from: "mine.level", to: "level" }],
    });
    bench.engine.restore(saved(["key", layers], file("level", "info"), file("mine.level", "debug")));
    expect(bench.visible).toEqual({ key: "from-file", level: "debug", "mine.level": "debug" });
    const level = bench.publications[0]?.changes.find(({ key }) => key === "level")?.setting;
    expect(level?.source).toBe("agent-runtime");
    // The override is not kept in turn: it belongs to this process.
    expect(bench.engine.published()).toContainEqual(file("level", "info"));
  });

  test("come too late once there is a snapshot, and even after the core agent has taken everything back", async () => {
    const bench = new EngineBench();
    await bench.goLive({ a: 1 });
    bench.transport.stream.snapshot(2, {});
    await bench.clock.settle();
    expect(bench.engine.restore(saved(file("a", 9)))).toBe(false);
    expect(bench.visible).toEqual({});
    await bench.engine.stop();
  });

  test("that exceed a limit are refused whole, and do no harm", async () => {
    const bench = new EngineBench({ limits: { maxKeys: 1, maxValueBytes: 1_000, maxRegionBytes: 2 ** 20 } });
    expect(() => bench.engine.restore(saved(file("a", 1), file("b", 2)))).toThrow(/maxKeys/);
    await bench.goLive({ c: 3 });
    expect(bench.visible).toEqual({ c: 3 });
    await bench.engine.stop();
  });
});

describe("what may be kept for the next process", () => {
  test("is nothing before the first publish, then what readers see", async () => {
    const bench = new EngineBench();
    expect(bench.engine.published()).toBeUndefined();
    await bench.goLive({ a: 1, b: "x" });
    expect(bench.engine.published()).toEqual([file("a", 1), file("b", "x")]);
    bench.transport.stream.end(grpcError(14));
    await bench.clock.settle();
    expect(bench.engine.published()).toHaveLength(2);
    await bench.engine.stop();
    expect(bench.engine.published()).toHaveLength(2);
  });

  test("is never a state that was refused", async () => {
    const bench = new EngineBench();
    await bench.goLive({ a: 1 });
    bench.refusePublication = () => true;
    // Two updates at once: the first is in the store when the publication of both is refused.
    bench.transport.stream.update(2, "a", 2);
    bench.transport.stream.update(3, "a", 3);
    await bench.clock.settle();
    expect(bench.engine.published()).toBeUndefined();
    bench.refusePublication = () => false;
    bench.transport.stream.snapshot(4, { a: 4 });
    await bench.clock.settle();
    expect(bench.engine.published()).toEqual([file("a", 4)]);
    await bench.engine.stop();
  });
});
