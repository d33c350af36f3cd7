import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type LayerWrite, WriteSet } from "../../../packages/configstream/src/core-agent/settings/change-set.js";
import { createSettings } from "../../../packages/configstream/src/core-agent/settings/settings.js";
import { defaultSourcePriority } from "../../../src/shared/params.js";
import type { ConfigValue } from "../../../src/shared/types.js";

const defaults = [
  { key: "port", type: "integer", default: 9_000 },
  { key: "wait", type: "duration", default: "5s" },
  { key: "section.inner", type: "string", default: "x" },
] as const;

function setUp() {
  const logs: string[] = [];
  const changeSets: string[] = [];
  const settings = createSettings({
    defaults,
    env: {},
    sourcePriority: defaultSourcePriority,
    log: (_level, message) => logs.push(message),
    onChange: (_changes, _cause, writes) => changeSets.push(JSON.stringify(writes)),
  });
  changeSets.length = 0;
  return { settings, logs, changeSets };
}

const write = fc.record({
  key: fc.constantFrom("port", "PORT", "wait", "section", "section.inner", "other"),
  source: fc.constantFrom("agent-runtime", "cli", "file"),
  value: fc.option(fc.constantFrom<ConfigValue>(9_001, "9002", "900O", "7s", null, [1], "y"), { nil: undefined }),
});
const writes = fc.array(write, { maxLength: 6 });

/** As a transaction hands them on. */
function gathered(given: readonly LayerWrite[]): readonly LayerWrite[] {
  const set = new WriteSet();
  for (const { key, source, value } of given) {
    if (value === undefined) set.unset(key, source);
    else set.set(key, value, source);
  }
  return [...set.writes];
}

describe("a trial", () => {
  it("changes nothing, not even the order of the settings, and logs nothing", () => {
    fc.assert(
      fc.property(fc.array(writes, { maxLength: 3 }), writes, (history, tried) => {
        const { settings, logs, changeSets } = setUp();
        for (const set of history) settings.apply(gathered(set));
        const before = [...settings.store.settings];
        const past = [[...logs], [...changeSets]];
        settings.trial(gathered(tried));
        const after = [...settings.store.settings];
        expect(after.length).toBe(before.length);
        // The same objects in the same places.
        expect(after.every(([key, setting], at) => before[at]?.[0] === key && before[at]?.[1] === setting)).toBe(true);
        expect([logs, changeSets]).toEqual(past);
      }),
    );
  });

  it("says exactly what the writes then lead to, and what the log then says", () => {
    fc.assert(
      fc.property(fc.array(writes, { maxLength: 3 }), writes, (history, given) => {
        const { settings, logs } = setUp();
        for (const set of history) settings.apply(gathered(set));
        const tried = gathered(given);
        const { settings: foreseen, warnings } = settings.trial(tried);
        const before = new Map(settings.store.settings);
        settings.apply(tried);
        for (const { key } of tried) {
          expect(foreseen.get(key)).toEqual(settings.store.get(key));
          // Identity is what decides that a setting has changed.
          expect(foreseen.get(key) === before.get(key)).toBe(settings.store.get(key) === before.get(key));
        }
        expect([...foreseen.keys()].filter((name) => !tried.some(({ key }) => key === name))).toEqual([]);
        expect(logs).toEqual(expect.arrayContaining([...warnings]));
      }),
    );
  });

  it("leaves the warning about a value to the write that is made later", () => {
    const { settings, logs } = setUp();
    const set = [{ key: "port", source: "cli", value: "900O" }];
    expect(settings.trial(set).warnings).toHaveLength(1);
    expect(logs).toEqual([]);
    settings.apply(set);
    expect(logs).toHaveLength(1);
  });
});
