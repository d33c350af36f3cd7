/** What a consumer takes from its process, and leaves alone in it. */
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { processInstanceId } from "../../../../src/main/consumer/process-instance.js";
import { quietClock } from "../../../../src/main/consumer/quiet-clock.js";
import { resolveOptions } from "../../../../src/main/consumer/resolve.js";

it("the id of a process's life is the same for all its consumers, also of another copy of the package", () => {
  const id = processInstanceId();
  expect(id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  expect(processInstanceId()).toBe(id);
  const options = { clientName: "agent", authTokenFile: "/t", ipcCertFile: "/c" };
  expect(resolveOptions(options, {}).engine.processInstanceId).toBe(id);
  const copy = globalThis as { [key: symbol]: unknown };
  expect(copy[Symbol.for("configstream-consumer/process-instance-id")]).toBe(id);
});

it("the timers of the consumer's own thread fire, unless they are cancelled, and keep no process alive", async () => {
  const holding = () => process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length;
  const before = holding();
  const fired: string[] = [];
  const cancelled = quietClock.setTimer(1, () => fired.push("cancelled"));
  const long = quietClock.setTimer(600_000, () => fired.push("long"));
  quietClock.setTimer(1, () => fired.push("short"));
  expect(holding()).toBe(before);
  cancelled.cancel();
  for (let i = 0; i < 100 && fired.length === 0; i++) await sleep(1);
  long.cancel();
  expect(fired).toEqual(["short"]);
});
