/** How events become states that readers see, and what is counted and kept when they do not. */
import { beforeEach, describe, expect, it } from "vitest";
import { ConfigStreamError } from "../../../../src/shared/errors.js";
import { defaultSourcePriority } from "../../../../src/shared/params.js";
import type { EffectiveChange, WireEvent } from "../../../../src/shared/types.js";
import { Applier, type ApplierPorts } from "../../../../src/worker/engine/applier.js";
import type { Publication, Skipped } from "../../../../src/worker/ports.js";
import { LayerStore } from "../../../../src/worker/settings/layers.js";

type Gate = NonNullable<ApplierPorts["gate"]>;
type Rules = Parameters<Applier["judgeBy"]>[0];

let publications: Publication[];
let counts: [string, number][];
let log: string[];
/** What the publisher refuses with; and the keys that it leaves out. */
let refusal: Error | undefined;
let unreadable: string[];

beforeEach(() => {
  publications = [];
  counts = [];
  log = [];
  refusal = undefined;
  unreadable = [];
});

const full = () => new ConfigStreamError("limit_exceeded", "The region is full.");

function newApplier(changes: Partial<ApplierPorts> = {}): Applier {
  const store = new LayerStore({
    clientName: "c",
    overrides: [],
    sourcePriority: defaultSourcePriority,
    dialect: "leaf",
    limits: { maxKeys: 100, maxValueBytes: 1_000, maxRegionBytes: 1_000 },
  });
  return new Applier(store, {
    states: {
      show(publication, commit) {
        if (refusal !== undefined) throw refusal;
        publications.push(publication);
        const left = publication.changes.filter(({ key }) => unreadable.includes(key));
        commit(left.map(({ key }): Skipped => ({ key, error: new ConfigStreamError("limit_exceeded", "Too long.") })));
      },
    },
    status: { count: (counter, by = 1) => void counts.push([counter, by]) },
    log: (level, line) => void log.push(`${level} ${line}`),
    ...changes,
  });
}

let lastId = 0;
const setting = (key: string, value: number, source = "file") => ({ key, value, source, unsetSource: "" });
const snapshot = (settings: Record<string, number>, source = "file"): WireEvent => ({
  kind: "snapshot",
  origin: "core-agent",
  sequenceId: ++lastId,
  settings: Object.entries(settings).map(([key, value]) => setting(key, value, source)),
});
const update = (key: string, value: number, source = "file"): WireEvent => ({
  kind: "update",
  origin: "core-agent",
  sequenceId: ++lastId,
  setting: setting(key, value, source),
});
/** The changes of the newest publication, as a reader would see them. */
const changed = () =>
  (publications.at(-1)?.changes ?? []).map(({ key, setting, oldValue }) => [key, oldValue, setting?.value]);
const counted = () => Object.fromEntries(counts.splice(0));

describe("events that arrive together", () => {
  it("are one publication, with the id of the last one, and each is counted by its kind", () => {
    const applier = newApplier();
    expect(applier.apply([])).toEqual({ ok: true, wantsSnapshot: false, skipped: [] });
    expect(publications).toEqual([]);
    expect(applier.apply([snapshot({ a: 1 }), update("b", 2), update("a", 3)])).toMatchObject({ ok: true });
    expect(publications).toHaveLength(1);
    expect(publications[0]).toMatchObject({ sequenceId: lastId, origin: "core-agent" });
    expect(publications[0]).not.toHaveProperty("atMs");
    expect(changed()).toEqual([
      ["a", undefined, 3],
      ["b", undefined, 2],
    ]);
    expect(counts).toEqual([
      ["snapshotsApplied", 1],
      ["updatesApplied", 2],
    ]);
    counts = [];
    applier.apply([update("a", 4)]);
    expect(counts).toEqual([["updatesApplied", 1]]);
    counts = [];
    applier.apply([snapshot({ a: 4 })]);
    expect(counts).toEqual([["snapshotsApplied", 1]]);
  });

  it("say which settings have no key, beside those that have one, and count them", () => {
    const applier = newApplier();
    const keyless = { key: "", error: expect.objectContaining({ code: "bad_message" }) };
    expect(applier.apply([snapshot({ a: 1, "": 2 })])).toMatchObject({ ok: true, skipped: [keyless] });
    expect(changed()).toEqual([["a", undefined, 1]]);
    expect(counted()).toEqual({ snapshotsApplied: 1, skippedSettings: 1 });
    expect(applier.apply([update("", 1), update("a", 2)])).toMatchObject({ ok: true, skipped: [keyless] });
    expect(changed()).toEqual([["a", 1, 2]]);
    expect(applier.apply([update("a", 3)])).toMatchObject({ ok: true, skipped: [] });
  });

  it("count sources that are in no list, and updates that may mean two things, after which a snapshot is wanted", () => {
    const applier = newApplier();
    applier.apply([snapshot({ a: 1 }, "cli")]);
    counts = [];
    expect(applier.apply([update("a", 2, "file")])).toMatchObject({ ok: true, wantsSnapshot: true });
    expect(counted()).toEqual({ ambiguousUpdates: 1, updatesApplied: 1 });
    expect(applier.apply([update("b", 1, "stranger")])).toMatchObject({ ok: true, wantsSnapshot: false });
    expect(counted()).toEqual({ unknownSources: 1, updatesApplied: 1 });
    // Also when another event follows.
    expect(applier.apply([update("a", 2, "file"), update("b", 1)])).toMatchObject({ ok: true, wantsSnapshot: true });
  });
});

