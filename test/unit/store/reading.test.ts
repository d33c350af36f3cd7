import { describe, expect, it } from "vitest";
import type { Connection } from "../../../packages/configstream/src/store/etcd/connection.js";
import { loadEtcdContract } from "../../../packages/configstream/src/store/etcd/contract.js";
import type { RangeRequest } from "../../../packages/configstream/src/store/etcd/messages.js";
import { prefixRange } from "../../../packages/configstream/src/store/etcd/ranges.js";
import { readRanges } from "../../../packages/configstream/src/store/reading.js";
import { FakeCluster } from "../../support/store/fake-cluster.js";

describe("reading the store", () => {
  it("asks for the newest that the majority knows first, and for all other pages at the revision of the first", async () => {
    const cluster = new FakeCluster();
    cluster.put(Object.fromEntries(Array.from({ length: 10_001 }, (_unused, at) => [`/p/k${10_000 + at}`, "0"])));
    const { range, ...others } = await cluster.connect("a:1");
    const asked: RangeRequest[] = [];
    const connection: Connection = {
      ...others,
      range(request) {
        asked.push(request);
        cluster.put({ "/q/a": "1" });
        return range(request);
      },
    };
    const { revision } = await readRanges(connection, [prefixRange("/p/"), prefixRange("/q/")]);
    expect(asked.map((each) => each.revision ?? "newest")).toEqual(["newest", revision, revision]);
  });

  it("has no words to ask one member alone, which may be behind", () => {
    const { type } = loadEtcdContract()["etcdserverpb.RangeRequest"] as { type: { field: { name: string }[] } };
    expect(type.field.map(({ name }) => name)).toEqual(["key", "range_end", "limit", "revision"]);
  });
});
