import { expect, it } from "vitest";
import { RegionWriter } from "../../../src/memory/writer/region-writer.js";
import { newRegion, TestWriter, testLimits } from "../../support/memory/region.js";

it("a writer that was only thought dead writes nothing once another one has come", () => {
  const region = newRegion();
  const former = new TestWriter(region);
  former.publish({ a: 1, b: "of the former writer" });
  new RegionWriter(region, testLimits, () => 1);
  region.refresh();
  const before = region.bytes.slice();
  former.publish({ a: 2 });
  former.publish({ b: undefined, c: "x".repeat(100) });
  region.refresh();
  expect(Buffer.compare(region.bytes, before)).toBe(0);
});
