/** Guards that stand in a file, which may change at any time. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Guards } from "../../../../src/shared/guards/guard-rule.js";
import { createGuarding, type GuardingPorts } from "../../../../src/worker/guards/guarding.js";
import type { Rules } from "../../../../src/worker/guards/verdicts.js";
import { testParams } from "../../../support/engine/engine-bench.js";
import { VirtualClock } from "../../../support/engine/virtual-clock.js";
import { newRegion } from "../../../support/memory/region.js";

let folder: string;
let file: string;
let clock: VirtualClock;
let lines: string[];
let known: Guards[];
let judged: Rules[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "configstream-guards-"));
  file = join(folder, "guards.json");
  clock = new VirtualClock();
  lines = [];
  known = [];
  judged = [];
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const upTo = (max: number): Guards => ({ port: { type: "integer", max } });
const put = (content: unknown) => writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));

function guarding(rules: Guards | undefined, ports: Partial<GuardingPorts> = {}) {
  const made = createGuarding(
    { ...testParams, guards: { rules, file } as never },
    {
      region: newRegion(),
      clock,
      log: (level, line) => void lines.push(`${level} ${line}`),
      onRules: (each) => void known.push(each),
      ...ports,
    },
  );
  made?.start((each) => void judged.push(each));
  return made;
}

/** What the newest rules say of a port. */
const verdict = (port: number) => judged.at(-1)?.checks.get("port")?.(port);

describe("a guards file", () => {
  it("that changes is in force within two seconds, which the log says once, and no look is made after the end", async () => {
    put(upTo(80));
    const made = guarding(upTo(80));
    await clock.advance(10_000);
    expect([known, judged, lines]).toEqual([[], [], []]);
    put({ ...upTo(9_999), host: { type: "string" } });
    await clock.advance(2_000);
    expect(verdict(9_000)).toBeUndefined();
    expect(verdict(10_000)).toBe("must be at most 9999");
    expect(known).toEqual([{ ...upTo(9_999), host: { type: "string" } }]);
    await clock.advance(10_000);
    expect(lines).toEqual([`info The guards file ${file} has changed; its 2 rules are in force.`]);
    expect(judged).toHaveLength(1);
    made?.stop();
    expect(clock.pending).toBe(0);
  });

  it("that cannot be used leaves those of before in force, and is reported once for each thing that is wrong with it", async () => {
    put(upTo(80));
    const made = guarding(upTo(80));
    for (const wrong of ["{", "{ ", '{"port":{"max":"x"}}']) {
      put(wrong);
      await clock.advance(6_000);
    }
    expect(lines).toEqual([
      `error The guards file ${file} is not JSON in UTF-8. The guards that were in force before stay so.`,
      expect.stringMatching(/^error .*guards\.json.*max.* The guards that were in force before stay so\.$/),
    ]);
    expect(judged).toEqual([]);
    put(upTo(81));
    await clock.advance(2_000);
    expect([verdict(81), verdict(82)]).toEqual([undefined, "must be at most 81"]);
    put("{");
    await clock.advance(2_000);
    expect(lines.at(-1)).toContain("is not JSON");
    made?.stop();
  });

  it("that has changed before a worker took over is in force from its start, and the application is told", () => {
    put(upTo(81));
    const made = guarding(upTo(80));
    expect(known).toEqual([upTo(81)]);
    made?.stop();
    known.length = 0;
    guarding(upTo(81))?.stop();
    expect(known).toEqual([]);
    guarding(undefined)?.stop();
    expect(known).toEqual([upTo(81)]);
  });

  it("that is wrong when a worker takes over leaves what was last in force, and no rule at all where nothing was", () => {
    put("{");
    const made = guarding(upTo(80));
    made?.stop();
    const change = (value: number) => ({
      key: "port",
      setting: { value, source: "file" },
      oldValue: undefined,
      valueChanged: true,
    });
    const passes = (each: typeof made, value: number) =>
      each?.gate.judge([change(value)], { sequenceId: 1, first: true }).changes.length;
    expect([passes(made, 80), passes(made, 81)]).toEqual([1, 0]);
    const bare = guarding(undefined);
    bare?.stop();
    expect(passes(bare, 81)).toBe(1);
  });

  it("is not looked at any more when the end came while its new rules were put in force", async () => {
    put(upTo(80));
    const made = guarding(upTo(80), { onRules: () => made?.stop() });
    put(upTo(81));
    await clock.advance(2_000);
    expect(verdict(82)).toBeDefined();
    expect(clock.pending).toBe(0);
  });

  it("is followed where nobody wants to hear of its rules", async () => {
    put(upTo(80));
    const made = guarding(upTo(80), { onRules: undefined });
    put(upTo(81));
    await clock.advance(2_000);
    expect(verdict(81)).toBeUndefined();
    made?.stop();
    put(upTo(82));
    expect(guarding(upTo(80), { onRules: undefined })?.stop()).toBeUndefined();
  });
});

it("a guards file is not followed where the end comes before the start", () => {
  put(upTo(80));
  const guards = { rules: upTo(80), file } as never;
  const made = createGuarding({ ...testParams, guards }, { region: newRegion(), clock, log: () => {} });
  made?.stop();
  made?.start(() => {});
  expect(clock.pending).toBe(0);
});

it("guards that stand in no file leave no timer behind", () => {
  const made = createGuarding(
    { ...testParams, guards: { rules: upTo(80) } },
    { region: newRegion(), clock, log: () => {} },
  );
  made?.start(() => {});
  expect(clock.pending).toBe(0);
  made?.stop();
});
