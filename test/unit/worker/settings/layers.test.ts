import { describe, expect, it } from "vitest";
import { defaultSourcePriority } from "../../../../src/shared/params.js";
import type { ConfigValue, ResolvedSetting, WireSetting } from "../../../../src/shared/types.js";
import type { Told } from "../../../../src/worker/settings/dialects.js";
import { LayerStore, type Staged } from "../../../../src/worker/settings/layers.js";
import { layersOf } from "../../../../src/worker/settings/priority.js";
import { set, unset } from "../../../support/wire/settings.js";

/** A store, and what its changes add up to. */
class Replica {
  readonly store: LayerStore;
  readonly settings = new Map<string, ResolvedSetting>();
  /** Keys of the last commit's changes; `~` marks those whose value stayed. */
  lastChanges: string[] = [];

  constructor(dialect: Told = "auto", maxKeys = 1_000_000) {
    this.store = new LayerStore({
      clientName: "c",
      overrides: [],
      sourcePriority: defaultSourcePriority,
      dialect,
      limits: { maxKeys, maxValueBytes: 1_000, maxRegionBytes: 1_000 },
    });
  }

  snapshot(...settings: WireSetting[]): this {
    return this.#commit(this.store.applySnapshot(settings));
  }

  update(setting: WireSetting): this {
    return this.#commit(this.store.applyUpdate(setting));
  }

  get values(): { [key: string]: ConfigValue } {
    return Object.fromEntries([...this.settings].sort().map(([key, setting]) => [key, setting.value]));
  }

  layers(key: string): string[] {
    return layersOf(this.settings.get(key)).map(({ source, value }) => `${source}=${JSON.stringify(value)}`);
  }

  #commit(staged: Staged): this {
    staged.commit();
    this.lastChanges = staged.changes.map(({ key, valueChanged }) => (valueChanged ? key : `~${key}`)).sort();
    for (const { key, setting, oldValue } of staged.changes) {
      expect(oldValue).toEqual(this.settings.get(key)?.value);
      if (setting === undefined) this.settings.delete(key);
      else this.settings.set(key, setting);
    }
    return this;
  }
}

describe("a snapshot", () => {
  it("withdraws keys and layers that it no longer claims", () => {
    const replica = new Replica()
      .snapshot(set("default", "a.b", 1), set("file", "a.c", 2))
      .update(set("file", "a.b", 5));
    expect(replica.layers("a.b")).toEqual(["default=1", "file=5"]);
    replica.snapshot(set("file", "a.b", 5));
    expect(replica.layers("a.b")).toEqual(["file=5"]);
    expect(replica.values).toEqual({ "a.b": 5 });
    expect(replica.lastChanges).toEqual(["a.c", "~a.b"]);
  });

  it("yields exactly what differs", () => {
    const replica = new Replica().snapshot(
      set("file", "s.same", { a: 1, b: [2] }),
      set("file", "s.type", 1),
      set("file", "s.source", 1),
      set("file", "s.gone", 1),
    );
    replica.snapshot(
      set("file", "s.same", { b: [2], a: 1 }),
      set("file", "s.type", "1"),
      set("cli", "s.source", 1),
      set("file", "s.new", 1),
    );
    expect(replica.lastChanges).toEqual(["s.gone", "s.new", "s.type", "~s.source"]);
    replica.snapshot(...[...replica.settings].map(([key, { source, value }]) => set(source, key, value)));
    expect(replica.lastChanges).toEqual([]);
  });

  it("empties the store when it claims nothing", () => {
    const replica = new Replica().snapshot(set("file", "a.b", 1), set("file", "c", 1)).snapshot();
    expect(replica.values).toEqual({});
    expect(replica.lastChanges).toEqual(["a.b", "c"]);
  });

  it("takes the last of two entries for one key, in whatever case the key is written", () => {
    expect(new Replica().snapshot(set("file", "A.b", 1), set("file", "a.B", 2)).values).toEqual({ "a.b": 2 });
    const twoSources = [set("cli", "a.b", 1), set("file", "a.b", 2)];
    expect(new Replica("newest").snapshot(...twoSources).layers("a.b")).toEqual(["file=2"]);
    expect(new Replica("auto").snapshot(...twoSources).layers("a.b")).toEqual(["file=2", "cli=1"]);
  });

  it("does not take a repeated entry of one source for a second layer", () => {
    const replica = new Replica().snapshot(set("file", "a.b", 1), set("file", "a.b", 2));
    expect(replica.layers("a.b")).toEqual(["file=2"]);
  });

  it("keeps a leaf and leaves below it", () => {
    const replica = new Replica().snapshot(set("file", "a", 1), set("file", "a.b", 2), set("file", "a.b.c", 3));
    expect(replica.values).toEqual({ a: 1, "a.b": 2, "a.b.c": 3 });
    replica.update(unset("file", "a.b"));
    expect(replica.values).toEqual({ a: 1, "a.b.c": 3 });
  });

  it("keeps keys that are names of Object.prototype as data", () => {
    const replica = new Replica().snapshot(set("file", "__proto__", { x: 1 }), set("file", "constructor.name", 1));
    replica.update(set("file", "__proto__.polluted", true));
    expect([...replica.settings.keys()].sort()).toEqual(["__proto__", "__proto__.polluted", "constructor.name"]);
    expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
  });

  it("is refused whole when it has too many keys, and the state stays", () => {
    const replica = new Replica("auto", 2).snapshot(set("file", "a.b", 1), set("file", "a.c", 1));
    const three = [set("file", "a.b", 9), set("file", "x.y", 1), set("file", "x.z", 1)];
    expect(() => replica.store.applySnapshot(three)).toThrow(/3 keys, more than limits.maxKeys \(2\)/);
    expect(() => replica.store.applyUpdate(set("file", "x.y", 1))).toThrow(/limits.maxKeys/);
    replica.snapshot(set("file", "a.b", 1), set("file", "a.c", 1));
    expect(replica.lastChanges).toEqual([]);
  });
});

