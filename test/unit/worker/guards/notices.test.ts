/** What is told of held keys, and when: the list in the region, the application, the counter. */
import { describe, expect, it } from "vitest";
import { readCounter } from "../../../../src/memory/facts.js";
import { countHeld, readHeld } from "../../../../src/memory/held.js";
import { readGuards } from "../../../../src/shared/guards/read-guards.js";
import { createGuarding } from "../../../../src/worker/guards/guarding.js";
import { rulesOf } from "../../../../src/worker/guards/verdicts.js";
import { testParams } from "../../../support/engine/engine-bench.js";
import { VirtualClock } from "../../../support/engine/virtual-clock.js";
import { Lives } from "../../../support/guards/lives.js";
import { newRegion } from "../../../support/memory/region.js";

const port = { port: { type: "integer", min: 1, max: 65_535 } } as const;
const tls = {
  "tls.cert": { type: "string", minLength: 3, group: "tls" },
  "tls.key": { type: "string", minLength: 3, group: "tls" },
} as const;
const heldValues = (lives: Lives) => readCounter(lives.region, "heldValues");

describe("a key that is held", () => {
  it("is told once, however many values break the same rule, while each of them is counted", () => {
    const lives = new Lives({ guards: port });
    lives.snapshot(1, { port: 9000 });
    expect(heldValues(lives)).toBe(0);
    for (const [id, value] of [
      [2, "x"],
      [3, "y"],
      [4, "z"],
    ] as const)
      lives.set(id, "port", value);
    expect(lives.told).toHaveLength(1);
    expect(lives.lines).toHaveLength(1);
    expect(heldValues(lives)).toBe(3);
    expect(readHeld(lives.region)).toMatchObject([{ key: "port", sequenceId: 4 }]);
    lives.set(5, "other", 1);
    expect([heldValues(lives), lives.told.length]).toEqual([3, 1]);
  });

  it("keeps its own source and number where only another key of its group has changed again", () => {
    const lives = new Lives({ guards: tls });
    lives.snapshot(1, { "tls.cert": "old-cert", "tls.key": "old-key" });
    lives.snapshot(2, { "tls.cert": "new-cert", "tls.key": "" });
    lives.set(3, "tls.key", "x");
    expect(heldValues(lives)).toBe(3);
    expect(readHeld(lives.region).map(({ key, sequenceId, kind }) => [key, sequenceId, kind])).toEqual([
      ["tls.cert", 2, "text"],
      ["tls.key", 3, "text"],
    ]);
    lives.nextLife();
    lives.snapshot(9, { "tls.cert": "new-cert", "tls.key": "x" });
    expect(lives.lines.filter((line) => line.startsWith("warn"))).toHaveLength(2);
  });

  it("is first in the list when it is required, because the list is short", () => {
    const lives = new Lives({ guards: { ...port, a: { type: "integer" }, z: { type: "integer" } }, required: ["z"] });
    lives.snapshot(1, { a: 1, port: 1, z: 1 });
    lives.snapshot(2, { a: "x", port: "x", z: "x" });
    expect(lives.guarding?.held().map(({ key }) => key)).toEqual(["z", "a", "port"]);
    expect(readHeld(lives.region).map(({ key }) => key)).toEqual(["z", "a", "port"]);
  });

  it("of a group is not among the held ones while readers see its newest value, also in a new worker", () => {
    const lives = new Lives({ guards: tls });
    lives.snapshot(1, { "tls.cert": "a-cert", "tls.key": "old-key" });
    lives.nextLife();
    lives.snapshot(2, { "tls.cert": "a-cert", "tls.key": "" });
    expect([lives.heldKeys, lives.read("tls.cert"), lives.read("tls.key")]).toEqual([["tls.key"], "a-cert", "old-key"]);
  });

  it("shows the application's own value where nothing good was ever published, and subscribers are told of that", async () => {
    const lives = new Lives({ guards: port, defaults: { port: 80 } });
    lives.snapshot(1, { port: "x" });
    await Promise.resolve();
    expect([lives.read("port"), lives.heldKeys, lives.events]).toEqual([80, ["port"], ["port=80"]]);
    lives.set(2, "port", 81);
    expect([lives.read("port"), lives.heldKeys]).toEqual([81, []]);
  });

  it("and required is missed by a new worker that finds it gone, although nothing was held before", () => {
    const lives = new Lives({ guards: {}, required: ["Port"] });
    lives.snapshot(1, { port: 9000, other: 1 });
    lives.nextLife();
    lives.snapshot(2, { other: 1 });
    expect([lives.read("port"), lives.heldKeys]).toEqual([9000, ["port"]]);
    expect(readHeld(lives.region)[0]).toMatchObject({ source: "", kind: "nothing" });
    // Nothing came whose value is kept from readers.
    expect(heldValues(lives)).toBe(0);
  });

  it("has healed where a new worker finds it gone, although no rule is about anything that came", () => {
    const lives = new Lives({ guards: port });
    lives.snapshot(1, { port: "x", other: 1 });
    expect(lives.heldKeys).toEqual(["port"]);
    lives.nextLife();
    lives.snapshot(2, { other: 1 });
    expect([lives.heldKeys, lives.told.at(-1)]).toEqual([[], { held: [], healed: ["port"] }]);
  });

  it("is held, counted and reported where the list has no room and nobody listens", () => {
    const region = newRegion(0);
    // The only page that it could grow by.
    region.grow(1);
    const lines: string[] = [];
    const log = (level: string, line: string) => void lines.push(`${level} ${line}`);
    const made = createGuarding({ ...testParams, guards: { rules: port } }, { region, clock: new VirtualClock(), log });
    const change = {
      key: "port",
      setting: { value: "x", source: "file" },
      oldValue: undefined,
      valueChanged: true,
    };
    const judged = made?.gate.judge([change], { sequenceId: 1, first: true });
    judged?.commit();
    expect([judged?.changes, made?.held().map(({ key }) => key), readHeld(region)]).toEqual([[], ["port"], []]);
    expect([countHeld(region), readCounter(region, "heldValues")]).toEqual([1, 1]);
    expect(lines).toEqual([expect.stringMatching(/^error .*grow/), expect.stringMatching(/^warn .*port/)]);
  });

  it("is no key that is required and never came", () => {
    const lives = new Lives({ guards: port, required: ["never"] });
    lives.snapshot(1, { port: 1 });
    lives.applier.judgeBy(rulesOf(readGuards("guards", port), ["never"]));
    expect([lives.heldKeys, lives.lines]).toEqual([[], []]);
  });
});

