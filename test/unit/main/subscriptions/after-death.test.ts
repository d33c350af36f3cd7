import { describe, expect, it } from "vitest";
import { untoldBatch } from "../../../../src/main/subscriptions/after-death.js";
import { newestPublish } from "../../../../src/memory/arena-reader.js";
import { createUntoldMemory, Untold } from "../../../../src/memory/untold.js";
import { newRegion, TestWriter } from "../../../support/memory/region.js";

function setUp() {
  const region = newRegion();
  const writer = new TestWriter(region);
  const untold = new Untold(createUntoldMemory());
  writer.publish({ a: 1, b: 1, c: 1 });
  return { region, writer, untold };
}

describe("what a dead worker had published and not told", () => {
  it("is told as the difference from what subscribers know to what readers see, of the newest publish", () => {
    const { region, writer, untold } = setUp();
    untold.add([
      { key: "a", oldValue: 1 },
      { key: "b", oldValue: 1 },
      { key: "new", oldValue: undefined },
    ]);
    writer.publish({ a: 2, b: undefined, new: 3 });
    untold.add([{ key: "a", oldValue: 2 }]);
    writer.publish({ a: 4 });
    const about = { sequenceId: 3 };
    expect(untoldBatch(region, untold)).toEqual({
      kind: "changes",
      changes: [
        { ...about, key: "a", oldValue: 1, newValue: 4, source: "file" },
        { ...about, key: "b", oldValue: 1, newValue: undefined, source: "" },
        { ...about, key: "new", oldValue: undefined, newValue: 3, source: "file" },
      ],
      setEnds: [3],
      publishes: [1, 1, 1].map(() => newestPublish(region)),
      lagged: false,
    });
  });

  it("is nothing when it died before the publish that it had announced, or a value came back", () => {
    const { region, untold } = setUp();
    untold.add([
      { key: "a", oldValue: 1 },
      { key: "absent", oldValue: undefined },
    ]);
    expect(untoldBatch(region, untold)).toBeUndefined();
  });

  it("is left to the next worker when it was too much to be written down, or nothing was ever published", () => {
    const { region, writer } = setUp();
    const small = new Untold(createUntoldMemory(64));
    small.add([{ key: "a".repeat(100), oldValue: 1 }]);
    writer.publish({ a: 2 });
    expect(untoldBatch(region, small)).toBeUndefined();
    expect(untoldBatch(newRegion(), small)).toBeUndefined();
  });
});
