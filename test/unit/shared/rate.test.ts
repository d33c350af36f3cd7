import { describe, expect, it } from "vitest";
import type { WorkerMessage } from "../../../src/shared/messages.js";
import { LineRate, LogGate } from "../../../src/shared/rate.js";

it("lines go to the host, unless nobody reads them", () => {
  const sent: WorkerMessage[] = [];
  new LogGate(true, (message) => sent.push(message)).write("warn", "text");
  new LogGate(false, (message) => sent.push(message)).write("warn", "unread");
  expect(sent).toEqual([{ kind: "log", level: "warn", message: "text" }]);
});

it("a host that takes none is sent no more than a bound, and is told what was dropped once it has caught up", () => {
  const sent: WorkerMessage[] = [];
  const gate = new LogGate(true, (message) => sent.push(message));
  for (let i = 0; i < 1_000; i++) gate.write("info", `line ${i}`);
  expect(sent).toHaveLength(200);
  for (let i = 0; i < 200; i++) gate.acknowledged();
  expect(sent).toHaveLength(201);
  expect(sent[200]).toMatchObject({ level: "warn", message: expect.stringContaining("800 log lines were dropped") });
});

describe("lines about one thing that lasts", () => {
  it("come at most once a minute, the first at once", () => {
    const rate = new LineRate();
    const due = [0, 1, 59_999, 60_000, 60_001, 120_000].filter((nowMs) => rate.isDue(nowMs));
    expect(due).toEqual([0, 60_000, 120_000]);
  });

  it("come a minute after one that was written in any case", () => {
    const rate = new LineRate();
    expect(rate.isDue(0)).toBe(true);
    rate.said(30_000);
    expect([60_000, 89_999, 90_000].filter((nowMs) => rate.isDue(nowMs))).toEqual([90_000]);
  });
});