describe("where nothing is held", () => {
  it("nothing is told, and what is kept for the next process is what came", () => {
    const lives = new Lives({ guards: port });
    lives.snapshot(1, { port: 9000, a: 1 });
    lives.applier.judgeBy(rulesOf(readGuards("guards", port), []));
    expect([lives.told, lives.lines, lives.guarding?.held()]).toEqual([[], [], []]);
    const came = [
      ["port", [{ source: "file", value: 9000 }]],
      ["a", [{ source: "file", value: 1 }]],
    ];
    expect(lives.saved).toEqual(came);
    const unguarded = new Lives({});
    unguarded.snapshot(1, { port: 9000, a: 1 });
    expect(unguarded.saved).toEqual(came);
  });

  it("a key without a good value is not kept for the next process, and one with a good value once", () => {
    const lives = new Lives({ guards: { ...port, b: { type: "integer" } } });
    lives.snapshot(1, { port: 9000, b: "x" });
    lives.set(2, "port", "x");
    expect(lives.saved).toEqual([["port", [{ source: "file", value: 9000 }]]]);
  });
});

describe("other rules, while settings are there,", () => {
  const rules = (max: number) => rulesOf(readGuards("guards", { port: { type: "integer", max } }), []);

  it("hold a key whose value breaks them, which readers go on seeing, and are no change for subscribers", async () => {
    const lives = new Lives({ guards: port });
    lives.snapshot(1, { port: 9000 });
    await Promise.resolve();
    lives.events.length = 0;
    lives.applier.judgeBy(rules(80));
    await Promise.resolve();
    expect([lives.heldKeys, lives.read("port"), lives.events]).toEqual([["port"], 9000, []]);
    expect(heldValues(lives)).toBe(0);
    lives.applier.judgeBy(rules(9_999));
    expect([lives.heldKeys, lives.read("port")]).toEqual([[], 9000]);
  });

  it("hold no key that is not there, although others of its group are held", () => {
    const lives = new Lives({ guards: {}, required: ["tls.key"] });
    lives.snapshot(1, { "tls.key": "" });
    lives.applier.judgeBy(rulesOf(readGuards("guards", tls), []));
    expect(lives.heldKeys).toEqual(["tls.key"]);
  });

  it("say of a key that they still hold by which rule, and since when as before", () => {
    const lives = new Lives({ guards: { port: { type: "integer", max: 100 } } });
    lives.snapshot(1, { port: 1 });
    lives.set(2, "port", 900);
    lives.clock.skip(1_000);
    const [before] = readHeld(lives.region);
    lives.applier.judgeBy(rules(800));
    expect(readHeld(lives.region)).toEqual([{ ...before, rule: "must be at most 800" }]);
    expect(lives.told.map(({ held }) => held.map(({ rule }) => rule))).toEqual([
      ["must be at most 100"],
      ["must be at most 800"],
    ]);
    // It is held all along, so there is no second line.
    expect(lives.lines).toHaveLength(1);
  });
});

