import { describe, expect, test } from "vitest";
import type { EngineHost } from "../../../../src/main/hosting/engine-host.js";
import { Supervisor } from "../../../../src/main/hosting/supervisor.js";
import { ConfigStreamError, ConsumerStoppedError } from "../../../../src/shared/errors.js";
import { VirtualClock } from "../../../support/engine/virtual-clock.js";

interface FakeHost extends EngineHost {
  readonly posted: unknown[];
  readonly kills: string[];
  reportUp(): void;
  die(): void;
  /** Ends without its thread. */
  giveUp(): void;
  stops: number;
  isGone: boolean;
}

function deferred<T>() {
  let resolve: (value: T) => void = () => {};
  let reject: (error: Error) => void = () => {};
  const promise = new Promise<T>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}

function newHost(): FakeHost {
  const up = deferred<void>();
  const ended = deferred<ConfigStreamError>();
  up.promise.catch(() => {});
  const end = () => {
    host.isGone = true;
    giveUp();
  };
  const giveUp = () => {
    const error = new ConfigStreamError("worker_died", "It died.");
    up.reject(error);
    ended.resolve(error);
  };
  const host: FakeHost = {
    posted: [],
    kills: [],
    stops: 0,
    isGone: false,
    kill: (why) => void host.kills.push(why),
    up: up.promise,
    ended: ended.promise,
    post: (message) => void host.posted.push(message),
    async stop() {
      host.stops++;
      end();
    },
    reportUp: () => up.resolve(),
    die: end,
    giveUp,
  };
  return host;
}

function newSupervisor(random = () => 0.5, workerTimeoutMs = Number.POSITIVE_INFINITY) {
  const clock = new VirtualClock(0);
  const hosts: FakeHost[] = [];
  const deaths: (number | undefined)[] = [];
  const errors: ConfigStreamError[] = [];
  /** Of each engine, whether it was to replace another. */
  const areRestarts: boolean[] = [];
  /** Of each death, whether all threads were known to be gone by then. */
  const allGone: boolean[] = [];
  let isAllGone = false;
  const heart = { beats: 0 };
  let failSpawns = 0;
  let restarts = 0;
  const supervisor = new Supervisor({
    clock,
    random,
    backoff: { initialMs: 500, maxMs: 30_000, floorMs: 250, factor: 2, resetAfterMs: 60_000 },
    workerTimeoutMs,
    heartbeat: () => heart.beats,
    spawn(isRestart) {
      areRestarts.push(isRestart);
      if (failSpawns-- > 0) throw new Error("no thread");
      const host = newHost();
      hosts.push(host);
      return host;
    },
    onAllGone: () => {
      isAllGone = true;
    },
    onDied: (death) => {
      deaths.push(death.nextAttemptAtMs);
      errors.push(death.error);
      allGone.push(isAllGone);
      isAllGone = false;
    },
    onRestart: () => restarts++,
  });
  const fail = (times: number) => {
    failSpawns = times;
  };
  return { supervisor, clock, hosts, deaths, errors, areRestarts, allGone, heart, restarts: () => restarts, fail };
}

async function started(workerTimeoutMs?: number) {
  const all = newSupervisor(undefined, workerTimeoutMs);
  const promise = all.supervisor.start();
  all.hosts[0]?.reportUp();
  await promise;
  return all;
}

describe("start", () => {
  test("starts one engine at once, and resolves when it is up; a second call starts no other", async () => {
    const { supervisor, hosts } = newSupervisor();
    const first = supervisor.start();
    expect(hosts).toHaveLength(1);
    const second = supervisor.start();
    hosts[0]?.reportUp();
    await Promise.all([first, second]);
    expect(hosts).toHaveLength(1);
  });

  test("rejects when the first engine ends before it is up, tells so, and may be called again", async () => {
    const { supervisor, hosts, deaths, errors, areRestarts, clock } = newSupervisor();
    const first = supervisor.start();
    hosts[0]?.die();
    await expect(first).rejects.toMatchObject({ code: "worker_died" });
    expect(deaths).toEqual([undefined]);
    expect(errors).toEqual([await first.catch((error: unknown) => error)]);
    expect(clock.pending).toBe(0);
    const again = supervisor.start();
    hosts[1]?.reportUp();
    await again;
    expect(areRestarts).toEqual([false, false]);
  });

  test("rejects when no thread can be made, tells so, and may be called again", async () => {
    const { supervisor, hosts, errors, allGone, fail } = newSupervisor();
    fail(1);
    await expect(supervisor.start()).rejects.toMatchObject({ code: "worker_died" });
    expect(errors.map(({ code }) => code)).toEqual(["worker_died"]);
    expect(allGone).toEqual([true]);
    const again = supervisor.start();
    hosts[0]?.reportUp();
    await again;
  });

  test("rejects with ConsumerStoppedError when it is stopped meanwhile", async () => {
    const { supervisor, deaths, hosts } = newSupervisor();
    const start = supervisor.start();
    await Promise.all([supervisor.stop(10), expect(start).rejects.toBeInstanceOf(ConsumerStoppedError)]);
    expect(deaths).toEqual([]);
    // And no engine runs after that.
    await expect(supervisor.start()).rejects.toBeInstanceOf(ConsumerStoppedError);
    expect(hosts).toHaveLength(1);
  });
});

