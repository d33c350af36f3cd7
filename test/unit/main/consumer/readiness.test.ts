import { describe, expect, test } from "vitest";
import { waitReady, waitReadySync } from "../../../../src/main/consumer/readiness.js";
import { markReady, markStopped, ringDoorbell, writeStatus } from "../../../../src/memory/facts.js";
import { header } from "../../../../src/memory/layout.js";
import { ConsumerStoppedError, InvalidOptionError, WaitTimeoutError } from "../../../../src/shared/errors.js";
import type { EngineStatus } from "../../../../src/shared/types.js";
import { newRegion } from "../../../support/memory/region.js";

const status: EngineStatus = {
  state: "failed",
  step: "credentials",
  attempt: 2,
  nextAttemptAtMs: undefined,
  sessionSinceMs: undefined,
  lastError: { code: "credentials", message: "The token file /x does not exist.", atMs: 1 },
};

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

  test.each([{ timeoutMs: -1 }, { timeoutMs: "1s" }, { timeoutMs: Number.NaN }, { timeout: 1 }, { signal: 1 }])(
    "refuses %j",
    async (options) => {
      await expect(waitReady(newWaiter(), options as object)).rejects.toBeInstanceOf(InvalidOptionError);
    },
  );
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
    expect(() => waitReadySync(waiter, { timeoutMs: 0 })).toThrow(/the first snapshot .* nothing has failed so far/);
    waiter.region.store64(header.startedAtMs, 0);
    expect(() => waitReadySync(waiter, { timeoutMs: 0 })).toThrow(/start\(\) has not been called/);
  });

  test("comes for a blocking wait after its time", () => {
    expect(() => waitReadySync(newWaiter(), { timeoutMs: 5 })).toThrow(WaitTimeoutError);
  });
});
