/** One attempt: what it shows and leaves behind, however its stream comes to its end. */
import { afterEach, describe, expect, it } from "vitest";
import { ConfigStreamError } from "../../../../src/shared/errors.js";
import { EngineBench } from "../../../support/engine/engine-bench.js";
import { grpcError } from "../../../support/engine/fake-transport.js";

const [notFound, unavailable, unauthenticated, deadlineExceeded] = [5, 14, 16, 4];
let bench: EngineBench;

afterEach(async () => {
  await bench.engine.stop();
  expect(bench.clock.pending).toBe(0);
});

describe("a stream that cannot be opened at all", () => {
  it("fails the attempt with the reason, and the next one comes after the back-off, in the same session", async () => {
    bench = new EngineBench();
    let failures = 2;
    bench.transport.onStream = () => {
      if (failures-- > 0) throw new ConfigStreamError("stream", "It cannot be opened.");
    };
    await bench.start();
    expect(bench.status).toMatchObject({ state: "failed", lastError: { message: "It cannot be opened." } });
    await bench.clock.advance(5_000);
    expect(bench.transport.streams).toHaveLength(3);
    expect(bench.transport.registeredAtMs).toHaveLength(1);
    bench.transport.stream.snapshot(1, { a: 1 });
    await bench.clock.settle();
    expect(bench.status.state).toBe("live");
  });

  it("leaves no refreshes behind when it ends while it is opened", async () => {
    bench = new EngineBench();
    bench.random = 0.999_999;
    bench.transport.onStream = (stream) => stream.end(grpcError(unavailable));
    await bench.start();
    await bench.clock.advance(100_000);
    expect(bench.transport.streams.length).toBeGreaterThan(5);
    expect(bench.transport.refreshes).toEqual([]);
  });
});

describe("the session that the status shows", () => {
  it("is none from its rejection until there is another one", async () => {
    bench = new EngineBench();
    await bench.goLive();
    expect(bench.status.sessionSinceMs).toBeDefined();
    bench.transport.onRegister = () => new Promise(() => {});
    bench.transport.stream.end(grpcError(unauthenticated));
    await bench.clock.settle();
    expect(bench.transport.registeredAtMs).toHaveLength(2);
    expect(bench.status.sessionSinceMs).toBeUndefined();
  });

  it("stays over an outage, which needs no other one, and no registration is shown meanwhile", async () => {
    bench = new EngineBench();
    await bench.goLive();
    const { sessionSinceMs } = bench.status;
    const before = bench.statuses.length;
    bench.transport.stream.end(grpcError(unavailable));
    await bench.clock.advance(500);
    bench.transport.stream.snapshot(1, { a: 1 });
    await bench.clock.settle();
    const shown = bench.statuses.slice(before);
    expect(new Set(shown.map((status) => status.sessionSinceMs))).toEqual(new Set([sessionSinceMs]));
    expect(shown.map(({ step }) => step)).not.toContain("registration");
    expect(bench.status.state).toBe("live");
  });

  it("stays that of a fixed session when it is rejected, because there is no other one", async () => {
    bench = new EngineBench({ session: { kind: "fixed", sessionId: "given" } });
    await bench.goLive();
    const { sessionSinceMs } = bench.status;
    bench.transport.stream.end(grpcError(unauthenticated));
    await bench.clock.settle();
    expect(sessionSinceMs).toBeDefined();
    expect(bench.status).toMatchObject({ state: "failed", sessionSinceMs });
  });
});

describe("the last error", () => {
  it("says that a refresh was rejected, or that two got no answer, as it was", async () => {
    for (const [code, message] of [
      [notFound, "status 5."],
      [deadlineExceeded, expect.stringMatching(/^Two session refreshes in a row got no answer, .* status 4\.$/)],
    ] as const) {
      bench = new EngineBench();
      await bench.goLive();
      bench.transport.onRegister = () => new Promise(() => {});
      bench.transport.onRefresh = async () => {
        throw grpcError(code);
      };
      await bench.clock.advance(20_000);
      expect(bench.status.lastError).toMatchObject({ message });
      await bench.engine.stop();
    }
  });

  it("says that the core agent ended the stream when it gave no reason", async () => {
    bench = new EngineBench();
    await bench.goLive();
    bench.transport.stream.end();
    await bench.clock.settle();
    expect(bench.status).toMatchObject({
      state: "stale",
      lastError: { code: "stream", message: "The core agent ended the stream." },
    });
  });
});

describe("an interruption within a stream", () => {
  it("begins with a refused state, and is over with the next one that readers see", async () => {
    bench = new EngineBench();
    await bench.goLive();
    bench.refusePublication = () => true;
    bench.transport.stream.update(2, "a", 2);
    await bench.clock.settle();
    expect(bench.status).toMatchObject({ state: "live", interruptedSinceMs: expect.any(Number) });
    bench.refusePublication = () => false;
    bench.transport.stream.snapshot(3, { a: 3 });
    await bench.clock.settle();
    expect(bench.status.interruptedSinceMs).toBeUndefined();
    expect(bench.visible).toEqual({ a: 3 });
  });
});

describe("credentials that are missing", () => {
  it("are reported by a line that counts the attempt that waits for them", async () => {
    bench = new EngineBench();
    bench.readCredentials = () => Promise.reject(new ConfigStreamError("credentials", "There are none."));
    await bench.start();
    expect(bench.visibleLines.map(({ message }) => message)).toEqual([
      expect.stringMatching(/There are none\..*step "?credentials"?.*attempt 1, next in 2 s/),
    ]);
  });
});
