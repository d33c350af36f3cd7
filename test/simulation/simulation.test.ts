/** A short run of the simulation, and proof that it is what it says: exact again, and able to fail. */
import { describe, expect, it } from "vitest";
import { Chain } from "./checks/chain.js";
import { History } from "./checks/history.js";
import { runStory } from "./run-story.js";
import { shrink } from "./shrink.js";
import { simulate } from "./simulate.js";
import { inventStory } from "./story/invent.js";
import type { Event, Happening } from "./story/story.js";
import { tell } from "./story/tell.js";

const seeds = 80;

describe("the whole host in virtual time", () => {
  it("comes right after every story of the first seeds, and breaks no promise on the way", {
    timeout: 120_000,
  }, async () => {
    const { failed, counts } = await simulate({ first: 1, seeds, shrinks: true });
    expect(failed).toBeUndefined();
    for (const kind of ["worker dies", "partition", "half-open", "core agent restarts", "change sets", "clock step"]) {
      expect(counts.of(kind)).toBeGreaterThan(0);
    }
    for (const state of ["discontinuities", "values held", "caches loaded", "workers restarted", "states refused"]) {
      expect(counts.of(state)).toBeGreaterThan(0);
    }
  });

  it("runs a story the same way each time", { timeout: 30_000 }, async () => {
    const [first, again] = [await runStory(inventStory(7)), await runStory(inventStory(7))];
    expect([...again.counts.all]).toEqual([...first.counts.all]);
    expect(again.ms).toBe(first.ms);
  });

  it("invents the same story of the same seed, and another one of another", () => {
    expect(inventStory(7)).toEqual(inventStory(7));
    expect(inventStory(8).events).not.toEqual(inventStory(7).events);
  });
});

describe("a story that fails", () => {
  const event = (what: Happening): Event => ({ afterMs: 10, what });
  const story = {
    ...inventStory(1),
    events: [
      event({ kind: "garbage" }),
      event({ kind: "half-open" }),
      event({ kind: "calm" }),
      event({ kind: "garbage" }),
      event({ kind: "partition", ms: 5 }),
      event({ kind: "calm" }),
    ],
  };

  it("shrinks to what it needs, which takes its time as before", async () => {
    const small = await shrink(story, "as told", async ({ events }) => {
      const kinds = events.map(({ what }) => what.kind);
      return { failure: kinds.includes("half-open") && kinds.includes("partition") ? "still" : undefined };
    });
    expect(small.failure).toBe("still");
    expect(small.story.events).toEqual([
      { afterMs: 20, what: { kind: "half-open" } },
      { afterMs: 30, what: { kind: "partition", ms: 5 } },
    ]);
    expect(tell(small.story).split("\n").slice(1)).toEqual([
      "      0.020 s  half-open: the present connections die, and no side is told",
      "      0.050 s  partition: nothing passes for 5 ms",
    ]);
  });

  it("is told without the form in which it is kept, whatever happens in it", () => {
    const told = Array.from({ length: 60 }, (_, seed) => tell(inventStory(seed))).join("\n");
    expect(told).not.toMatch(/[{}]|undefined|\[object|"kind"|client \d/);
    expect(told).toContain(" dies after ");
  });
});

describe("what a run is checked by", () => {
  const change = { key: "a", source: "cli", sequenceId: 1 };

  it("reports a change that does not begin where the one before it ended, one that is none, and one that is missing", () => {
    const faults: string[] = [];
    const chain = new Chain("s", new Map([["a", 1]]), (what) => faults.push(what));
    chain.add({ ...change, oldValue: 1, newValue: 2 });
    expect(faults).toEqual([]);
    chain.add({ ...change, oldValue: 1, newValue: 3 });
    chain.add({ ...change, oldValue: 3, newValue: 3 });
    chain.mustEqual(new Map([["a", 4]]), "at the end");
    expect(faults).toHaveLength(3);
  });

  it("finds a state only where the core agent was in it, from a place on", () => {
    const history = new History("none");
    for (const state of ["one", "two", "one"]) history.push(state);
    expect([history.find("one", 0), history.find("one", 2), history.find("none", 1), history.find("half", 0)]).toEqual([
      1, 3, -1, -1,
    ]);
  });
});
