import { InvalidOptionError } from "configstream-consumer";
import { describe, expect, it, test } from "vitest";
import { type EncodeEntry, wholeState } from "../../../packages/configstream/src/core-agent/dialects/dialect.js";
import {
  createSpokenDialect,
  type DialectName,
} from "../../../packages/configstream/src/core-agent/dialects/spoken.js";
import { resolveOptions } from "../../../packages/configstream/src/core-agent/options.js";
import {
  createLayerStore,
  createSourceOrder,
  type LayerChange,
} from "../../../packages/configstream/src/core-agent/settings/layer-store.js";
import { defaultSourcePriority } from "../../../src/shared/params.js";
import type { ConfigValue, WireSetting } from "../../../src/shared/types.js";

/** A store whose changes are sent in one dialect, and what was sent. */
function setUp(name: DialectName) {
  const store = createLayerStore(defaultSourcePriority);
  const dialect = createSpokenDialect(name, store.settings, createSourceOrder(defaultSourcePriority));
  const tell = (change: LayerChange | undefined) => (change === undefined ? undefined : dialect.update(change));
  return {
    dialect,
    set: (source: string, key: string, value: ConfigValue) => tell(store.set(key, value, source)),
    unset: (source: string, key: string) => tell(store.unset(key, source)),
    snapshot() {
      const entries: WireSetting[] = [];
      const encode: EncodeEntry = (_identity, make) => {
        entries.push(make());
        return Buffer.alloc(0);
      };
      for (const _bytes of dialect.snapshot(store.settings, encode));
      return entries;
    },
  };
}

const entry = (source: string, key: string, value: ConfigValue) => ({ source, key, value, unsetSource: "" });
const labels = { "app.kubernetes.io/name": "app" };

describe("the leaf dialect", () => {
  test("tells what wins after a change, and names a cleared layer only where nothing is left", () => {
    const { set, unset } = setUp("leaf");
    expect(set("file", "a.b", 1)).toEqual(entry("file", "a.b", 1));
    expect(set("cli", "a.b", 2)).toEqual(entry("cli", "a.b", 2));
    expect(unset("cli", "a.b")).toEqual(entry("file", "a.b", 1));
    expect(unset("file", "a.b")).toBe(wholeState);
  });

  it("says nothing when the value stays, though another layer wins", () => {
    const { set, unset } = setUp("leaf");
    set("file", "a.b", [1]);
    expect([set("cli", "a.b", [1]), unset("cli", "a.b")]).toEqual([undefined, undefined]);
  });

  test("says nothing of what happens below the winner", () => {
    const { set, unset } = setUp("leaf");
    set("cli", "a.b", 2);
    expect(set("file", "a.b", 1)).toBeUndefined();
    expect(unset("file", "a.b")).toBeUndefined();
  });

  test("puts the winner of each key into the snapshot, null too, as in an update", () => {
    const { set, snapshot } = setUp("leaf");
    set("default", "a.b", 1);
    set("file", "a.b", 2);
    set("default", "a.none", null);
    set("default", "labels", labels);
    expect(snapshot()).toEqual([
      entry("file", "a.b", 2),
      entry("default", "a.none", null),
      entry("default", "labels", labels),
    ]);
    expect(set("file", "a.b", null)).toEqual(entry("file", "a.b", null));
  });
});

describe.each(["leaf-set", "section-merged-set"] as const)("the dialect %s", (name) => {
  it("names the layer of each set, though another wins, and of an unset the cleared one with what is left", () => {
    const { set, unset } = setUp(name);
    set("default", "level", "info");
    const told = [
      set("cli", "level", "debug"),
      set("remote-config", "level", "warn"),
      set("agent-runtime", "level", "error"),
      unset("cli", "level"),
      set("remote-config", "level", "info2"),
      unset("remote-config", "level"),
      set("file", "level", "trace"),
    ];
    expect(told).toEqual([
      entry("cli", "level", "debug"),
      entry("remote-config", "level", "warn"),
      entry("agent-runtime", "level", "error"),
      entry("cli", "level", "warn"),
      entry("remote-config", "level", "info2"),
      entry("remote-config", "level", "error"),
      entry("file", "level", "trace"),
    ]);
  });

  it("says nothing of a set to the value that wins, of a hidden unset, and of an unset that leaves an equal value", () => {
    const { set, unset } = setUp(name);
    set("file", "a.b", 1);
    set("cli", "a.b", 2);
    expect([set("file", "a.b", 2), unset("cli", "a.b")]).toEqual([undefined, undefined]);
    set("cli", "a.b", 3);
    expect(unset("file", "a.b")).toBeUndefined();
    expect(unset("cli", "a.b")).toBe(wholeState);
  });
});

