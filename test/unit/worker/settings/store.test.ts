/** The layer store beyond single messages: what it gives out, takes back and tries, and what it makes of odd messages. */
import { describe, expect, it } from "vitest";
import { defaultSourcePriority } from "../../../../src/shared/params.js";
import type { ConfigValue, WireSetting } from "../../../../src/shared/types.js";
import { equalLayers } from "../../../../src/worker/settings/diff.js";
import { type LayerParams, LayerStore } from "../../../../src/worker/settings/layers.js";
import { createPriority } from "../../../../src/worker/settings/priority.js";
import { Sender } from "../../../../src/worker/settings/sender.js";

function newStore(dialect: LayerParams["dialect"] = "leaf"): LayerStore {
  return new LayerStore({
    clientName: "c",
    overrides: [{ clientName: "c", from: "c.site", to: "site" }],
    sourcePriority: defaultSourcePriority,
    dialect,
    limits: { maxKeys: 100, maxValueBytes: 1_000, maxRegionBytes: 1_000 },
  });
}

const setting = (key: string, value: ConfigValue, source = "file", unsetSource = ""): WireSetting => ({
  key,
  value,
  source,
  unsetSource,
});

function snapshot(store: LayerStore, ...settings: WireSetting[]): void {
  store.applySnapshot(settings).commit();
}

function update(store: LayerStore, ...given: Parameters<typeof setting>) {
  const staged = store.applyUpdate(setting(...given));
  staged.commit();
  return staged;
}

/** What the sender claims, as `source: value` per layer. */
const claims = (store: LayerStore) =>
  Object.fromEntries(
    store
      .claims()
      .map(([key, layers]) => [key, layers.map(({ source, value }) => `${source}: ${JSON.stringify(value)}`)]),
  );

describe("what the store gives out", () => {
  it("are the sender's claims with all layers, and what a key resolves to, overrides included", () => {
    const store = newStore();
    snapshot(store, setting("site", "theirs"), setting("site", "loud", "cli"), setting("C.Site", "mine"));
    snapshot(store, setting("site", "theirs"), setting("C.Site", "mine"), setting("b", 1));
    expect(claims(store)).toEqual({ site: ['file: "theirs"'], "c.site": ['file: "mine"'], b: ["file: 1"] });
    expect(store.get("site")).toMatchObject({ value: "mine", source: "agent-runtime" });
    expect(store.get("b")).toMatchObject({ value: 1, source: "file" });
    expect(store.get("nothing")).toBe(undefined);
  });

  it("can be taken back by an empty store, which then knows nothing of the layers in between", () => {
    const store = newStore("in-process");
    snapshot(store, setting("a", 1), setting("a", 2, "cli"), setting("b", 3));
    const saved = store.claims();
    const next = newStore("in-process");
    const staged = next.restore([...saved, ["gone", []]]);
    expect(staged).toMatchObject({ lowerLayers: "some", unknownSources: 0, ambiguous: false, unsure: false });
    staged.commit();
    expect(claims(next)).toEqual({ a: ["file: 1", "cli: 2"], b: ["file: 3"] });
    expect(next.get("a")).toMatchObject({ value: 2, source: "cli" });
  });

  it("is what would change in a trial, in which nothing does", () => {
    const store = newStore();
    snapshot(store, setting("a", 1), setting("b", 1), setting("c", 1));
    const layers = (value: ConfigValue) => [{ source: "file", value }];
    const changes = store.trial([
      ["A", layers(2)],
      ["b", []],
      ["c", layers(1)],
      ["m", layers({ x: 1 })],
    ]);
    expect(changes.map(({ key, oldValue, setting }) => [key, oldValue, setting?.value])).toEqual([
      ["a", 1, 2],
      ["b", 1, undefined],
      ["m", undefined, { x: 1 }],
    ]);
    expect(claims(store)).toEqual({ a: ["file: 1"], b: ["file: 1"], c: ["file: 1"] });
  });

  it("keeps in a trial what lies below a key, where a map is a value and no section", () => {
    const store = newStore();
    snapshot(store, setting("m", { x: 1 }), setting("m.k", 1));
    const changes = store.trial([["m", [{ source: "file", value: { x: 2 } }]]]);
    expect(changes.map(({ key, setting }) => [key, setting?.value])).toEqual([["m", { x: 2 }]]);
  });

  it("is in a trial with a sender of sections what its leaves would be", () => {
    const store = newStore("section-merged");
    snapshot(store, setting("s", { x: 1, y: 1 }), setting("t", { z: 1 }));
    const changes = store.trial([
      ["s", [{ source: "file", value: { y: 2, w: 1 } }]],
      ["t", []],
    ]);
    expect(Object.fromEntries(changes.map(({ key, setting }) => [key, setting?.value]))).toEqual({
      "s.x": undefined,
      "s.y": 2,
      "s.w": 1,
      "t.z": undefined,
    });
  });
});

describe("messages that say little", () => {
  it("of no key change nothing, and are in no claim", () => {
    const store = newStore();
    snapshot(store, setting("", 1), setting("a", 1));
    expect(update(store, "", 2).changes).toEqual([]);
    expect(claims(store)).toEqual({ a: ["file: 1"] });
  });

  it("of no source are of the one that has no name, and a removal in a snapshot claims nothing", () => {
    const store = newStore();
    snapshot(store, setting("a", 1, ""), setting("b", null, "", "file"), setting("c", 1));
    expect(update(store, "d", 1, "").unknownSources).toBe(0);
    expect(claims(store)).toEqual({ a: ["unknown: 1"], c: ["file: 1"], d: ["unknown: 1"] });
    expect(createPriority(["file"]).isKnown("unknown")).toBe(true);
  });

  it("of a removal beside keys with several layers claim nothing either", () => {
    const store = newStore("section-per-source");
    snapshot(store, setting("a", 1), setting("b", null, "", "file"), setting("a", 2, "cli"));
    expect(claims(store)).toEqual({ a: ["file: 1", "cli: 2"] });
  });
});

