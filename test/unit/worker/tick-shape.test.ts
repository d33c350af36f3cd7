import { expect, it, vi } from "vitest";
import { keepTickShape } from "../../../src/worker/tick-shape.js";

it("one tick is kept, once, in versions of Node.js that gain by it, and none in others", async () => {
  const ticks = vi.spyOn(process, "nextTick");
  keepTickShape();
  const first = ticks.mock.calls.length;
  await new Promise((resolve) => setImmediate(resolve));
  ticks.mockClear();
  keepTickShape();
  const second = ticks.mock.calls.length;
  ticks.mockRestore();
  const isGain = Number.parseInt(process.versions.node, 10) < 22;
  expect([first, second]).toEqual([isGain ? 1 : 0, 0]);
});
