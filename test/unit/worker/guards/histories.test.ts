/** Random histories of settings, resyncs, deaths and restarts, against a model that knows nothing of stores, publishes or regions. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Guards } from "../../../../src/shared/guards/guard-rule.js";
import type { ConfigValue } from "../../../../src/shared/types.js";
import { Lives } from "../../../support/guards/lives.js";
import type { Mistake } from "../../../support/guards/mistaken-gate.js";

const guards: Guards = {
  port: { type: "integer", min: 1, max: 9 },
  mode: { oneOf: ["a", "b"] },
  cert: { type: "string", minLength: 1, group: "tls" },
  key: { type: "string", minLength: 1, group: "tls" },
  lo: { type: "integer", group: "range", atMost: "HI" },
  hi: { type: "integer", group: "range" },
  deep: { schema: { type: "object", required: ["x"] } },
};
const keys = [...Object.keys(guards), "free"];
const groups = [
  ["cert", "key"],
  ["lo", "hi"],
];

/** The rules once more, written differently. */
const good: Record<string, (value: ConfigValue) => boolean> = {
  port: (value) => [1, 5, "7"].includes(value as never),
  mode: (value) => value === "a" || value === "b",
  cert: (value) => typeof value !== "object" && value !== "",
  key: (value) => typeof value !== "object" && value !== "",
  lo: (value) => [1, 5, "7", 12].includes(value as never),
  hi: (value) => [1, 5, "7", 12].includes(value as never),
  deep: (value) => typeof value === "object" && value !== null && "x" in value,
  free: () => true,
};

const value = fc.constantFrom<ConfigValue>(1, 5, "7", "a", "b", "c", "", 12, { x: 1 }, { y: 1 });
const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant("set" as const), key: fc.constantFrom(...keys), value }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("unset" as const), key: fc.constantFrom(...keys) }) },
  /** What the core agent did while nobody heard of it. */
  { weight: 2, arbitrary: fc.record({ do: fc.constant("missed" as const), key: fc.constantFrom(...keys), value }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom("resync", "death", "restart") }) },
);

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

interface Set {
  readonly key: string;
  readonly value: ConfigValue;
}

class Model {
  readonly newest = new Map<string, ConfigValue>();
  readonly seen = new Map<string, ConfigValue>();
  held: string[] = [];

  isBad(key: string): boolean {
    const value = this.newest.get(key);
    return value !== undefined && good[key]?.(value) === false;
  }

  /** Readers are shown what may be shown. */
  publish(): void {
    this.held = [];
    for (const key of keys) {
      const value = this.newest.get(key);
      const group = groups.find((members) => members.includes(key)) ?? [];
      const waits = group.some((member) => this.isBad(member)) || (group.includes("lo") && !isRange(this.newest));
      if (this.isBad(key) || (waits && !same(value, this.seen.get(key)))) this.held.push(key);
      else if (value === undefined) this.seen.delete(key);
      else this.seen.set(key, value);
    }
    this.held.sort();
  }
}

/** Where both are good, the lower bound is not above the upper one. */
function isRange(values: ReadonlyMap<string, ConfigValue>): boolean {
  const [lo, hi] = [values.get("lo"), values.get("hi")];
  if (lo === undefined || hi === undefined || !good.lo?.(lo) || !good.hi?.(hi)) return true;
  return Number(lo) <= Number(hi);
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

/** Throws for a history after which readers see something else than the model says. */
function compare(steps: readonly Step[], lives: Lives): void {
  const model = new Model();
  let id = 1;
  let isBehind = false;
  const all = () => Object.fromEntries(model.newest);
  lives.snapshot(id, {});
  for (const each of steps) {
    id++;
    if ("value" in each) model.newest.set(each.key, each.value);
    if (each.do === "unset") model.newest.delete(each.key);
    switch (isBehind && (each.do === "set" || each.do === "unset") ? "resync" : each.do) {
      case "set":
        lives.set(id, (each as Set).key, (each as Set).value);
        break;
      case "unset":
        lives.unset(id, (each as Set).key);
        break;
      case "missed":
        // The next step of another kind reveals it.
        isBehind = true;
        continue;
      case "death":
        lives.nextLife();
        lives.snapshot(id, all());
        break;
      case "restart":
        lives.nextProcess();
        lives.snapshot(id, all());
        break;
      default:
        lives.snapshot(id, all());
    }
    isBehind = false;
    model.publish();
    for (const key of keys) expect(lives.read(key)).toEqual(model.seen.get(key));
    expect(lives.heldKeys).toEqual(model.held);
    expect(isRange(model.seen)).toBe(true);
    for (const key of keys) expect(lives.read(key) === undefined || good[key]?.(lives.read(key) ?? null)).toBe(true);
  }
}

function compareRandom(numRuns: number, mistake?: Mistake): void {
  const params = mistake === undefined ? { guards } : { guards, mistake };
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => compare(steps, new Lives(params))),
    { numRuns, endOnFailure: true },
  );
}

describe("whatever happens to a consumer with guards", () => {
  it("no reader sees a value that breaks its guard, and a key is held exactly while its newest value does", () => {
    compareRandom(300);
  });

  it("the good value outlives the process in which a bad one was held, and is what the next one reads", () => {
    const set = (value: ConfigValue): Step => ({ do: "set", key: "port", value });
    compare([set(5), set("c"), { do: "restart" }], new Lives({ guards }));
  });

  it.each<Mistake>(["the guard is judged after the publish", "a resync forgets held keys"])(
    "the comparison fails when %s",
    (mistake) => {
      expect(() => compareRandom(300, mistake)).toThrow("Property failed");
    },
  );
});
