import { beforeEach, describe, expect, it } from "vitest";
import type { CounterName } from "../../../../src/memory/counters.js";
import type { SessionParams } from "../../../../src/shared/params.js";
import { createSessionSource, type SessionLoss, type SessionSource } from "../../../../src/worker/engine/session.js";
import type { Connection } from "../../../../src/worker/ports.js";
import { FakeTransport, grpcError } from "../../../support/engine/fake-transport.js";
import { VirtualClock } from "../../../support/engine/virtual-clock.js";

let clock: VirtualClock;
let transport: FakeTransport;
let connection: Connection;
let counts: Map<CounterName, number>;
let random: number;
const { signal } = new AbortController();

beforeEach(() => {
  clock = new VirtualClock();
  transport = new FakeTransport(() => clock.monotonic());
  connection = transport.connect(undefined);
  counts = new Map();
  random = 0.5;
});

function sessions(session: SessionParams, sessionIdProvider?: () => Promise<string>): SessionSource {
  return createSessionSource(
    { session, clientName: "client", displayName: "Client", callTimeoutMs: 5_000 },
    {
      clock,
      random: () => random,
      sessionIdProvider,
      status: { set() {}, messageReceived() {}, count: (name) => counts.set(name, (counts.get(name) ?? 0) + 1) },
      log() {},
    },
  );
}

function recommend(secs: number): void {
  transport.onRegister = async () => ({ sessionId: "session", recommendedRefreshIntervalSecs: secs });
}

async function kept(): Promise<{ losses: SessionLoss[]; stop(): void }> {
  const source = sessions({ kind: "register" });
  await source.obtain(connection, signal);
  const losses: SessionLoss[] = [];
  const { stop } = source.keepAlive(connection, (loss) => losses.push(loss));
  return { losses, stop };
}

describe("a registered session", () => {
  it("is registered once and kept until it is invalidated", async () => {
    const source = sessions({ kind: "register" });
    expect(source.ready).toBe(false);
    const first = await source.obtain(connection, signal);
    expect(first).toEqual({ id: "session-1", sinceMs: clock.now() });
    expect(await source.obtain(connection, signal)).toBe(first);
    expect(source.ready).toBe(true);
    source.invalidate();
    await clock.advance(5_000);
    expect(await source.obtain(connection, signal)).toEqual({ id: "session-2", sinceMs: clock.now() });
    expect(transport.registeredWithinMs).toEqual([5_000, 5_000]);
    expect(counts.get("sessionRegistrations")).toBe(2);
  });

  it("without an id is an error of code registration", async () => {
    transport.onRegister = async () => ({ sessionId: "", recommendedRefreshIntervalSecs: 10 });
    await expect(sessions({ kind: "register" }).obtain(connection, signal)).rejects.toMatchObject({
      code: "registration",
    });
  });

  it.each([
    [0, 10_000],
    [Number.NaN, 10_000],
    [7, 7_000],
    [4_294_967_295, 3_600_000],
  ])("with a recommended interval of %d s is refreshed every %d ms", async (secs, expected) => {
    recommend(secs);
    const { stop } = await kept();
    await clock.advance(expected * 3);
    expect(transport.refreshes.map(({ atMs }) => atMs)).toEqual([expected, expected * 2, expected * 3]);
    stop();
    expect(clock.pending).toBe(0);
  });

  it("is refreshed with ±10 % of jitter", async () => {
    recommend(10);
    random = 0;
    const early = await kept();
    await clock.advance(9_000);
    expect(transport.refreshes).toHaveLength(1);
    early.stop();
    transport.refreshes.length = 0;
    random = 0.999_999;
    const late = await kept();
    await clock.advance(10_999);
    expect(transport.refreshes).toHaveLength(0);
    await clock.advance(1);
    expect(transport.refreshes).toHaveLength(1);
    late.stop();
  });

  it("is refreshed with a deadline, which is never longer than the interval", async () => {
    recommend(2);
    const short = await kept();
    await clock.advance(2_000);
    expect(transport.refreshes[0]?.deadlineMs).toBe(2_000);
    short.stop();
    recommend(20);
    const long = await kept();
    await clock.advance(20_000);
    expect(transport.refreshes[1]?.deadlineMs).toBe(5_000);
    long.stop();
  });

  it("waits for an answer before the next refresh", async () => {
    transport.onRefresh = () => new Promise(() => {});
    const { stop } = await kept();
    await clock.advance(100_000);
    expect(transport.refreshes).toHaveLength(1);
    stop();
  });

  it.each([5, 7, 16])("is lost as rejected when a refresh is answered with status %i", async (status) => {
    transport.onRefresh = async () => {
      throw grpcError(status);
    };
    const { losses } = await kept();
    await clock.advance(100_000);
    expect(losses.map(({ reason }) => reason)).toEqual(["rejected"]);
    expect(transport.refreshes).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });

  it("is lost as unanswered after two refreshes in a row without any answer, not after one", async () => {
    const answers = [grpcError(14), undefined, grpcError(4), grpcError(13), grpcError(4), grpcError(14)];
    transport.onRefresh = async () => {
      const answer = answers.shift();
      if (answer !== undefined) throw answer;
    };
    const { losses } = await kept();
    await clock.advance(50_000);
    expect(losses).toEqual([]);
    await clock.advance(10_000);
    expect(losses.map(({ reason }) => reason)).toEqual(["unanswered"]);
    expect(counts.get("sessionRefreshFailures")).toBe(5);
    expect(clock.pending).toBe(0);
  });

  it("is kept over any other refresh failure, which is counted", async () => {
    transport.onRefresh = async () => {
      throw grpcError(13);
    };
    const { losses, stop } = await kept();
    await clock.advance(100_000);
    expect(losses).toEqual([]);
    expect(counts.get("sessionRefreshFailures")).toBe(10);
    stop();
  });

  it("tells nothing after its refreshes were stopped, whatever the pending one answers", async () => {
    let fail: (error: Error) => void = () => {};
    transport.onRefresh = () =>
      new Promise((_resolve, reject) => {
        fail = reject;
      });
    const { losses, stop } = await kept();
    await clock.advance(10_000);
    stop();
    fail(grpcError(5));
    await clock.settle();
    expect(losses).toEqual([]);
    expect(counts.has("sessionRefreshFailures")).toBe(false);
    expect(clock.pending).toBe(0);
  });

  it("is not refreshed any more when the pending refresh succeeds after the stop", async () => {
    let succeed: () => void = () => {};
    transport.onRefresh = () =>
      new Promise((resolve) => {
        succeed = resolve;
      });
    const { stop } = await kept();
    await clock.advance(10_000);
    stop();
    succeed();
    await clock.settle();
    expect(clock.pending).toBe(0);
  });
});

