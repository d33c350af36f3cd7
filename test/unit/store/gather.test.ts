import { describe, expect, it } from "vitest";
import type { StoreError } from "../../../packages/configstream/src/store/etcd/connection.js";
import { createGatherer } from "../../../packages/configstream/src/store/gather.js";

const event = (key: string, revision: number) => ({ kv: { key: Buffer.from(key), mod_revision: `${revision}` } });
const header = (revision: number, cluster_id = "7") => ({ cluster_id, revision: `${revision}` });

describe("the gatherer of watch messages", () => {
  it("gives one change for each revision, however many stand in a message", () => {
    const gatherer = createGatherer("7", 4);
    const whole = gatherer.take({ header: header(6), events: [event("a", 5), event("b", 5), event("a", 6)] });
    expect(whole.map(({ revision, events }) => [revision, events.length])).toEqual([
      [5, 2],
      [6, 1],
    ]);
    expect(gatherer.revision).toBe(6);
  });

  it("gives nothing of a revision that is cut into fragments before its last one is there", () => {
    const gatherer = createGatherer("7", 4);
    expect(gatherer.take({ header: header(5), events: [event("a", 5)], fragment: true })).toEqual([]);
    expect(gatherer.take({ header: header(5), events: [event("b", 5)], fragment: true })).toEqual([]);
    expect(gatherer.revision).toBe(4);
    const whole = gatherer.take({ header: header(5), events: [event("c", 5)] });
    expect(whole).toHaveLength(1);
    expect(whole[0]?.events).toHaveLength(3);
  });

  it("knows more when the store says that nothing happened, but not from a member that confirms the watch", () => {
    const gatherer = createGatherer("7", 4);
    gatherer.take({ header: header(9), created: true });
    gatherer.take({ header: header(3), created: true });
    expect(gatherer.revision).toBe(4);
    gatherer.take({ header: header(9) });
    expect(gatherer.revision).toBe(9);
  });

  it("refuses to go back, to another cluster, and to go on after a compaction or an end", () => {
    const taken = (response: object) => {
      try {
        createGatherer("7", 4).take(response);
      } catch (error) {
        return (error as StoreError).fault;
      }
      return undefined;
    };
    expect(taken({ header: header(9), events: [event("a", 4)] })).toBe("unavailable");
    expect(taken({ header: header(3) })).toBe("unavailable");
    expect(taken({ header: header(9, "8"), events: [event("a", 9)] })).toBe("unavailable");
    expect(taken({ header: header(9), canceled: true, compact_revision: "6" })).toBe("compacted");
    expect(taken({ header: header(9), canceled: true, cancel_reason: "no leader" })).toBe("unavailable");
  });
});
