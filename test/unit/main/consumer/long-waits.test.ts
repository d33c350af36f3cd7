import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { waitReady } from "../../../../src/main/consumer/readiness.js";
import { markReady } from "../../../../src/memory/facts.js";
import { header } from "../../../../src/memory/layout.js";
import { WaitTimeoutError } from "../../../../src/shared/errors.js";
import { createMockConsumer } from "../../../../src/testing/index.js";
import { newRegion } from "../../../support/memory/region.js";

describe("a wait that lasts", () => {
  it("keeps nothing of each look that it takes", async () => {
    setFlagsFromString("--expose-gc");
    const collect: () => void = runInNewContext("gc");
    const region = newRegion();
    const { signal } = new AbortController();
    let looks = 0;
    const { waitAsync } = region;
    region.waitAsync = (...given) => {
      looks++;
      return waitAsync.apply(region, given);
    };
    const wait = waitReady({ region, timeoutMs: 1, address: "a:1" }, { timeoutMs: Number.POSITIVE_INFINITY, signal });
    const ring = async (times: number): Promise<number> => {
      for (const until = looks + times; looks < until; ) {
        region.add(header.doorbell, 1);
        region.notify(header.doorbell);
        await new Promise((resolve) => setImmediate(resolve));
      }
      collect();
      return process.memoryUsage().heapUsed;
    };
    const before = await ring(2_000);
    const after = await ring(10_000);
    markReady(region, 1);
    await wait;
    expect((after - before) / 10_000, "bytes a look").toBeLessThan(100);
  });
});

describe("a wait under a test's own timers", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("times out when the test says so, and leaves no timer behind", async () => {
    const mock = createMockConsumer();
    const settled: unknown[] = [];
    const wait = mock.waitReady({ timeoutMs: 60_000 }).catch((error: unknown) => settled.push(error));
    await vi.advanceTimersByTimeAsync(59_999);
    expect(settled).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(settled).toEqual([expect.any(WaitTimeoutError)]);
    await wait;
    expect(vi.getTimerCount()).toBe(0);
    await mock.stop();
  });

  it("may last longer than any timer of Node.js", async () => {
    const region = newRegion();
    region.store64(header.startedAtMs, 1);
    const longest = 2 ** 31 - 1;
    const settled: unknown[] = [];
    const wait = waitReady({ region, timeoutMs: 1, address: "a:1" }, { timeoutMs: 2 * longest + 5_000 }).catch(
      (error: unknown) => settled.push(error),
    );
    await vi.advanceTimersByTimeAsync(longest);
    await vi.advanceTimersByTimeAsync(longest);
    await vi.advanceTimersByTimeAsync(4_999);
    expect(settled).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(settled).toEqual([expect.any(WaitTimeoutError)]);
    await wait;
    expect(vi.getTimerCount()).toBe(0);
  });

  it("that is given up by its signal leaves no timer behind, and one that is over heeds its signal no more", async () => {
    const region = newRegion();
    const controller = new AbortController();
    const wait = waitReady({ region, timeoutMs: 60_000, address: "a:1" }, { signal: controller.signal });
    controller.abort(new Error("enough"));
    await expect(wait).rejects.toThrow("enough");
    expect(vi.getTimerCount()).toBe(0);
    const second = new AbortController();
    const ready = waitReady({ region, timeoutMs: 60_000, address: "a:1" }, { signal: second.signal });
    markReady(region, 1);
    await ready;
    second.abort();
    expect(vi.getTimerCount()).toBe(0);
  });

  it("that only looks is over without any time, and one that no ring has woken looks when its time is over", async () => {
    const region = newRegion();
    const settled: unknown[] = [];
    const waiter = { region, timeoutMs: 500, address: "a:1" };
    const looked = waitReady(waiter, { timeoutMs: 0 }).catch((error: unknown) => settled.push(error));
    await looked;
    expect(settled).toEqual([expect.any(WaitTimeoutError)]);
    expect(vi.getTimerCount()).toBe(0);
    const wait = waitReady(waiter).then(() => settled.push("ready"));
    // Without a ring, as by a thread that was ended just then.
    region.store(header.ready, 1);
    await vi.advanceTimersByTimeAsync(500);
    await wait;
    expect(settled[1]).toBe("ready");
    expect(vi.getTimerCount()).toBe(0);
  });

  it("ends when all timers have run", async () => {
    const mock = createMockConsumer();
    const wait = expect(mock.waitReady()).rejects.toThrow(WaitTimeoutError);
    await vi.runAllTimersAsync();
    await wait;
    await mock.stop();
  });

  it("resolves at the snapshot without a timer having run", async () => {
    const mock = createMockConsumer();
    const wait = mock.waitReady();
    mock.snapshot({ a: 1 });
    await wait;
    expect(vi.getTimerCount()).toBe(0);
    await mock.stop();
  });
});