describe("a death", () => {
  test("is followed by another engine after a back-off that grows, with jitter above the floor", async () => {
    const { clock, hosts, deaths, restarts } = await started();
    const delays: number[] = [];
    for (let i = 0; i < 9; i++) {
      hosts[i]?.die();
      await clock.settle();
      const delay = (deaths[i] ?? Number.NaN) - clock.now();
      delays.push(delay);
      await clock.advance(delay - 1);
      expect(hosts).toHaveLength(i + 1);
      await clock.advance(1);
      expect(hosts).toHaveLength(i + 2);
    }
    const bounds = [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000];
    expect(delays).toEqual(bounds.map((bound) => 250 + (bound - 250) / 2));
    expect(restarts()).toBe(9);
    expect(clock.pending).toBe(0);
  });

  test("after a long life begins the back-off anew", async () => {
    const { clock, hosts, deaths } = await started();
    hosts[0]?.die();
    await clock.advance(375);
    await clock.advance(60_000);
    hosts[1]?.die();
    await clock.settle();
    expect((deaths[1] ?? 0) - clock.now()).toBe(375);
  });

  test("leaves nobody to post to, which is harmless, and told", async () => {
    const { supervisor, clock, hosts } = await started();
    expect(supervisor.post({ kind: "ack" })).toBe(true);
    hosts[0]?.die();
    await clock.settle();
    expect(supervisor.post({ kind: "ack" })).toBe(false);
    expect(hosts[0]?.posted).toHaveLength(1);
  });

  test("when no thread can be made is tried again", async () => {
    const { clock, hosts, deaths, errors, areRestarts, fail } = await started();
    fail(2);
    hosts[0]?.die();
    await clock.advance(10_000);
    expect(deaths).toHaveLength(3);
    expect(hosts).toHaveLength(2);
    expect(errors.map(({ code }) => code)).toEqual(["worker_died", "worker_died", "worker_died"]);
    expect(areRestarts).toEqual([false, true, true, true]);
  });
});

describe("an engine without a heartbeat", () => {
  test("is killed after workerTimeoutMs, with the reason, and replaced once it has ended", async () => {
    const { clock, hosts, heart } = await started(8_000);
    await clock.advance(7_000);
    heart.beats++;
    await clock.advance(7_999);
    expect(hosts[0]?.kills).toEqual([]);
    await clock.advance(1_001);
    expect(hosts[0]?.kills).toEqual([expect.stringMatching(/stuck for 8 s .*workerTimeoutMs/)]);
    await clock.advance(100_000);
    expect(hosts).toHaveLength(1);
    expect(hosts[0]?.kills).toHaveLength(1);
    hosts[0]?.die();
    await clock.advance(375);
    expect(hosts).toHaveLength(2);
    await clock.advance(9_000);
    expect(hosts[1]?.kills).toHaveLength(1);
  });

  test("is killed also before it is up, and start rejects", async () => {
    const { supervisor, clock, hosts } = newSupervisor(undefined, 8_000);
    const start = supervisor.start().catch((error: unknown) => error);
    await clock.advance(9_000);
    expect(hosts[0]?.kills).toHaveLength(1);
    hosts[0]?.die();
    expect(await start).toMatchObject({ code: "worker_died" });
    expect(clock.pending).toBe(0);
  });

  test("that was given up is replaced, and nobody is told that all are gone before its thread has ended", async () => {
    const { clock, hosts, allGone } = await started(8_000);
    await clock.advance(9_000);
    hosts[0]?.giveUp();
    await clock.advance(375);
    hosts[1]?.die();
    await clock.settle();
    expect(allGone).toEqual([false, false]);
    if (hosts[0] !== undefined) hosts[0].isGone = true;
    await clock.advance(625);
    hosts[2]?.die();
    await clock.settle();
    expect(allGone).toEqual([false, false, true]);
  });

  test("is not looked at any more after stop", async () => {
    const { supervisor, clock, hosts } = await started(8_000);
    await supervisor.stop(10);
    expect(clock.pending).toBe(0);
    expect(hosts[0]?.kills).toEqual([]);
  });
});

describe("stop", () => {
  test("ends the engine once, however often it is called, and starts no other", async () => {
    const { supervisor, clock, hosts, deaths } = await started();
    await Promise.all([supervisor.stop(10), supervisor.stop(10)]);
    await clock.advance(100_000);
    expect(hosts).toHaveLength(1);
    expect(hosts[0]?.stops).toBe(1);
    expect(deaths).toEqual([]);
  });

  test("while a restart is pending cancels it", async () => {
    const { supervisor, clock, hosts } = await started();
    hosts[0]?.die();
    await clock.settle();
    await supervisor.stop(10);
    expect(clock.pending).toBe(0);
    expect(hosts).toHaveLength(1);
  });

  test("without start starts nothing, reports no death, and leaves no timer", async () => {
    const { supervisor, clock, hosts, deaths } = newSupervisor();
    await supervisor.stop(10);
    await clock.advance(100_000);
    expect(hosts).toEqual([]);
    expect(deaths).toEqual([]);
    expect(clock.pending).toBe(0);
  });
});
