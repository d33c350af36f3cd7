import { expect, test } from "vitest";
import type { WorkerMessage } from "../../../src/shared/messages.js";
import { LogGate } from "../../../src/shared/rate.js";

test("lines go to the host, unless nobody reads them", () => {
  const sent: WorkerMessage[] = [];
  new LogGate(true, (message) => sent.push(message)).write("warn", "text");
  new LogGate(false, (message) => sent.push(message)).write("warn", "unread");
  expect(sent).toEqual([{ kind: "log", level: "warn", message: "text" }]);
});

test("a host that takes none is sent no more than a bound, and is told what was dropped once it has caught up", () => {
  const sent: WorkerMessage[] = [];
  const gate = new LogGate(true, (message) => sent.push(message));
  for (let i = 0; i < 1_000; i++) gate.write("info", `line ${i}`);
  expect(sent).toHaveLength(200);
  for (let i = 0; i < 200; i++) gate.acknowledged();
  expect(sent).toHaveLength(201);
  expect(sent[200]).toMatchObject({ level: "warn", message: expect.stringContaining("800 log lines were dropped") });
});
