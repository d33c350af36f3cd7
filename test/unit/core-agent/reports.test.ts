import { describe, expect, it } from "vitest";
import {
  heldByReport,
  heldIn,
  judge,
  unconfirmed,
} from "../../../packages/configstream/src/core-agent/clients/client-state.js";
import { Reports } from "../../../packages/configstream/src/core-agent/clients/reports.js";
import { issueIdOf } from "../../../src/worker/reporting/held-report.js";

const issue = (id: string, title = "A title", severity = 2) => ({
  id,
  issueName: "Held setting",
  title,
  description: "Why.",
  severity,
  detectedAt: "2026-01-01T00:00:00.000Z",
  source: "one",
});

function bench() {
  const live = new Set(["s1", "s2"]);
  return { live, reports: new Reports({ has: (id) => live.has(id) }, () => 1_000) };
}

describe("what remote agents report", () => {
  it("is kept by session: issues until they are resolved, one with the same id replaced", () => {
    const { reports } = bench();
    reports.issue("s1", issue("a"));
    reports.issue("s1", issue("b"));
    reports.issue("s1", issue("a", "Another title", 99));
    reports.issue("s2", issue("a"));
    reports.resolved("s1", "b");
    reports.resolved("s1", "never reported");
    expect(reports.by("s1").issues).toEqual([
      {
        id: "a",
        name: "Held setting",
        title: "Another title",
        description: "Why.",
        severity: "unspecified",
        detectedAt: "2026-01-01T00:00:00.000Z",
      },
    ]);
    expect(reports.by("s2").issues).toHaveLength(1);
    expect(reports.by("other")).toEqual({ issues: [], events: [] });
    expect(reports.counts).toEqual({ issuesReported: 4, issuesResolved: 1, eventsReported: 0 });
  });

  it("is bounded: issues and events of a session, sessions, and every text", () => {
    const { reports, live } = bench();
    for (let i = 0; i < 1_000; i++) reports.issue("s1", issue(`id${i}`, "x".repeat(10_000)));
    expect(reports.by("s1").issues).toHaveLength(200);
    expect(reports.by("s1").issues[0]?.title.length).toBe(501);
    expect(reports.issue("s1", issue("id5"))).toBe(true);
    expect(reports.issue("s1", issue("new"))).toBe(false);
    expect(reports.issue("s2", issue("x".repeat(501)))).toBe(false);
    reports.events(
      "s1",
      Array.from({ length: 1_000 }, (_unused, i) => `event ${i}${"x".repeat(1_000)}`),
    );
    reports.events("s1", ["the last one"]);
    const { events } = reports.by("s1");
    expect(events).toHaveLength(20);
    expect(events.at(-1)).toEqual({ message: "the last one", atMs: 1_000 });
    expect(events[0]?.message.length).toBe(501);
    for (let i = 0; i < 10_100; i++) {
      live.add(`many${i}`);
      reports.events(`many${i}`, ["x"]);
    }
    expect(reports.by("many10099").events).toEqual([]);
    // Sessions that have expired give their room back.
    live.clear();
    live.add("later");
    reports.events("later", ["x"]);
    expect(reports.by("later").events).toHaveLength(1);
    expect(reports.by("s1").issues).toEqual([]);
  });
});

describe("what a remote agent holds", () => {
  it("is named in its state's reason, as far as it is short", () => {
    const held = (...keys: string[]) => heldIn(Object.fromEntries(keys.map((key) => [key, "why"])));
    const main = (count: number) => ({ state: "live", sequence_id: "7", held: String(count) });
    expect(judge(main(1), 7, held("port")).reason).toBe("It keeps the last good value of port.");
    expect(judge(main(5), 7, held("a", "b", "c", "d", "e")).reason).toContain("a, b, c and 2 others");
    expect(judge(main(2), 7).reason).toContain("2 settings");
    expect(
      heldIn(Object.fromEntries(Array.from({ length: 500 }, (_unused, i) => [`k${i}`, "x".repeat(999)]))),
    ).toHaveLength(100);
  });

  it("is known by its reports where it serves no status", () => {
    const open = (id: string) => ({ ...issue(id), name: "Held setting", severity: "medium" as const });
    const ids = [issueIdOf({ clientName: "a:b c", displayName: "" }, "odd:key\nname"), "of something else"];
    expect(heldByReport(ids.map(open))).toEqual([{ key: "odd:key\nname", reason: "Why." }]);
  });

  it("is not known of one that serves no status, so that its state says what was sent to it", () => {
    expect(unconfirmed(undefined, 7).reason).toBe("It serves no status, and has no stream.");
    expect(unconfirmed(6, 7).reason).toBe("It serves no status; it was sent state 6 of 7.");
    expect(unconfirmed(7, 7)).toMatchObject({
      state: "silent",
      reason: expect.stringContaining("newest state was sent"),
    });
  });
});