describe("a sender that has been seen to report sets that lose", () => {
  const distrusted = () => {
    const applier = newApplier();
    applier.inSession("one");
    applier.apply([snapshot({ a: 1 }, "cli")]);
    applier.apply([update("a", 2, "file")]);
    applier.apply([snapshot({ a: 1 }, "cli")]);
    return applier;
  };

  it("is believed only with a snapshot, as long as its session lasts", () => {
    const applier = distrusted();
    applier.inSession("one");
    expect(applier.apply([update("a", 3, "cli")])).toMatchObject({ wantsSnapshot: true });
    expect(applier.apply([update("a", 4, "cli"), update("b", 4, "cli")])).toMatchObject({ wantsSnapshot: true });
    applier.inSession("two");
    expect(applier.apply([update("a", 5, "cli")])).toMatchObject({ wantsSnapshot: false });
  });
});

describe("a state that cannot be published", () => {
  it("is counted where it is over a limit, and readers get the whole difference with the next one", () => {
    const applier = newApplier();
    applier.apply([snapshot({ a: 1 })]);
    counts = [];
    refusal = full();
    expect(applier.apply([update("a", 2), update("b", 2)])).toEqual({ ok: false, error: refusal });
    expect(counts).toEqual([["refusedStates", 1]]);
    expect([applier.published(), applier.trial([])]).toEqual([undefined, undefined]);
    refusal = undefined;
    applier.apply([snapshot({ a: 2, c: 3 })]);
    expect(changed()).toEqual([
      ["a", 1, 2],
      ["c", undefined, 3],
    ]);
    expect(applier.published()).toHaveLength(2);
    refusal = new Error("secret");
    counts = [];
    expect(applier.apply([update("a", 3)])).toMatchObject({ ok: false, error: { code: "internal" } });
    expect(counts).toEqual([]);
  });

  it("is none where a setting alone is: others go on from what readers see, and it begins anew once it can be read", () => {
    const applier = newApplier();
    unreadable = ["long"];
    expect(applier.apply([snapshot({ a: 1, long: 1 })])).toMatchObject({ ok: true, skipped: [{ key: "long" }] });
    expect(counted()).toEqual({ snapshotsApplied: 1, skippedSettings: 1 });
    unreadable = [];
    applier.apply([update("a", 2)]);
    expect(changed()).toEqual([["a", 1, 2]]);
    applier.apply([update("long", 2)]);
    expect(changed()).toEqual([["long", undefined, 2]]);
    applier.apply([update("long", 3)]);
    expect(changed()).toEqual([["long", 2, 3]]);
  });
});

it("a state that differs in nothing is published with its id, except where only changes are asked for", () => {
  for (const onlyChanges of [false, true]) {
    publications = [];
    const applier = newApplier({ onlyChanges });
    applier.apply([snapshot({})]);
    expect(publications).toHaveLength(1);
    counts = [];
    expect(applier.apply([snapshot({})])).toMatchObject({ ok: true });
    expect(counted()).toEqual({ snapshotsApplied: 1 });
    expect(publications).toHaveLength(onlyChanges ? 1 : 2);
    applier.apply([update("a", 1)]);
    expect(publications).toHaveLength(onlyChanges ? 2 : 3);
  }
});

it("what an earlier process received is published with its time, and only before anything of this one", () => {
  const applier = newApplier();
  const saved = { settings: [["a", [{ source: "file", value: 1 }]]], sequenceId: 3, origin: "x", publishedAtMs: 5 };
  expect(applier.restore(saved as never)).toBe(true);
  expect(publications).toMatchObject([{ sequenceId: 3, atMs: 5 }]);
  expect(applier.restore(saved as never)).toBe(false);
  expect(publications).toHaveLength(1);
});