describe("a fixed session", () => {
  it("is the given id for ever, needs no call and no refresh", async () => {
    const source = sessions({ kind: "fixed", sessionId: "given" });
    expect([source.renewable, source.ready]).toEqual([false, true]);
    source.invalidate();
    expect((await source.obtain(connection, signal)).id).toBe("given");
    source.keepAlive(connection, () => {}).stop();
    expect(transport.registeredAtMs).toEqual([]);
    expect(clock.pending).toBe(0);
  });
});

describe("a provided session", () => {
  it("is asked for at every connection attempt", async () => {
    let asked = 0;
    const source = sessions({ kind: "provider" }, async () => `id-${++asked}`);
    expect((await source.obtain(connection, signal)).id).toBe("id-1");
    expect((await source.obtain(connection, signal)).id).toBe("id-2");
    expect(clock.pending).toBe(0);
  });

  it.each([
    ["rejects", async () => Promise.reject(new TypeError("with secret-detail"))],
    [
      "throws",
      () => {
        throw new TypeError("with secret-detail");
      },
    ],
    ["gives an empty id", async () => ""],
    ["gives an id of blanks, which a header would carry as an empty one", async () => "  "],
    ["gives an id that no header can carry", async () => "secret-é\n"],
    ["gives no text", async () => undefined as unknown as string],
  ])("is an error of code registration without the provider's words when it %s", async (_how, provider) => {
    const source = sessions({ kind: "provider" }, provider);
    const failure: unknown = await source.obtain(connection, signal).catch((thrown: unknown) => thrown);
    expect(failure).toMatchObject({ code: "registration" });
    expect(String(failure)).not.toContain("secret");
    expect(clock.pending).toBe(0);
  });

  it("names the kind of what the provider threw, where it has one", async () => {
    const nameless = Object.assign(new Error("secret-detail"), { name: 42 });
    for (const [thrown, kind] of [
      [new TypeError("secret-detail"), "TypeError"],
      [nameless, "Error"],
      ["secret-detail", "string"],
    ] as const) {
      const source = sessions({ kind: "provider" }, () => Promise.reject(thrown));
      await expect(source.obtain(connection, signal)).rejects.toThrow(`The sessionIdProvider failed (${kind}).`);
    }
  });

  it("is given up on after 30 s", async () => {
    const obtained = sessions({ kind: "provider" }, () => new Promise(() => {})).obtain(connection, signal);
    const failure = expect(obtained).rejects.toMatchObject({ code: "registration" });
    await clock.advance(30_000);
    await failure;
    expect(clock.pending).toBe(0);
  });

  it("without a provider is a defect", () => {
    expect(() => sessions({ kind: "provider" })).toThrow(/sessionIdProvider/);
  });
});

describe("a session of a remote agent that can be called back", () => {
  const endpoint = (uri: string) => ({ uri, services: ["a.b.Service"] });

  it("is registered with its address, kept at the same one, and registered anew at another", async () => {
    const source = sessions({ kind: "register" });
    const sent: unknown[] = [];
    const register = connection.register.bind(connection);
    connection.register = (request, options) => {
      sent.push(request.endpoint);
      return register(request, options);
    };
    source.reachableAt(endpoint("https://a:1"));
    const first = await source.obtain(connection, signal);
    source.reachableAt(endpoint("https://a:1"));
    expect(await source.obtain(connection, signal)).toBe(first);
    source.reachableAt(endpoint("https://a:2"));
    expect(source.ready).toBe(false);
    await source.obtain(connection, signal);
    source.reachableAt(undefined);
    await source.obtain(connection, signal);
    expect(sent).toEqual([endpoint("https://a:1"), endpoint("https://a:2"), undefined]);
  });
});