it("layers that differ in a source alone differ", () => {
  const store = newStore("section-per-source");
  snapshot(store, setting("a", 1, "file"), setting("a", 2, "cli"));
  const staged = store.applySnapshot([setting("a", 1, "environment-variable"), setting("a", 2, "cli")]);
  expect(staged.changes).toMatchObject([{ key: "a", valueChanged: false }]);
  const layers = [{ source: "a", value: 1 }];
  expect(equalLayers(layers, layers)).toBe(true);
});

describe("a sender that reports sets that lose", () => {
  const distrusted = () => {
    const store = newStore();
    snapshot(store, setting("a", 1, "cli"), setting("b", 1));
    expect(update(store, "a", 2, "file")).toMatchObject({ ambiguous: true, changes: [] });
    snapshot(store, setting("a", 1, "cli"), setting("b", 1));
    return store;
  };

  it("is known by the snapshot after it, and then no plain update is sure, until it names a source that was cleared", () => {
    const store = distrusted();
    expect(update(store, "a", 3, "cli").unsure).toBe(true);
    expect(update(store, "new", 3, "cli").unsure).toBe(true);
    const next = store.applySnapshot([setting("a", 3, "cli")]);
    expect(next.unsure).toBe(false);
    expect(update(store, "a", 4, "file", "cli").unsure).toBe(false);
    expect(update(store, "other", 4, "file").unsure).toBe(false);
  });

  it("is another one after it was replaced", () => {
    const store = distrusted();
    store.senderReplaced();
    expect(update(store, "new", 3, "cli").unsure).toBe(false);
  });

  it("is not known by a key that is gone, or by an update that was taken", () => {
    const store = newStore();
    snapshot(store, setting("a", 1, "cli"), setting("b", 1));
    update(store, "a", 2, "file");
    update(store, "new", 1, "file");
    snapshot(store, setting("new", 2, "cli"), setting("b", 1));
    expect(update(store, "c", 1, "file").unsure).toBe(false);
    const sender = new Sender((source) => (source === "file" ? 1 : 9));
    sender.ambiguous("a", "file");
    sender.judge(() => undefined);
    expect(sender.reportsLosers).toBe(false);
    sender.ambiguous("a", "file");
    sender.replaced();
    sender.judge(() => "cli");
    expect(sender.reportsLosers).toBe(false);
  });
});

describe("a removal in a section", () => {
  it("takes the cleared layer away also below the one that wins", () => {
    const store = newStore("section-per-source");
    snapshot(store, setting("s", { x: 1, y: 1 }), setting("s", { x: 2 }, "cli"));
    update(store, "s.x", 2, "cli", "file");
    expect(claims(store)).toEqual({ "s.x": ["cli: 2"], "s.y": ["file: 1"] });
  });

  it("that takes the last leaf leaves nothing of the section", () => {
    const store = newStore("section-per-source");
    snapshot(store, setting("s", { x: 1 }));
    update(store, "s.x", null, "", "file");
    expect([claims(store), store.get("s")]).toEqual([{}, undefined]);
  });
});

it("an empty map that was sent is no setting any more once a leaf lies in it", () => {
  const store = newStore("section-merged");
  snapshot(store, setting("s", {}));
  expect(claims(store)).toEqual({ s: ["file: {}"] });
  update(store, "s.x", 1);
  expect(claims(store)).toEqual({ "s.x": ["file: 1"] });
});

describe("a dialect that is not decided by its snapshot", () => {
  it("stays open for keys that may be sections, also new ones", () => {
    const store = newStore("auto");
    snapshot(store, setting("a", 1));
    update(store, "b", { x: 1 });
    expect(Object.keys(claims(store))).toEqual(["a", "b.x"]);
  });

  it("is one of leaves once something is removed", () => {
    const store = newStore("auto");
    snapshot(store, setting("a", 1));
    update(store, "a", null, "", "file");
    update(store, "b", { x: 1 });
    expect(Object.keys(claims(store))).toEqual(["b"]);
  });

  it("is one of merged sections once a leaf in a section is told, if any section was sent", () => {
    const store = newStore("auto");
    snapshot(store, setting("s", { x: 1, z: 1 }), setting("a", 1));
    update(store, "s.x", 2);
    update(store, "s", { y: 1 }, "cli");
    expect(Object.keys(claims(store)).sort()).toEqual(["a", "s.y"]);
  });

  it("is one of merged sections also where one source alone sent a section, and another one a value", () => {
    const store = newStore("auto");
    snapshot(store, setting("s", { x: 1 }));
    update(store, "s", 5, "cli");
    expect(claims(store)).toEqual({ s: ["cli: 5"], "s.x": ["file: 1"] });
    update(store, "s.x", 2);
    update(store, "s", { y: 1 }, "cli");
    expect(claims(store)).toEqual({ "s.y": ["cli: 1"] });
  });

  it("is not one of layers because one source says a key twice", () => {
    const store = newStore("auto");
    snapshot(store, setting("a", 1, "cli"), setting("a", 2, "cli"));
    expect(update(store, "a", 3, "file").ambiguous).toBe(true);
    expect(claims(store)).toEqual({ a: ["cli: 2"] });
  });
});
