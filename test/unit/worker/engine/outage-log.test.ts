import { expect, test } from "vitest";
import { OutageLog } from "../../../../src/worker/engine/outage-log.js";
import { EngineBench } from "../../../support/engine/engine-bench.js";
import { grpcError } from "../../../support/engine/fake-transport.js";
import { VirtualClock } from "../../../support/engine/virtual-clock.js";

function newLog(sinceMs?: (clock: VirtualClock) => number) {
  const clock = new VirtualClock();
  const lines: string[] = [];
  const outage = new OutageLog((level, message) => lines.push(`${level}: ${message}`), clock, sinceMs?.(clock));
  return { clock, lines, outage };
}

test("an outage has one line at its beginning, one a minute, and one with its length; the rest is for debugging", async () => {
  const { clock, lines, outage } = newLog();
  outage.recovered();
  outage.failure("One.");
  await clock.advance(59_999);
  outage.failure("Two.");
  await clock.advance(1);
  outage.failure("Three.");
  await clock.advance(30_000);
  outage.recovered();
  outage.recovered();
  expect(lines).toEqual([
    "warn: Configuration updates are interrupted. One.",
    "debug: Two.",
    "warn: Configuration updates are still interrupted, for 1 min 0 s. Three.",
    "info: Configuration updates flow again, after 1 min 30 s.",
  ]);
});

test("an outage that began with the death of a worker was told; the next worker tells only that it lasts, and its end", async () => {
  const { clock, lines, outage } = newLog((clock) => clock.now() - 20_000);
  outage.failure("One.");
  await clock.advance(60_000);
  outage.failure("Two.");
  outage.recovered();
  expect(lines).toEqual([
    "debug: One.",
    "warn: Configuration updates are still interrupted, for 1 min 20 s. Two.",
    "info: Configuration updates flow again, after 1 min 20 s.",
  ]);
});

test("a clock that was set back meanwhile makes no negative length", () => {
  const { lines, outage } = newLog((clock) => clock.now() + 5_000);
  outage.recovered();
  expect(lines).toEqual(["info: Configuration updates flow again, after 0 ms."]);
});

test("the status tells since when new settings cannot arrive: from the first failure or refused state until settings flow", async () => {
  const bench = new EngineBench();
  await bench.goLive();
  expect(bench.status.interruptedSinceMs).toBeUndefined();
  bench.refusePublication = () => true;
  await bench.clock.advance(1_000);
  bench.transport.stream.update(2, "a", 2);
  await bench.clock.settle();
  const refusedAtMs = bench.clock.now();
  expect(bench.status).toMatchObject({ state: "live", interruptedSinceMs: refusedAtMs });
  bench.refusePublication = () => false;
  await bench.clock.advance(1_000);
  bench.transport.stream.snapshot(3, { a: 3 });
  await bench.clock.settle();
  expect(bench.status).toMatchObject({ state: "live", interruptedSinceMs: undefined });

  bench.transport.onStream = (stream) => queueMicrotask(() => stream.end(grpcError(14)));
  bench.transport.stream.end(grpcError(14));
  await bench.clock.settle();
  const lostAtMs = bench.clock.now();
  await bench.clock.advance(60_000);
  expect(bench.status).toMatchObject({ state: "stale", interruptedSinceMs: lostAtMs });
  bench.transport.onStream = (stream) => queueMicrotask(() => stream.snapshot(1, { a: 1 }));
  await bench.clock.advance(30_000);
  expect(bench.status).toMatchObject({ state: "live", interruptedSinceMs: undefined });
  await bench.engine.stop();
});
