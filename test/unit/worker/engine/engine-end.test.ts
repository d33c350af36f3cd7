/** An engine as who owns it sees it: what it gives out, and what its end leaves. */
import { expect, it } from "vitest";
import { EngineBench } from "../../../support/engine/engine-bench.js";
import { grpcError } from "../../../support/engine/fake-transport.js";

it("an engine that was stopped says nothing of a defect, and does not begin again", async () => {
  const bench = new EngineBench();
  await bench.goLive();
  await bench.engine.stop();
  expect([bench.defects, bench.visibleLines.filter(({ level }) => level === "error")]).toEqual([[], []]);
  expect(bench.status).toMatchObject({ state: "stopped", lastError: undefined });
  const idle = new EngineBench();
  await idle.engine.stop();
  idle.engine.start();
  await idle.clock.advance(60_000);
  expect([idle.credentialReads, idle.transport.connections.length, idle.clock.pending]).toEqual([0, 0, 0]);
});

it("an engine gives out what was published, and nothing before", async () => {
  const bench = new EngineBench();
  expect(bench.engine.published()).toBe(undefined);
  await bench.goLive();
  bench.transport.stream.snapshot(7, { a: 1 });
  await bench.clock.settle();
  expect(bench.engine.published()).toEqual([["a", [{ source: "file", value: 1 }]]]);
  const changes = bench.engine.trial([["a", [{ source: "file", value: 2 }]]]);
  expect(changes).toEqual([]);
  await bench.engine.stop();
});

it("a stream that was live for long begins the back-off anew, whatever was published on it", async () => {
  const bench = new EngineBench();
  await bench.goLive();
  const lastDelay = () => (bench.status.nextAttemptAtMs ?? Number.NaN) - bench.clock.now();
  const fail = async () => {
    bench.transport.stream.end(grpcError(14));
    await bench.clock.settle();
    return lastDelay();
  };
  const delays = [await fail()];
  for (let times = 0; times < 3; times++) {
    await bench.clock.advance(delays.at(-1) ?? 0);
    delays.push(await fail());
  }
  expect(delays.at(-1)).toBeGreaterThan(delays[0] ?? Number.NaN);
  await bench.clock.advance(delays.at(-1) ?? 0);
  bench.transport.stream.snapshot(8, { a: 1 });
  await bench.clock.advance(61_000);
  bench.transport.stream.update(9, "a", 2);
  await bench.clock.settle();
  expect(await fail()).toBe(delays[0]);
  await bench.engine.stop();
});
