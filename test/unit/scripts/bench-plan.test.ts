import { describe, expect, it } from "vitest";

/** The benchmarks are JavaScript without types. */
const { expectedSeconds, planFleet, planIsolation, planPackage, planReads, suiteOfJob } = await import(
  new URL("../../../bench/lib/plan.mjs", import.meta.url).href
);

interface Job {
  readonly name: string;
  readonly processes: number;
}
const whole: Job[] = [
  ...planReads({ quick: false, isMain: true }),
  ...planIsolation({ quick: false }),
  ...planFleet({ quick: false, hasEtcd: true }),
  ...planPackage({ quick: false }),
];
const processesOf = (name: string) => whole.find((job) => job.name === name)?.processes ?? 0;

describe("the plan of the whole", () => {
  it("takes 27 minutes at most on four versions of Node.js", () => {
    const others = planReads({ quick: false, isMain: false });
    expect(expectedSeconds([...whole, ...others, ...others, ...others])).toBeLessThanOrEqual(27 * 60);
  });

  it("takes two minutes at most in its quick form", () => {
    const quick = [planReads({ quick: true, isMain: true }), planIsolation({ quick: true })].flat();
    expect(expectedSeconds([...quick, ...planFleet({ quick: true, hasEtcd: true })])).toBeLessThanOrEqual(120);
  });

  it("has what the bars are measured by", () => {
    const sizes = [0, 100_000, 1_000_000].flatMap((size) =>
      ["library", "counting", "in-thread"].map((who) => `ready ${size} ${who}`),
    );
    const names = [
      ...sizes,
      "ready 100000 guarded",
      "sustained guarded",
      "resync 100000 in-thread",
      "flow in-thread",
      "store",
    ];
    expect(names.filter((name) => processesOf(name) === 0)).toEqual([]);
  });

  it("measures what a bar judges in three processes at least, but what is exact or very large in one", () => {
    const judged = [
      "flow library",
      "flow in-thread",
      "propagation library",
      "sustained library",
      "resync 100000 library",
    ];
    const reads = ["keys 1000", "keys 100000", "getters", "second thread", "peer Unleash"];
    const seldom = [...judged, ...reads, "fan-out agent", "yaml", "store"].filter((name) => processesOf(name) < 3);
    expect(seldom).toEqual([]);
  });

  it("knows which suite each of its scenarios is of", () => {
    expect(["peer convict", "flow library", "yaml", "a scenario of old"].map(suiteOfJob)).toEqual([
      "reads",
      "isolation",
      "fleet",
      undefined,
    ]);
  });
});
