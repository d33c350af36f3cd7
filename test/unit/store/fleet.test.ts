import { Metadata, status } from "@grpc/grpc-js";
import type { ConfigStreamError } from "configstream-consumer/internal";
import { describe, expect, it } from "vitest";
import { StoreError } from "../../../packages/configstream/src/store/etcd/connection.js";
import { storeError } from "../../../packages/configstream/src/store/etcd/failures.js";
import { openFleet } from "../../../packages/configstream/src/store/fleet.js";
import { FakeCluster } from "../../support/store/fake-cluster.js";

const note = { by: "anna", reason: "test", atMs: 0 };
const guardsKey = "/p/.guards/rules";
const rules = (max: number) => JSON.stringify({ "batch.size": { max } });
const lost = () => {
  throw new StoreError("unavailable", "The store at a:1 failed: Deadline exceeded.");
};

async function setUp() {
  const cluster = new FakeCluster();
  const fleet = openFleet(await cluster.connect("a:1"), "/p/");
  const write = (key: string, value: number) =>
    fleet.write(new Map([[key, value]]), { note, dryRun: false }).catch((error: unknown) => error as ConfigStreamError);
  const once = (change: () => void) => {
    cluster.beforeTxn = () => {
      cluster.beforeTxn = () => {};
      change();
    };
  };
  return { cluster, fleet, write, once };
}

describe("a change of a fleet", () => {
  it.each([
    ["came", undefined],
    ["became stricter", rules(100)],
  ])("is refused when guards that it breaks %s between its judgement and its transaction", async (_how, before) => {
    const { cluster, fleet, write, once } = await setUp();
    if (before !== undefined) cluster.put({ [guardsKey]: before });
    once(() => cluster.put({ [guardsKey]: rules(10) }));
    expect(await write("batch.size", 50)).toMatchObject({ code: "refused_value" });
    expect((await fleet.read()).values.size).toBe(0);
    // Once more it is judged by the new ones.
    expect(await write("batch.size", 50)).toMatchObject({ message: expect.stringContaining("at most 10") });
    expect(await write("batch.size", 5)).toMatchObject({ changes: [{ key: "batch.size", after: 5 }] });
  });

  it("is refused when the guards that judged it went away meanwhile, and passes the next time", async () => {
    const { cluster, write, once } = await setUp();
    cluster.put({ [guardsKey]: rules(10) });
    once(() => cluster.put({ [guardsKey]: undefined }));
    expect(await write("batch.size", 5)).toMatchObject({ code: "refused_value" });
    expect(await write("batch.size", 50)).toMatchObject({ changes: [{ after: 50 }] });
  });

  it("is refused when an unchanged key of its group, which it was judged with, changed meanwhile", async () => {
    const { cluster, write, once } = await setUp();
    const one = { min: 1, group: "g" };
    cluster.put({ [guardsKey]: JSON.stringify({ a: one, b: one }), "/p/b": "1" });
    once(() => cluster.put({ "/p/b": "0" }));
    expect(await write("a", 2)).toMatchObject({ code: "refused_value" });
  });

  it("says that nobody knows whether it was made when its answer was lost, and is not made twice then", async () => {
    const { cluster, fleet, write } = await setUp();
    cluster.afterTxn = lost;
    const error = await write("a", 1);
    expect(error).toMatchObject({ code: "unavailable", message: expect.stringContaining("not known whether") });
    cluster.afterTxn = () => {};
    expect((await fleet.read()).values.get("a")).toBe(1);
    const { revision } = cluster;
    expect(await write("a", 1)).toMatchObject({ changes: [] });
    expect(cluster.revision).toBe(revision);
  });
});

describe("what the store says of a call that failed", () => {
  it.each([
    ["refused", "unauthenticated", /failed: x\.$/],
    ["unavailable", "unavailable", /not known whether/],
    ["compacted", "unavailable", /failed: x\.$/],
    ["too_large", "limit_exceeded", /failed: x\.$/],
    ["invalid", "limit_exceeded", /failed: x\.$/],
  ] as const)("%s: is an error with code %s", async (fault, code, message) => {
    const { cluster, write } = await setUp();
    cluster.beforeTxn = () => {
      throw new StoreError(fault, "The store at a:1 failed: x.");
    };
    expect(await write("a", 1)).toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it.each([
    [status.INVALID_ARGUMENT, "etcdserver: authentication failed, invalid user ID or password", "refused", true],
    [status.UNAUTHENTICATED, "etcdserver: invalid auth token", "refused", true],
    [status.PERMISSION_DENIED, "etcdserver: permission denied", "refused", true],
    [status.UNAVAILABLE, "No connection established.", "unavailable", false],
  ] as const)("gRPC's status %i, %s, is %s, with what to do about a login", (code, details, fault, isLogin) => {
    const given = Object.assign(new Error(details), { code, details, metadata: new Metadata() });
    const error = storeError("a:1", given);
    expect(error.fault).toBe(fault);
    expect(error.message.startsWith(`The store at a:1 failed: ${details.replace(/\.$/, "")}.`)).toBe(true);
    expect(error.message.includes("Check user, password and client certificate")).toBe(isLogin);
  });
});

describe("the guards of a fleet", () => {
  it("are not replaced by those of an older call that arrives late, or of another person at the same time", async () => {
    const { cluster, fleet, once } = await setUp();
    await fleet.writeGuards(rules(100), note);
    once(() => cluster.put({ [guardsKey]: rules(10) }));
    await expect(fleet.writeGuards(undefined, note)).rejects.toMatchObject({ code: "refused_value" });
    expect((await fleet.read()).guards.text).toBe(rules(10));
    await fleet.writeGuards(undefined, note);
    expect((await fleet.read()).guards.text).toBeUndefined();
  });

  it("may be there already when the answer was lost, which is said", async () => {
    const { cluster, fleet } = await setUp();
    cluster.afterTxn = lost;
    await expect(fleet.writeGuards(rules(1), note)).rejects.toThrow("not known whether");
  });
});
