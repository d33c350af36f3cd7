import { describe, expect, it } from "vitest";
import { defaultOverrides, defaultSourcePriority, type OverrideRule } from "../../../../src/shared/params.js";
import { LayerStore, type Staged } from "../../../../src/worker/settings/layers.js";
import { set, unset } from "../../../support/wire/settings.js";

function storeFor(clientName: string, overrides: readonly OverrideRule[] = defaultOverrides, maxKeys = 10): LayerStore {
  return new LayerStore({
    clientName,
    overrides,
    sourcePriority: defaultSourcePriority,
    dialect: "auto",
    limits: { maxKeys, maxValueBytes: 1_000, maxRegionBytes: 1_000 },
  });
}

const namespaced = "security_agent.log_level";

/** Commits, and gives what `log_level` became; `"unchanged"` when it did not. */
function commit(staged: Staged): unknown {
  staged.commit();
  const change = staged.changes.find(({ key }) => key === "log_level");
  return change === undefined ? "unchanged" : change.setting === undefined ? "removed" : change.setting;
}

const winner = (staged: Staged): unknown => {
  const setting = commit(staged);
  return typeof setting === "object" && setting !== null && "source" in setting && "value" in setting
    ? [setting.source, setting.value]
    : setting;
};

describe("overrides", () => {
  it.each([
    ["security-agent", "security_agent.log_level"],
    ["process-agent", "process_config.log_level"],
    ["trace-agent", "apm_config.log_level"],
  ])("give %s its own log level as agent-runtime, over the layers of the wire", (clientName, key) => {
    const store = storeFor(clientName);
    expect(commit(store.applySnapshot([set("file", "log_level", "info"), set("file", key, "debug")]))).toEqual({
      source: "agent-runtime",
      value: "debug",
      layers: [
        { source: "file", value: "info" },
        { source: "agent-runtime", value: "debug" },
      ],
    });
  });

  it("do not touch other clients", () => {
    const store = storeFor("my-agent");
    expect(winner(store.applySnapshot([set("file", "log_level", "info"), set("file", namespaced, "debug")]))).toEqual([
      "file",
      "info",
    ]);
  });

  it("come and go with updates of the namespaced key", () => {
    const store = storeFor("security-agent");
    expect(winner(store.applySnapshot([set("file", "log_level", "info")]))).toEqual(["file", "info"]);
    expect(winner(store.applyUpdate(set("file", namespaced, "debug")))).toEqual(["agent-runtime", "debug"]);
    expect(winner(store.applyUpdate(set("file", "other.key", 1)))).toBe("unchanged");
    expect(winner(store.applyUpdate(set("cli", namespaced, "trace")))).toEqual(["agent-runtime", "trace"]);
    expect(winner(store.applyUpdate(set("cli", namespaced, "")))).toEqual(["file", "info"]);
    expect(winner(store.applyUpdate(unset("cli", namespaced, "file", "debug")))).toEqual(["agent-runtime", "debug"]);
    expect(winner(store.applySnapshot([set("file", "log_level", "info")]))).toEqual(["file", "info"]);
  });

  it.each([[7], [true], [null], [["debug"]], [{ level: "debug" }], [""]])("are not written for %j", (value) => {
    const store = storeFor("security-agent");
    const staged = store.applySnapshot([set("file", "log_level", "info"), set("file", namespaced, value)]);
    expect(winner(staged)).toEqual(["file", "info"]);
  });

  it("create the target when the wire does not have it, and remove it again", () => {
    const store = storeFor("security-agent");
    expect(winner(store.applySnapshot([set("file", namespaced, "debug")]))).toEqual(["agent-runtime", "debug"]);
    expect(winner(store.applyUpdate(unset("file", namespaced)))).toBe("removed");
  });

  it("lose to remote-config and cli", () => {
    const store = storeFor("security-agent");
    expect(winner(store.applySnapshot([set("cli", "log_level", "warn"), set("file", namespaced, "debug")]))).toEqual([
      "cli",
      "warn",
    ]);
  });

  it("stand in for an agent-runtime layer of the wire, which comes back when they are withdrawn", () => {
    const store = storeFor("security-agent");
    commit(store.applySnapshot([set("agent-runtime", "log_level", "warn"), set("file", "x.y", 1)]));
    expect(winner(store.applyUpdate(set("file", namespaced, "debug")))).toEqual(["agent-runtime", "debug"]);
    expect(winner(store.applyUpdate(set("agent-runtime", "log_level", "error")))).toBe("unchanged");
    expect(winner(store.applyUpdate(unset("file", namespaced)))).toEqual(["agent-runtime", "error"]);
  });

  it("outlive the removal of the wire's own agent-runtime layer", () => {
    const store = storeFor("security-agent");
    commit(store.applySnapshot([set("agent-runtime", "log_level", "warn"), set("file", namespaced, "debug")]));
    commit(store.applyUpdate(unset("agent-runtime", "log_level")));
    expect(winner(store.applyUpdate(unset("file", namespaced)))).toBe("removed");
  });

  it("compare keys without regard to case", () => {
    const store = storeFor("c", [{ clientName: "c", from: "A.From", to: "Log_Level" }]);
    expect(winner(store.applySnapshot([set("file", "a.FROM", "debug")]))).toEqual(["agent-runtime", "debug"]);
  });

  it("see what earlier rules wrote, and the last of two rules for one target wins", () => {
    const rule = (from: string, to: string) => ({ clientName: "c", from, to });
    const chained = storeFor("c", [rule("a.x", "b.x"), rule("b.x", "log_level")]);
    expect(winner(chained.applySnapshot([set("file", "a.x", "debug")]))).toEqual(["agent-runtime", "debug"]);
    const rivals = storeFor("c", [rule("a.x", "log_level"), rule("b.x", "log_level")]);
    expect(winner(rivals.applySnapshot([set("file", "a.x", "one"), set("file", "b.x", "two")]))).toEqual([
      "agent-runtime",
      "two",
    ]);
    expect(winner(rivals.applyUpdate(unset("file", "b.x")))).toEqual(["agent-runtime", "one"]);
  });

  it("count as keys where they create one", () => {
    const own = [set("file", namespaced, "debug")];
    expect(() => storeFor("security-agent", defaultOverrides, 1).applySnapshot(own)).toThrow(/has 2 keys/);
    expect(() => storeFor("my-agent", defaultOverrides, 1).applySnapshot(own)).not.toThrow();
    const both = [...own, set("file", "log_level", "info")];
    const store = storeFor("security-agent", defaultOverrides, 2);
    store.applySnapshot(both).commit();
    // Of the wire it goes away, and stays a key by the override.
    expect(() => store.applySnapshot([...own, set("file", "other", 1)])).toThrow(/has 3 keys/);
  });

  it("change nothing until they are committed", () => {
    const store = storeFor("security-agent");
    commit(store.applySnapshot([set("file", "log_level", "info")]));
    store.applyUpdate(set("file", namespaced, "debug"));
    expect(winner(store.applyUpdate(set("file", "log_level", "warn")))).toEqual(["file", "warn"]);
  });
});