describe("staging", () => {
  it("changes nothing before the commit", () => {
    const replica = new Replica().snapshot(set("file", "a.b", 1));
    replica.store.applySnapshot([]);
    replica.store.applyUpdate(set("cli", "a.b", 2));
    replica.store.applyUpdate(unset("file", "a.b"));
    replica.snapshot(set("file", "a.b", 1));
    expect(replica.lastChanges).toEqual([]);
  });

  it("leaves sections alone before the commit", () => {
    const sections = [set("default", "s", { a: 1 }), set("file", "s", { a: 2, b: 3 })];
    const replica = new Replica().snapshot(...sections);
    replica.store.applyUpdate(set("file", "s", null));
    replica.store.applyUpdate(set("file", "s.a", 7));
    expect(replica.update(set("file", "s", { a: 2, b: 3 })).lastChanges).toEqual([]);
    expect(replica.snapshot(...sections).lastChanges).toEqual([]);
  });

  it("refuses a commit after another one", () => {
    const { store } = new Replica();
    const first = store.applySnapshot([set("file", "a.b", 1)]);
    const second = store.applySnapshot([]);
    first.commit();
    expect(() => second.commit()).toThrow(/stage it again/);
    expect(() => first.commit()).toThrow(/stage it again/);
  });

  it("freezes what it merges, all the way down", () => {
    const replica = new Replica("section-per-source");
    replica.snapshot(set("default", "app", { a: 1 }), set("file", "app", { list: [{ a: 1 }] }));
    const { value } = replica.settings.get("app.list") as unknown as { value: [object] };
    expect([value, value[0]].map(Object.isFrozen)).toEqual([true, true]);
  });
});

describe("sources", () => {
  it("merge by priority, unknown ones just above `unknown`, and are counted", () => {
    const replica = new Replica("newest").snapshot(set("default", "a.b", 1));
    for (const source of ["unknown", "odd", "file", "cli"]) replica.update(set(source, "a.b", source));
    expect(replica.layers("a.b")).toEqual(["default=1", 'unknown="unknown"', 'odd="odd"', 'file="file"', 'cli="cli"']);
    const strange = [set("odd", "a.b", 1), set("odder", "a.c", 1), set("file", "a.d", 1)];
    expect(replica.store.applySnapshot(strange).unknownSources).toBe(2);
    expect(replica.store.applyUpdate(set("odd", "a.b", 1)).unknownSources).toBe(1);
    expect(replica.store.applyUpdate(unset("odd", "a.b")).unknownSources).toBe(0);
  });

  it("are `unknown` when the wire names none, which is not counted", () => {
    const staged = new Replica().store.applySnapshot([set("", "a.b", 1)]);
    expect(staged.unknownSources).toBe(0);
    expect(staged.changes[0]?.setting?.source).toBe("unknown");
  });
});