it("a key of a group waits for another one that is bad, also where its own relation is kept or its partner never came", () => {
  const guards = {
    lo: { type: "integer", group: "range", atMost: "hi" },
    hi: { type: "integer", group: "range" },
    name: { type: "string", minLength: 1, group: "range" },
  } as const;
  const lives = new Lives({ guards });
  lives.snapshot(1, { lo: 1, name: "a" });
  lives.set(2, "lo", 2);
  expect([lives.read("lo"), lives.heldKeys]).toEqual([2, []]);
  lives.snapshot(3, { lo: 3, hi: 9, name: "" });
  expect([lives.read("lo"), lives.read("hi"), lives.heldKeys]).toEqual([2, undefined, ["hi", "lo", "name"]]);
  expect(readHeld(lives.region).find(({ key }) => key === "lo")?.rule).toBe(
    'must wait for "name" of its group, which breaks its rule',
  );
  lives.set(4, "name", "b");
  expect([lives.read("lo"), lives.read("hi"), lives.heldKeys]).toEqual([3, 9, []]);
});

describe("a key that an override writes", () => {
  const checks = (given: { readonly [key: string]: object }) =>
    readGuards(
      "guards",
      Object.fromEntries(Object.entries(given).map(([key, rule]) => [key, { type: "string", ...rule }])),
    );

  it("joins the group of the guarded key that it is a copy of, or takes that one into its own", () => {
    const copy = [{ from: "a", to: "b" }];
    expect([...rulesOf(checks({ a: {} }), [], copy).groups]).toEqual([["a", ["a", "b"]]]);
    const grouped = rulesOf(checks({ a: { group: "g" }, c: { group: "g" } }), [], copy);
    expect([...grouped.groups]).toEqual([["g", ["a", "c", "b"]]]);
    const target = rulesOf(checks({ a: {}, b: { group: "h" } }), [], copy);
    expect([...target.groups]).toEqual([["h", ["b", "a"]]]);
    const apart = rulesOf(checks({ a: { group: "g" }, b: { group: "h" } }), [], copy);
    expect([...apart.groupOf]).toEqual([
      ["a", "g"],
      ["b", "h"],
    ]);
  });

  it("is left alone when nothing guards what it is a copy of, or when the copy is another client's", () => {
    expect(rulesOf(checks({ z: {} }), [], [{ from: "a", to: "b" }]).groups.size).toBe(0);
    expect(rulesOf(checks({ a: {} }), []).groups.size).toBe(0);
    const lives = new Lives({ clientName: "other", guards: { "apm_config.log_level": { oneOf: ["info"] } } });
    lives.snapshot(1, { "apm_config.log_level": "loud", log_level: "info" });
    expect([lives.heldKeys, lives.read("log_level")]).toEqual([["apm_config.log_level"], "info"]);
  });
});

it("there is nothing to judge by without guards and required keys; with either there is", () => {
  const ports = { region: newRegion(), clock: new VirtualClock(), log: () => {} };
  expect(createGuarding(testParams, ports)).toBeUndefined();
  expect(createGuarding({ ...testParams, required: [] }, ports)).toBeUndefined();
  expect(createGuarding({ ...testParams, required: ["a"] }, ports)?.held()).toEqual([]);
  expect(createGuarding({ ...testParams, guards: { rules: {} } }, ports)).toBeDefined();
});
