import { chmod, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { judgeSetting } from "../../../packages/configstream/src/core-agent/settings/setting-checks.js";
import { StoreError } from "../../../packages/configstream/src/store/etcd/connection.js";
import { createStore, type Store, stateFileName } from "../../../packages/configstream/src/store/store.js";
import { VirtualClock } from "../../support/engine/virtual-clock.js";
import { FakeCluster } from "../../support/store/fake-cluster.js";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function setUp(cluster = new FakeCluster(), dataDir?: string) {
  const clock = new VirtualClock();
  const logs: string[] = [];
  /** Change sets, each as its real differences. */
  const sets: string[][] = [];
  const state = new Map<string, unknown>();
  const refuse = { now: false };
  const store: Store = createStore({
    endpoints: ["a:1", "b:1", "c:1"],
    layers: { "remote-config": "/p/" },
    tls: undefined,
    auth: undefined,
    startTimeoutMs: 5_000,
    connect: cluster.connect,
    dataDir,
    clock,
    random: () => 0,
    log: (level, message) => logs.push(`${level}: ${message}`),
    judge: judgeSetting,
    onChange(writes) {
      if (refuse.now) throw new Error("too large");
      for (const { key, value } of writes) {
        if (value === undefined) state.delete(key);
        else state.set(key, value);
      }
      sets.push(writes.map(({ key, value }) => `${key}=${JSON.stringify(value)}`));
    },
  });
  cleanups.push(() => store.close());
  const open = async () => {
    const opened = store.open();
    await clock.settle();
    return opened;
  };
  return { cluster, clock, logs, sets, state, refuse, store, open };
}

async function folder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "store-test-"));
  cleanups.push(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

describe("a store that is followed", () => {
  it("begins with everything as one change set, and then each transaction is one, in fragments or not", async () => {
    const { cluster, sets, open, store } = setUp();
    cluster.put({ "/p/a": "1", "/p/b": "2" });
    await open();
    cluster.put({ "/p/a": "3", "/p/b": "4", "/p/c": "5" }, 1);
    cluster.put({ "/p/b": undefined, "/q/other": "1" });
    expect(sets).toEqual([["a=1", "b=2"], ["a=3", "b=4", "c=5"], ["b=undefined"]]);
    expect(store.status()).toMatchObject({ state: "live", revision: 4, reads: 1 });
  });

  it("reads all pages at one revision, and sees what was written in between by the watch", async () => {
    const { cluster, sets, open, state } = setUp();
    const many = Object.fromEntries(Array.from({ length: 10_001 }, (_unused, at) => [`/p/k${10_000 + at}`, "0"]));
    cluster.put(many);
    let ranges = 0;
    cluster.beforeRange = () => {
      ranges += 1;
      if (ranges === 2) cluster.put({ "/p/k10000": "1", "/p/k20000": "1" });
    };
    await open();
    expect(ranges).toBe(2);
    expect(sets.map((set) => set.length)).toEqual([10_001, 2]);
    expect([state.get("k10000"), state.get("k20000")]).toEqual([1, 1]);
  });

  it("misses nothing that is written between the range and the watch", async () => {
    const { cluster, open, state } = setUp();
    cluster.put({ "/p/a": "1" });
    cluster.beforeRange = () => queueMicrotask(() => cluster.put({ "/p/a": "2" }));
    await open();
    expect(state.get("a")).toBe(2);
  });

  it("would be seen to miss it if the watch began one revision late", async () => {
    const { cluster, open, state } = setUp();
    cluster.lateBy = 1;
    cluster.put({ "/p/a": "1" });
    cluster.beforeRange = () => queueMicrotask(() => cluster.put({ "/p/a": "2" }));
    await open();
    expect(state.get("a")).toBe(1);
  });

  it("reads anew at another member after any end of the watch, as one change set of the real differences", async () => {
    const { cluster, clock, sets, open, store, logs } = setUp();
    cluster.put({ "/p/a": "1", "/p/b": "2" });
    await open();
    cluster.drop("etcdserver: no leader");
    expect(store.status()).toMatchObject({ state: "live" });
    await clock.settle();
    expect(store.status()).toMatchObject({
      state: "away",
      reason: "etcdserver: no leader",
      fault: "unavailable",
    });
    cluster.put({ "/p/a": "5" });
    cluster.put({ "/p/c": "6" });
    cluster.put({ "/p/b": undefined });
    await clock.advance(1_000);
    expect(sets.slice(1)).toEqual([["b=undefined", "a=5", "c=6"]]);
    expect(cluster.connects).toEqual(["a:1", "b:1"]);
    expect(store.status()).toMatchObject({ state: "live", reads: 2, reason: undefined });
    expect(logs.filter((line) => line.startsWith("warn"))).toHaveLength(1);
  });

  it("reads anew when the log was compacted between the range and the watch, or between two pages", async () => {
    const { cluster, clock, open, state, store } = setUp();
    cluster.put(Object.fromEntries(Array.from({ length: 10_001 }, (_unused, at) => [`/p/k${10_000 + at}`, "0"])));
    let ranges = 0;
    cluster.beforeRange = () => {
      ranges += 1;
      if (ranges === 2 || ranges === 3) {
        cluster.put({ "/p/k10000": "1" });
        cluster.compact();
      }
    };
    const opened = open();
    await clock.advance(3_000);
    await opened;
    expect(store.status().state).toBe("live");
    expect(state.get("k10000")).toBe(1);
  });

  it.each([
    ["with the same cluster id", "1"],
    ["with another one", "2"],
  ])("takes a cluster that was restored with lower revisions, %s, for what it is: a new state", async (_how, id) => {
    const { cluster, clock, open, state, sets, store } = setUp();
    for (let at = 0; at < 50; at += 1) cluster.put({ "/p/a": `${at}`, "/p/kept": "1" });
    await open();
    cluster.restore(id);
    cluster.put({ "/p/a": "7", "/p/kept": "1" });
    await clock.advance(1_000);
    expect(state.get("a")).toBe(7);
    expect(sets.at(-1)).toEqual(["a=7"]);
    expect(store.status()).toMatchObject({ state: "live", revision: 2 });
    cluster.put({ "/p/a": "8" });
    expect(state.get("a")).toBe(8);
  });

  it("notices by its counting that a cluster was restored behind a proxy that kept the watch open", async () => {
    const { cluster, clock, open, state, sets, store } = setUp();
    for (let at = 0; at < 50; at += 1) cluster.put({ "/p/a": `${at}`, "/p/gone": "1" });
    await open();
    cluster.restore("1", { watches: "stay" });
    cluster.put({ "/p/a": "7" });
    expect(state.get("a")).toBe(49);
    cluster.progress();
    await clock.advance(1_000);
    expect(sets.at(-1)).toEqual(["gone=undefined", "a=7"]);
    expect(store.status()).toMatchObject({ state: "live", revision: 2 });
  });

  it("takes nothing back when the watch is at a member that is behind what was read", async () => {
    const { cluster, clock, open, sets, store } = setUp();
    for (let at = 0; at < 5; at += 1) cluster.put({ "/p/a": `${at}` });
    await open();
    cluster.progress(3);
    await clock.advance(1_000);
    cluster.put({ "/p/a": "9" });
    expect(sets).toEqual([["a=4"], ["a=9"]]);
    expect(store.status()).toMatchObject({ state: "live", revision: 7 });
  });

  it("tries on, ever less often, while it is refused, and says why", async () => {
    const { cluster, clock, store } = setUp();
    cluster.refuse = new StoreError("refused", "The store at a:1 failed: authentication failed.");
    const opened = store.open();
    await clock.advance(5_000);
    await opened;
    expect(store.status()).toMatchObject({
      state: "away",
      reason: "The store at a:1 failed: authentication failed.",
      fault: "refused",
    });
    const tries = cluster.connects.length;
    cluster.refuse = undefined;
    cluster.put({ "/p/a": "1" });
    await clock.advance(20_000);
    expect(tries).toBeGreaterThan(1);
    expect(store.status()).toMatchObject({ state: "live", reason: undefined, fault: undefined });
  });

  it("keeps everything as it was when a change is refused as a whole, and comes back to it", async () => {
    const { cluster, clock, open, state, refuse, store } = setUp();
    cluster.put({ "/p/a": "1" });
    await open();
    refuse.now = true;
    cluster.put({ "/p/a": "2" });
    await clock.settle();
    expect(state.get("a")).toBe(1);
    expect(store.status()).toMatchObject({ state: "away", reason: "too large", fault: undefined });
    refuse.now = false;
    await clock.advance(2_000);
    expect(state.get("a")).toBe(2);
  });

  it("leaves no timer and no watch behind", async () => {
    const { cluster, clock, open, store } = setUp();
    await open();
    await store.close();
    expect(cluster.watches).toBe(0);
    expect(clock.pending).toBe(0);
  });
});

describe("the last state on disk", () => {
  async function saved(): Promise<string> {
    const dir = await folder();
    const { cluster, open, store } = setUp(undefined, dir);
    cluster.put({ "/p/a": "1", "/p/api_key": '"k"' });
    const opened = open();
    await vi.waitFor(() => expect(store.status().state).toBe("live"));
    await opened;
    await store.close();
    return dir;
  }

  async function restarted(dir: string) {
    const cluster = new FakeCluster();
    cluster.refuse = new StoreError("unavailable", "nobody is there");
    const bench = setUp(cluster, dir);
    const opened = bench.store.open();
    await vi.waitFor(() => expect(cluster.connects.length).toBeGreaterThan(0));
    await bench.clock.advance(5_000);
    await opened;
    return { ...bench, cluster };
  }

  it("serves after a restart without the store, says so, and gives way to the store's real differences", async () => {
    const dir = await saved();
    expect((await stat(join(dir, stateFileName))).mode & 0o777).toBe(0o600);
    const { cluster, clock, state, sets, store, logs } = await restarted(dir);
    expect(Object.fromEntries(state)).toEqual({ a: 1, api_key: "k" });
    expect(store.status()).toMatchObject({ state: "away", fromDisk: true, revision: 2, reason: "nobody is there" });
    expect(logs.join()).toContain("the state of revision 2 from disk serves");
    cluster.refuse = undefined;
    cluster.put({ "/p/a": "2", "/p/api_key": '"k"' });
    await clock.advance(20_000);
    expect(sets.at(-1)).toEqual(["a=2"]);
    expect(store.status()).toMatchObject({ state: "live", fromDisk: false });
  });

  it("is not used when a byte of it was changed or cut off, at any place", async () => {
    const dir = await saved();
    const file = join(dir, stateFileName);
    const text = await readFile(file);
    for (const at of [0, 1, Math.floor(text.length / 2), text.length - 3, text.length - 1]) {
      const damaged = Buffer.from(text);
      damaged[at] = (damaged[at] ?? 0) ^ 1;
      for (const bytes of [damaged, text.subarray(0, at)]) {
        await writeFile(file, bytes);
        const { state, store, logs } = await restarted(dir);
        expect([state.size, store.status().fromDisk]).toEqual([0, false]);
        expect(logs.join()).toContain("it is not used");
        expect(logs.join()).toContain("its layers are empty");
        await store.close();
      }
    }
  });

  it("is not used when others can read it, or when it is of other prefixes", async () => {
    const dir = await saved();
    const file = join(dir, stateFileName);
    await chmod(file, 0o644);
    expect((await restarted(dir)).state.size).toBe(0);
    await chmod(file, 0o600);
    const text = (await readFile(file, "utf8")).replace('"/p/"', '"/q/"');
    await writeFile(file, text);
    expect((await restarted(dir)).state.size).toBe(0);
  });
});