describe("other rules", () => {
  const rules = { name: "the new ones" } as unknown as Rules;
  const change: EffectiveChange = {
    key: "a",
    setting: { value: 9, source: "file" },
    oldValue: 1,
    valueChanged: true,
  };

  /** A gate that lets everything pass and writes down what it is asked. */
  function gated(judgedAgain: readonly EffectiveChange[] = [change]) {
    const asked: string[] = [];
    const gate: Gate = {
      held: new Map(),
      beginWith: () => void asked.push("begins"),
      judge: (changes, { first }) => {
        asked.push(first ? "judges the first" : "judges");
        return { changes, commit: () => {} };
      },
      judgeAgain: (_rules, newest) => {
        asked.push(`judges again ${newest("a")?.value}`);
        return { changes: judgedAgain, commit: () => void asked.push("in force") };
      },
      trial: (changes, keys) => {
        asked.push(`tries ${changes.map(({ key }) => key)} of ${[...keys]}`);
        return [];
      },
    };
    return { applier: newApplier({ gate }), asked };
  }

  it("are those to begin with, before there are any settings", () => {
    const { applier, asked } = gated();
    applier.judgeBy(rules);
    applier.apply([snapshot({ a: 1 })]);
    expect(asked).toEqual(["begins", "judges the first"]);
  });

  it("judge what is there, and are in force with what that changes", () => {
    const { applier, asked } = gated();
    applier.apply([snapshot({ a: 1 })]);
    applier.judgeBy(rules);
    expect(asked).toEqual(["judges the first", "judges again 1", "in force"]);
    expect(publications.at(-1)).toEqual({ sequenceId: lastId, origin: "core-agent", changes: [change] });
    applier.apply([update("a", 2)]);
    expect(asked.slice(3)).toEqual(["judges"]);
  });

  it("that change nothing are in force without a publication", () => {
    const { applier, asked } = gated([]);
    applier.apply([snapshot({ a: 1 })]);
    applier.judgeBy(rules);
    expect(asked.at(-1)).toBe("in force");
    expect(publications).toHaveLength(1);
    applier.apply([update("a", 2)]);
    expect(asked.at(-1)).toBe("judges");
  });

  it("that cannot be in force yet are tried again with each publication, and that is said once until they are", () => {
    const { applier, asked } = gated();
    applier.apply([snapshot({ a: 1 })]);
    const tryInVain = () => {
      refusal = full();
      applier.judgeBy(rules);
      refusal = undefined;
    };
    counts = [];
    tryInVain();
    tryInVain();
    const line = "error The new guards are not in force yet; those of before stay so. The region is full.";
    expect(log).toEqual([line]);
    expect(counts).toEqual([
      ["refusedStates", 1],
      ["refusedStates", 1],
    ]);
    expect(asked).not.toContain("in force");
    applier.apply([update("a", 2)]);
    expect(asked.slice(-3)).toEqual(["judges", "judges again 2", "in force"]);
    expect(publications.at(-1)?.changes).toEqual([change]);
    tryInVain();
    expect(log).toEqual([line, line]);
  });

  it("wait for the next publication while the store is ahead of what readers see, from the beginning too", () => {
    for (const hasBegun of [true, false]) {
      const { applier, asked } = gated();
      if (hasBegun) applier.apply([snapshot({ a: 1 })]);
      refusal = full();
      applier.apply([snapshot({ a: 1 }), update("a", 2), update("b", 2)]);
      refusal = undefined;
      asked.length = 0;
      applier.judgeBy(rules);
      expect([asked, log]).toEqual([[], []]);
      applier.apply([snapshot({ a: 3 })]);
      expect(asked).toEqual([hasBegun ? "judges" : "judges the first", "judges again 3", "in force"]);
    }
  });

  it("are of no account where nothing is judged", () => {
    const applier = newApplier();
    applier.judgeBy(rules);
    applier.apply([snapshot({ a: 1 })]);
    applier.judgeBy(rules);
    expect([publications.length, log]).toEqual([1, []]);
    expect(applier.trial([["a", [{ source: "file", value: 2 }]]])).toEqual([]);
  });

  it("are not asked in a trial before there are settings, and then of what it would change", () => {
    const { applier, asked } = gated();
    const trial = () => applier.trial([["A", [{ source: "file", value: 2 }]]]);
    expect(trial()).toBe(undefined);
    applier.apply([snapshot({ a: 1 })]);
    expect(trial()).toEqual([]);
    expect(asked.at(-1)).toBe("tries a of a");
  });
});