describe("the section dialect, merged", () => {
  test("puts one nested entry per top-level section into the snapshot, and top-level settings as they are", () => {
    const { set, snapshot } = setUp("section-merged");
    set("default", "app.tls.on", false);
    set("file", "app.tls.on", true);
    set("default", "app.port", 1);
    set("default", "app.none", null);
    set("file", "log_level", "info");
    set("cli", "labels", labels);
    set("file", "app.labels", labels);
    set("file", "nothing.at.all", null);
    expect(snapshot()).toEqual([
      entry("unknown", "app", { tls: { on: true }, port: 1, none: null, labels }),
      entry("file", "log_level", "info"),
      entry("cli", "labels", labels),
      entry("unknown", "nothing", { at: { all: null } }),
    ]);
  });

  test("tells updates by dotted leaf key, a removal as what wins now", () => {
    const { set, unset } = setUp("section-merged");
    expect(set("file", "app.tls.on", true)).toEqual(entry("file", "app.tls.on", true));
    expect(set("cli", "app.tls.on", false)).toEqual(entry("cli", "app.tls.on", false));
    expect(set("default", "app.tls.on", 1)).toBeUndefined();
    expect(unset("cli", "app.tls.on")).toEqual(entry("file", "app.tls.on", true));
  });

  test("sends the section where a key is a value and a section at once", () => {
    const { set, snapshot } = setUp("section-merged");
    set("file", "a", 1);
    set("file", "a.b", 2);
    expect(snapshot()).toEqual([entry("unknown", "a", { b: 2 })]);
  });
});

describe("the section dialect, per source", () => {
  test("puts one entry per source and section into the snapshot, sources in rising priority", () => {
    const { set, snapshot } = setUp("section-per-source");
    set("cli", "app.port", 3);
    set("file", "log_level", "info");
    set("default", "app.port", 1);
    set("default", "app.tls.on", false);
    set("somewhere", "app.port", 2);
    set("file", "app.labels", labels);
    expect(snapshot()).toEqual([
      entry("default", "app", { port: 1, tls: { on: false } }),
      entry("somewhere", "app", { port: 2 }),
      entry("file", "log_level", "info"),
      entry("file", "app", { labels }),
      entry("cli", "app", { port: 3 }),
    ]);
  });

  test("tells every change as the whole section of its source, hidden ones too", () => {
    const { set, unset } = setUp("section-per-source");
    set("cli", "app.port", 3);
    expect(set("file", "app.port", 2)).toEqual(entry("file", "app", { port: 2 }));
    expect(set("file", "app.tls.on", true)).toEqual(entry("file", "app", { port: 2, tls: { on: true } }));
    expect(unset("file", "app.port")).toEqual(entry("file", "app", { tls: { on: true } }));
  });

  test("sends null when a source has nothing left in a section", () => {
    const { set, unset } = setUp("section-per-source");
    set("file", "app.port", 2);
    set("file", "log_level", "info");
    expect(unset("file", "app.port")).toEqual(entry("file", "app", null));
    expect(unset("file", "log_level")).toEqual(entry("file", "log_level", null));
  });

  test("keeps a name like __proto__ as a name", () => {
    const { set } = setUp("section-per-source");
    const told = set("file", "app.__proto__.x", 1);
    expect(JSON.stringify(told === wholeState ? told : told?.value)).toBe('{"__proto__":{"x":1}}');
    expect(({} as { x?: number }).x).toBeUndefined();
  });
});

describe("the spoken dialect", () => {
  test("can be changed, and the next one knows all settings of its predecessor", () => {
    const { dialect, set, snapshot } = setUp("section-per-source");
    set("file", "app.port", 2);
    dialect.switchTo("newest");
    expect(dialect.name).toBe("newest");
    set("file", "app.host", "h");
    expect(snapshot()).toEqual([entry("file", "app.port", 2), entry("file", "app.host", "h")]);
    dialect.switchTo("section-per-source");
    expect(set("file", "app.x", 1)).toEqual(entry("file", "app", { port: 2, host: "h", x: 1 }));
  });

  test("is an option, newest by default, and another name is refused with those that there are", () => {
    expect(resolveOptions({ dataDir: "d" }, () => "id").dialect).toBe("newest");
    expect(resolveOptions({ dataDir: "d", dialect: "leaf" }, () => "id").dialect).toBe("leaf");
    const wrong = () => resolveOptions({ dialect: "oldest" as DialectName }, () => "id");
    expect(wrong).toThrow(InvalidOptionError);
    expect(wrong).toThrow(/"newest", "leaf", "leaf-set", .*"section-per-source".*"oldest"/);
  });
});
