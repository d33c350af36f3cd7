import { describe, expect, test } from "vitest";
import { waitReady, waitReadySync } from "../../../../src/main/consumer/readiness.js";
import { markReady, markReadyFromCache, markStopped, ringDoorbell, writeStatus } from "../../../../src/memory/facts.js";
import { writeHeld } from "../../../../src/memory/held.js";
import { header } from "../../../../src/memory/layout.js";
import { regionNow } from "../../../../src/memory/region-clock.js";
import { ConsumerStoppedError, InvalidOptionError, WaitTimeoutError } from "../../../../src/shared/errors.js";
import type { EngineStatus } from "../../../../src/shared/types.js";
import { newRegion, TestWriter } from "../../../support/memory/region.js";

const status: EngineStatus = {
  state: "failed",
  step: "credentials",
  attempt: 2,
  nextAttemptAtMs: undefined,
  sessionSinceMs: undefined,
  lastError: { code: "credentials", message: "The token file /x does not exist.", atMs: 1 },
};

function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (thrown) {
    return thrown;
  }
  return "nothing";
}

function newWaiter() {
  const region = newRegion();
  region.store64(header.startedAtMs, 1);
  return { region, timeoutMs: 60_000, address: "localhost:5001" };
}

describe("waitReady", () => {
  test("returns at once when settings can be read", async () => {
    const waiter = newWaiter();
    markReady(waiter.region, 1);
    await waitReady(waiter);
    waitReadySync(waiter);
  });

  test("is woken when they come, and a ring that means something else does not end it", async () => {
    const waiter = newWaiter();
    let isOver = false;
    const wait = waitReady(waiter).then(() => {
      isOver = true;
    });
    for (let i = 0; i < 3; i++) {
      ringDoorbell(waiter.region);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(isOver).toBe(false);
    markReady(waiter.region, 1);
    await wait;
  });

  test("rejects when the consumer is stopped, before or meanwhile", async () => {
    const waiter = newWaiter();
    const wait = waitReady(waiter);
    markStopped(waiter.region);
    await expect(wait).rejects.toBeInstanceOf(ConsumerStoppedError);
    await expect(waitReady(waiter)).rejects.toBeInstanceOf(ConsumerStoppedError);
    expect(() => waitReadySync(waiter)).toThrow(ConsumerStoppedError);
  });

  test("rejects with the reason of a signal, before and meanwhile", async () => {
    const waiter = newWaiter();
    const reason = new Error("enough");
    await expect(waitReady(waiter, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const controller = new AbortController();
    const wait = waitReady(waiter, { signal: controller.signal });
    controller.abort(reason);
    await expect(wait).rejects.toBe(reason);
  });

  test.each([
    { timeoutMs: -1 },
    { timeoutMs: "1s" },
    { timeoutMs: Number.NaN },
    { timeout: 1 },
    { signal: 1 },
    { signal: {} },
  ])("refuses %j", async (options) => {
    await expect(waitReady(newWaiter(), options as object)).rejects.toBeInstanceOf(InvalidOptionError);
  });
});

describe("the error of a wait that timed out", () => {
  test("names the step, the core agent, the state, the attempts and the last failure, in one sentence", async () => {
    const waiter = newWaiter();
    writeStatus(waiter.region, status);
    const error = await waitReady(waiter, { timeoutMs: 0 }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(WaitTimeoutError);
    expect((error as Error).message).toBe(
      'Not ready after 0 ms: waiting for the credential files (step "credentials", core agent localhost:5001, state failed, ' +
        "2 failed attempts); last failure: The token file /x does not exist. The consumer keeps trying.",
    );
    expect(() => waitReadySync(waiter, { timeoutMs: 0 })).toThrow((error as Error).message);
  });

  test("says when nothing has failed, and when start was not called", () => {
    const waiter = newWaiter();
    writeStatus(waiter.region, {
      ...status,
      state: "connecting",
      step: "first snapshot",
      attempt: 0,
      lastError: undefined,
    });
    const { message } = thrownBy(() => waitReadySync(waiter, { timeoutMs: 0 })) as WaitTimeoutError;
    expect(message).toMatch(/the first snapshot .* nothing has failed so far/);
    expect(message).not.toMatch(/failed attempt/);
    waiter.region.store64(header.startedAtMs, 0);
    expect(() => waitReadySync(waiter, { timeoutMs: 0 })).toThrow(/start\(\) has not been called/);
  });

  test("counts one attempt as one, and has all that it says as fields", () => {
    const waiter = newWaiter();
    const inAWhile = regionNow(waiter.region) + 50_000;
    writeStatus(waiter.region, { ...status, attempt: 1, nextAttemptAtMs: inAWhile, coreAgentAddress: "found:5001" });
    const error = thrownBy(() => waitReadySync(waiter, { timeoutMs: 0 })) as WaitTimeoutError;
    expect(error.message).toMatch(/core agent found:5001, state failed, 1 failed attempt\); last failure/);
    expect(error.cause).toBe("The token file /x does not exist.");
    const { what, retryInMs, ...others } = error.details as { what: string; retryInMs: number };
    expect(error.message).toBe(`${what} The consumer keeps trying.`);
    expect([retryInMs > 0, retryInMs <= 50_000]).toEqual([true, true]);
    expect(others).toEqual({ step: "credentials", keepsTrying: true, waitedMs: 0 });
    writeStatus(waiter.region, status);
    expect(thrownBy(() => waitReadySync(waiter, { timeoutMs: 0 }))).not.toHaveProperty("details.retryInMs");
    waiter.region.store64(header.startedAtMs, 0);
    expect(thrownBy(() => waitReadySync(waiter, { timeoutMs: 0 }))).toMatchObject({
      details: { step: "credentials", keepsTrying: false, waitedMs: 0 },
    });
  });

  test("comes for a blocking wait after its time", () => {
    expect(() => waitReadySync(newWaiter(), { timeoutMs: 5 })).toThrow(WaitTimeoutError);
  });
});

describe("a wait looks at the memory", () => {
  test("no more once it has timed out, though it is woken", async () => {
    const waiter = newWaiter();
    let looks = 0;
    const { waitAsync } = waiter.region;
    waiter.region.waitAsync = (...given) => {
      looks++;
      return waitAsync.apply(waiter.region, given);
    };
    await expect(waitReady(waiter, { timeoutMs: 1 })).rejects.toThrow(WaitTimeoutError);
    const before = looks;
    expect(before).toBeGreaterThan(0);
    for (let i = 0; i < 3; i++) {
      ringDoorbell(waiter.region);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(looks).toBe(before);
  });

  test("at least once a second while it blocks, and as soon as it is woken", () => {
    const waiter = newWaiter();
    const slices: number[] = [];
    waiter.region.waitSync = (_word, _ring, ms) => {
      slices.push(ms);
      if (slices.length === 3) markReady(waiter.region, 1);
      if (slices.length > 3) throw new Error("It goes on.");
      return "ok";
    };
    waitReadySync(waiter, { timeoutMs: 60_000 });
    expect(slices).toEqual([1_000, 1_000, 1_000]);
  });
});

describe("a wait for what a core agent says now", () => {
  test("is not over with settings of a cache file, while any other wait is", async () => {
    const waiter = newWaiter();
    markReadyFromCache(waiter.region);
    await waitReady(waiter, { timeoutMs: 0 });
    waitReadySync(waiter, { timeoutMs: 0, fresh: false });
    await expect(waitReady(waiter, { timeoutMs: 0, fresh: true })).rejects.toThrow(WaitTimeoutError);
    expect(() => waitReadySync(waiter, { timeoutMs: 0, fresh: true })).toThrow(WaitTimeoutError);
    const wait = waitReady(waiter, { fresh: true });
    markReady(waiter.region, 1);
    ringDoorbell(waiter.region);
    await wait;
    waitReadySync(waiter, { timeoutMs: 0, fresh: true });
    markStopped(waiter.region);
    await expect(waitReady(waiter, { fresh: true })).rejects.toThrow(ConsumerStoppedError);
  });
});

describe("a wait that can never be over", () => {
  test("ends at once, says that nothing is tried any more, and why", async () => {
    const waiter = newWaiter();
    const meanwhile = waitReady(waiter);
    writeStatus(waiter.region, { ...status, hopeless: true });
    const expected = {
      code: "worker_died",
      message: "The token file /x does not exist. Nothing is tried any more until start() is called again.",
      details: { what: "The token file /x does not exist.", keepsTrying: false, step: "credentials" },
    };
    await expect(meanwhile).rejects.toMatchObject(expected);
    await expect(waitReady(waiter)).rejects.toMatchObject(expected);
    expect(thrownBy(() => waitReadySync(waiter))).toMatchObject(expected);
    writeStatus(waiter.region, { ...status, hopeless: true, lastError: undefined });
    expect(thrownBy(() => waitReadySync(waiter))).toMatchObject({
      message: "No worker could be started. Nothing is tried any more until start() is called again.",
      details: { what: "" },
    });
    markReady(waiter.region, 1);
    await waitReady(waiter);
  });
});

describe("required settings", () => {
  const held = { rule: "is out of range", sinceMs: 1, source: "cli", sequenceId: 1 };

  test("are missed once the first snapshot is there, all of them in one error, unless the wait goes without", async () => {
    const waiter = { ...newWaiter(), required: ["a", "b.c", "null", "bad", "also.there"] };
    new TestWriter(waiter.region).publish({ "also.there": 1, null: null, other: 1 });
    writeHeld(waiter.region, [
      { key: "bad", ...held },
      { key: "other", ...held },
      { key: "also.there", ...held },
    ]);
    await expect(waitReady(waiter, { timeoutMs: 0 }), "no snapshot yet").rejects.toThrow(WaitTimeoutError);
    markReady(waiter.region, 1);
    const what =
      'Required settings are not there: missing: "a", "b.c"; held without a good value: "bad" (is out of range).';
    const error = thrownBy(() => waitReadySync(waiter));
    expect(error).toMatchObject({
      code: "required_settings",
      details: { what, missing: ["a", "b.c"], held: [{ key: "bad" }], keepsTrying: true },
    });
    expect((error as Error).message).toMatch(/^Required .*\. Set them .*required: false/);
    await expect(waitReady(waiter)).rejects.toThrow(what);
    await waitReady(waiter, { required: false });
    waitReadySync(waiter, { required: false });
    new TestWriter(waiter.region).publish({ a: 1, "b.c": 1, null: 1, bad: 1, "also.there": 1 });
    await waitReady(waiter);
    waitReadySync(waiter);
  });

  test("are named up to a hundred of them, and counted beyond; one kind alone is not said of the other", () => {
    const region = newRegion();
    new TestWriter(region).publish({ other: 1 });
    markReady(region, 1);
    const missed = (count: number) => {
      const required = Array.from({ length: count }, (_, i) => `k${i}`);
      return String(thrownBy(() => waitReadySync({ region, timeoutMs: 1, address: "a:1", required })));
    };
    expect(missed(100)).toMatch(/missing: "k0", .*"k98", "k99"\. Set them/);
    expect(missed(102)).toMatch(/missing: "k0", .*"k98", "k99", and 2 more\. Set them/);
    writeHeld(region, [{ key: "k0", ...held }]);
    expect(missed(1)).toMatch(/not there: held without a good value: "k0" \(is out of range\)\. Set them/);
  });
});