describe("the newest dialect", () => {
  it("falls back to what a removal carries, and seeds a layer that was never seen", () => {
    const replica = new Replica().snapshot(set("cli", "a.b", 3));
    expect(replica.update(unset("cli", "a.b", "default", 0)).layers("a.b")).toEqual(["default=0"]);
    expect(replica.lastChanges).toEqual(["a.b"]);
  });

  it("falls back to a layer that it knows", () => {
    const replica = new Replica().snapshot(set("file", "a.b", 1)).update(set("cli", "a.b", 2));
    expect(replica.update(unset("cli", "a.b", "file", 1)).layers("a.b")).toEqual(["file=1"]);
  });

  it("removes the key when nothing is left, also layers that it still believed in", () => {
    const replica = new Replica().snapshot(set("file", "a.b", 1)).update(set("cli", "a.b", 2));
    replica.update(unset("cli", "a.b"));
    expect(replica.settings.has("a.b")).toBe(false);
  });

  it("drops a layer that did not win without a change of value", () => {
    const replica = new Replica().snapshot(set("file", "a.b", 1)).update(set("cli", "a.b", 2));
    expect(replica.update(unset("file", "a.b", "cli", 2)).lastChanges).toEqual(["~a.b"]);
    expect(replica.layers("a.b")).toEqual(["cli=2"]);
  });

  it.each(["auto", "newest"] as const)(
    "keeps the layers below when the winner's value changes again and again (%s)",
    (dialect) => {
      const replica = new Replica(dialect).snapshot(set("file", "a.b", 1)).update(set("cli", "a.b", 2));
      for (const value of [3, 4, 4]) replica.update(set("cli", "a.b", value));
      expect(replica.layers("a.b")).toEqual(["file=1", "cli=4"]);
      expect(replica.lastChanges).toEqual([]);
    },
  );

  it("ignores the removal of a key that does not exist", () => {
    expect(new Replica().snapshot(set("file", "a.b", 1)).update(unset("cli", "x.y")).lastChanges).toEqual([]);
  });

  it("believes a removal that names the layer which wins now, over layers it still had above", () => {
    for (const dialect of ["auto", "newest"] as const) {
      const replica = new Replica(dialect).snapshot(set("file", "a.b", 1)).update(set("agent-runtime", "a.b", 2));
      replica.update(set("cli", "a.b", 3)).update(unset("agent-runtime", "a.b", "file", 1));
      expect(replica.layers("a.b")).toEqual(["file=1"]);
    }
  });

  it("gives map-valued leaves back as they were sent, whatever names they hold", () => {
    const labels = { "app.kubernetes.io/name": "app", plain: { Deep: 1 } };
    const replica = new Replica().snapshot(set("file", "k.labels", labels), set("file", "k.tags", { team: "x" }));
    expect(replica.values).toEqual({ "k.labels": labels, "k.tags": { team: "x" } });
    expect(replica.update(set("file", "k.tags", { team: "y", env: "z" })).values).toEqual({
      "k.labels": labels,
      "k.tags": { team: "y", env: "z" },
    });
    expect(replica.lastChanges).toEqual(["k.tags"]);
  });
});

describe("a plain update of a leaf", () => {
  it.each(["auto", "leaf", "newest"] as const)(
    "that names a source below the one known to win is ambiguous, and changes nothing (%s)",
    (dialect) => {
      const replica = new Replica(dialect).snapshot(set("file", "a.b", 1), set("remote-config", "a.c", 1));
      replica.update(set("cli", "a.b", 2));
      for (const setting of [set("file", "a.b", 5), set("default", "A.B", null), set("odd", "a.c", 1)]) {
        const staged = replica.store.applyUpdate(setting);
        expect([staged.ambiguous, staged.changes]).toEqual([true, []]);
        staged.commit();
      }
      expect(replica.update(set("cli", "a.b", 3)).layers("a.b")).toEqual(["file=1", "cli=3"]);
    },
  );

  it("of a section's leaf is ambiguous below a source that an update named, and not below a section's own name", () => {
    const replica = new Replica().snapshot(set("unknown", "app", { port: 1, labels: { a: "1" } }));
    expect(replica.store.applyUpdate(set("default", "app.port", 0)).ambiguous).toBe(false);
    replica.update(set("file", "app.port", 2)).update(set("file", "app.labels", { b: "2" }));
    expect(replica.store.applyUpdate(set("default", "app.port", 0)).ambiguous).toBe(true);
    expect(replica.store.applyUpdate(set("default", "app.labels", { c: "3" })).ambiguous).toBe(true);
    expect(replica.store.applyUpdate(set("cli", "app.labels", { c: "3" })).ambiguous).toBe(false);
  });

  it("of a setting outside of sections is ambiguous until the dialect is known", () => {
    const replica = new Replica().snapshot(set("file", "log_level", "info"), set("file", "app", { port: 1 }));
    expect(replica.store.applyUpdate(set("default", "log_level", "warn")).ambiguous).toBe(true);
    expect(replica.store.applyUpdate(set("file", "log_level", null)).ambiguous).toBe(true);
    expect(replica.store.applyUpdate(set("cli", "tags", null)).changes[0]?.setting?.value).toBe(null);
    expect(replica.store.applyUpdate(set("default", "app", { port: 0 })).ambiguous).toBe(false);
    expect(replica.store.applyUpdate(set("file", "app", null)).changes[0]?.setting).toBe(undefined);
    replica.snapshot(set("default", "log_level", "warn"), set("file", "log_level", "info"));
    expect(replica.store.applyUpdate(set("default", "log_level", "warn")).ambiguous).toBe(false);
  });

  it("is never ambiguous where sources send all that they say, or the settings come from this process", () => {
    for (const dialect of ["section-per-source", "in-process"] as const) {
      const replica = new Replica(dialect).snapshot(set("file", "level", 1));
      expect(replica.update(set("default", "level", 0)).layers("level")).toEqual(["default=0", "file=1"]);
    }
  });

  it.each(["auto", "leaf", "newest", "in-process"] as const)(
    "with null keeps the key and its source, as a snapshot of the same state does (%s)",
    (dialect) => {
      const replica = new Replica(dialect).snapshot(set("default", "a.list", ["x"]), set("file", "a.b", 1));
      replica.update(set("agent-runtime", "a.list", null)).update(set("file", "a.b", null));
      expect([...replica.settings].map(([key, { source, value }]) => [key, source, value])).toEqual([
        ["a.list", "agent-runtime", null],
        ["a.b", "file", null],
      ]);
      replica.snapshot(set("agent-runtime", "a.list", null), set("file", "a.b", null));
      expect(replica.lastChanges.filter((key) => !key.startsWith("~"))).toEqual([]);
    },
  );
});

describe("the leaf dialect", () => {
  it("keeps null in a snapshot", () => {
    expect(new Replica().snapshot(set("default", "a.b", null)).values).toEqual({ "a.b": null });
  });

  it("takes a section where leaves are stored for that source's leaves below it", () => {
    const replica = new Replica().snapshot(set("default", "s.a", 1), set("file", "s.t.b", 2), set("file", "o.x", 3));
    replica.update(set("file", "s", { a: 5, t: { c: 6 } }));
    expect(replica.values).toEqual({ "o.x": 3, "s.a": 5, "s.t.c": 6 });
    expect(replica.lastChanges).toEqual(["s.a", "s.t.b", "s.t.c"]);
    replica.update(set("file", "s", null));
    expect(replica.values).toEqual({ "o.x": 3, "s.a": 1 });
  });

  it("finds all leaves of a section after leaves below them have come and gone", () => {
    const replica = new Replica().snapshot(set("file", "s.a", 1), set("file", "s.a.b", 2), set("file", "o.x", 3));
    replica.update(set("file", "other", { a: 1 })).update(unset("file", "s.a.b"));
    expect(replica.update(set("file", "s", null)).values).toEqual({ "o.x": 3, other: { a: 1 } });
    replica.update(set("file", "s.a.b.c", 1));
    expect(replica.update(set("file", "s", null)).values).toEqual({ "o.x": 3, other: { a: 1 } });
  });
});

describe("the section dialect, merged", () => {
  const section = set("unknown", "App", {
    port: 1,
    tls: { on: true, none: null },
    labels: { "app.kubernetes.io/name": "app" },
    env_tags: { POD_NAME: "pod" },
    empty: {},
    list: [{ a: 1 }],
  });
  const flat = {
    "app.port": 1,
    "app.tls.on": true,
    "app.tls.none": null,
    "app.labels": { "app.kubernetes.io/name": "app" },
    "app.env_tags": { POD_NAME: "pod" },
    "app.empty": {},
    "app.list": [{ a: 1 }],
  };

  it("flattens sections and keeps maps with other names than settings have", () => {
    for (const dialect of ["auto", "section-merged"] as const) {
      const replica = new Replica(dialect).snapshot(section, set("file", "top", 1), set("file", "none", {}));
      expect(replica.values).toEqual({ ...flat, top: 1, none: {} });
      expect(replica.snapshot(section, set("file", "top", 1), set("file", "none", {})).lastChanges).toEqual([]);
    }
  });

  it("takes leaf updates, the winner's, and gives up the layers above it", () => {
    const replica = new Replica().snapshot(section);
    expect(replica.update(set("file", "app.port", 2)).layers("app.port")).toEqual(["unknown=1", "file=2"]);
    expect(replica.lastChanges).toEqual(["app.port"]);
    expect(replica.update(set("default", "app.tls.on", false)).layers("app.tls.on")).toEqual(["default=false"]);
    expect(replica.update(set("file", "app.port", null)).layers("app.port")).toEqual(["unknown=1", "file=null"]);
    expect(
      replica
        .update(set("file", "app.labels", null))
        .layers("app.labels")
        .at(-1),
    ).toBe("file=null");
  });

  it("replaces a map-valued leaf by one update, as the next snapshot would", () => {
    const replica = new Replica().snapshot(set("file", "app", { labels: { a: "1", b: "2" }, empty: {}, x: 1 }));
    replica.update(set("file", "app.labels", { b: "3", c: "4" }));
    replica.update(set("file", "app.empty", { d: "5" }));
    const values = { "app.labels.b": "3", "app.labels.c": "4", "app.empty.d": "5", "app.x": 1 };
    expect(replica.values).toEqual(values);
    replica.snapshot(set("file", "app", { labels: { b: "3", c: "4" }, empty: { d: "5" }, x: 1 }));
    expect(replica.lastChanges).toEqual([]);
    replica.update(set("file", "app.labels", { "x.y": 1 }));
    expect(replica.values).toEqual({ "app.labels": { "x.y": 1 }, "app.empty.d": "5", "app.x": 1 });
  });

  it("withdraws what a replaced map no longer holds, whatever source it came from", () => {
    const replica = new Replica().snapshot(set("unknown", "app", { labels: { a: "1", b: "2" } }));
    replica.update(set("file", "app.labels", { b: "3" }));
    expect(replica.values).toEqual({ "app.labels.b": "3" });
  });

  it("forgets an empty section once a setting of it is sent", () => {
    const replica = new Replica("section-merged").snapshot(set("file", "app", {}));
    expect(replica.update(set("file", "app.port", 1)).values).toEqual({ "app.port": 1 });
  });
});

describe("the section dialect, per source", () => {
  const defaults = set("default", "app", { port: 1, tls: { on: false, cert: "" }, labels: {} });
  const file = set("file", "app", { port: 2, tls: { on: true }, labels: { team: "x" } });

  it("merges sections deeply by priority", () => {
    for (const dialect of ["auto", "section-per-source"] as const) {
      const replica = new Replica(dialect).snapshot(defaults, file);
      expect(replica.layers("app.port")).toEqual(["default=1", "file=2"]);
      expect(replica.values).toEqual({
        "app.port": 2,
        "app.tls.on": true,
        "app.tls.cert": "",
        "app.labels": { team: "x" },
      });
    }
  });

  it("takes a map that is a leaf in one layer for a leaf in all, however the state was reached", () => {
    const odd = set("default", "app", { labels: { "a.b": 1 } });
    const plain = set("file", "app", { labels: { team: "x" } });
    const atOnce = new Replica("section-per-source").snapshot(odd, plain);
    const oneByOne = new Replica("section-per-source").snapshot(plain).update(odd);
    expect(atOnce.layers("app.labels")).toEqual(['default={"a.b":1}', 'file={"team":"x"}']);
    expect(oneByOne.settings).toEqual(atOnce.settings);
    expect(oneByOne.update(set("default", "app", null)).values).toEqual({ "app.labels.team": "x" });
  });

  it("replaces one source's section and falls back where it no longer claims a leaf", () => {
    const replica = new Replica().snapshot(defaults, file);
    replica.update(set("file", "app", { port: 2, labels: { team: "x" } }));
    expect(replica.lastChanges).toEqual(["app.tls.on"]);
    expect(replica.values["app.tls.on"]).toBe(false);
    replica.update(set("file", "app", null));
    expect(replica.values).toEqual({ "app.port": 1, "app.tls.on": false, "app.tls.cert": "", "app.labels": {} });
    replica.update(set("default", "app", null));
    expect(replica.values).toEqual({});
  });

  it("is recognised by an update when the snapshot held one source only", () => {
    const replica = new Replica().snapshot(defaults, set("default", "log_level", "info")).update(file);
    expect(replica.layers("app.port")).toEqual(["default=1", "file=2"]);
    replica.update(set("file", "app", null));
    expect(replica.layers("app.port")).toEqual(["default=1"]);
  });

  it("takes an update of a leaf inside a section, and its removal", () => {
    const replica = new Replica().snapshot(defaults, file).update(set("cli", "app.tls.on", "maybe"));
    expect(replica.layers("app.tls.on")).toEqual(["default=false", "file=true", 'cli="maybe"']);
    expect(replica.lastChanges).toEqual(["app.tls.on"]);
    expect(replica.update(unset("cli", "app.tls.on", "file", true)).layers("app.tls.on")).toEqual([
      "default=false",
      "file=true",
    ]);
    expect(replica.update(set("file", "app.tls.on", null)).layers("app.tls.on")).toEqual(["default=false"]);
    expect(replica.update(unset("default", "app.tls.on")).settings.has("app.tls.on")).toBe(false);
  });

  it("keeps the other sources when one that does not win sends its section", () => {
    const replica = new Replica().snapshot(set("file", "app", { port: 2 }));
    expect(replica.update(set("default", "app", { port: 1 })).layers("app.port")).toEqual(["default=1", "file=2"]);
  });

  it("lets a null claim nothing while another source claims something", () => {
    const replica = new Replica().snapshot(set("default", "app", { a: 1, b: null }), set("file", "app", { a: null }));
    expect(replica.layers("app.a")).toEqual(["default=1"]);
    expect(replica.layers("app.b")).toEqual(["default=null"]);
  });

  it("believes a removal of a leaf inside a section that names the layer which wins now", () => {
    const replica = new Replica().snapshot(defaults, file).update(set("cli", "app", { tls: { on: "maybe" } }));
    replica.update(unset("cli", "app.tls.on", "default", false));
    expect(replica.layers("app.tls.on")).toEqual(["default=false"]);
    expect(replica.layers("app.port")).toEqual(["default=1", "file=2"]);
  });

  it("keeps a scalar of one source and a section of another", () => {
    const replica = new Replica().snapshot(
      set("default", "app", { tls: false }),
      set("file", "app", { tls: { on: 1 } }),
    );
    expect(replica.values).toEqual({ "app.tls": false, "app.tls.on": 1 });
    expect(replica.update(set("file", "app", null)).values).toEqual({ "app.tls": false });
  });
});

describe("switching between dialects", () => {
  it("detects the dialect anew at every snapshot, without spurious changes", () => {
    const replica = new Replica().snapshot(set("file", "app", { port: 1, on: true }));
    replica.snapshot(set("file", "app.port", 1), set("file", "app.on", true));
    expect(replica.lastChanges).toEqual([]);
    replica.snapshot(set("file", "app", { port: 1, on: true }), set("default", "app", { port: 1 }));
    expect(replica.lastChanges).toEqual(["~app.port"]);
  });

  it("reads leaves when a snapshot without any dotted key is followed by one", () => {
    const replica = new Replica().snapshot(set("file", "log_level", "info")).update(set("file", "a.map", { b: 1 }));
    expect(replica.values).toEqual({ "a.map": { b: 1 }, log_level: "info" });
    expect(replica.update(set("cli", "log_level", "x")).layers("log_level")).toEqual(['file="info"', 'cli="x"']);
  });
});
