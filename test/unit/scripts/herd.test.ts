import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

type Policy = (random: () => number) => () => number;

interface Herd {
  readonly peakPerSecond: number;
  readonly peakPer100Ms: number;
  readonly medianLiveMs: number;
  readonly allLiveMs: number;
  readonly refusedPerConsumer: number;
}

interface HerdScript {
  readonly policies: { readonly [name: string]: Policy };
  seededRandom(seed: number): () => number;
  simulateHerd(policy: Policy, options: { consumers: number; outageMs: number; random: () => number }): Herd;
  herdTable(): string;
  withTable(text: string, table: string): string;
}

const pathOf = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
const script = (await import(new URL("../../../scripts/herd.mjs", import.meta.url).href)) as HerdScript;
const { policies, seededRandom, simulateHerd } = script;
const policyOf = (name: string) => policies[name] as Policy;
const herd = (name: string, outageMs: number, seed: number) =>
  simulateHerd(policyOf(name), { consumers: 1_000, outageMs, random: seededRandom(seed) });

describe("the herd in simulation", () => {
  it("is the same for the same seed, and another for another", () => {
    expect(herd("this library", 60_000, 7)).toEqual(herd("this library", 60_000, 7));
    expect(herd("this library", 60_000, 7)).not.toEqual(herd("this library", 60_000, 8));
  });

  it("arrives all at once with a fixed pause, and never so with jitter", () => {
    for (const [outageMs, peak] of [
      [6_000, 400],
      [61_000, 120],
    ] as const) {
      const together = { peakPerSecond: 1_000, peakPer100Ms: 1_000, allLiveMs: 4_000 };
      expect(herd("fixed 5 s", outageMs, 1)).toMatchObject(together);
      expect(herd("this library", outageMs, 1).peakPerSecond).toBeLessThan(peak);
      expect(herd("this library", outageMs, 1).allLiveMs).toBeLessThanOrEqual(30_000);
    }
  });

  it("counts refused attempts, the peak of any window, and the time from the return", () => {
    const delays = [100, 150, 1_000, 949, 2_000];
    const policy: Policy = () => {
      const mine = delays.splice(0, 1);
      return () => mine[0] ?? 0;
    };
    // Arrivals at 200, 300 (150 twice), 1,000, 949 and 2,000; the core agent is back at 200.
    expect(simulateHerd(policy, { consumers: 5, outageMs: 200, random: () => 0 })).toEqual({
      peakPerSecond: 4,
      peakPer100Ms: 2,
      medianLiveMs: 749,
      allLiveMs: 1_800,
      refusedPerConsumer: 0.4,
    });
  });

  it("stands in docs/design.md as the script writes it", () => {
    const page = readFileSync(pathOf("docs/design.md"), "utf8");
    expect(page).toBe(script.withTable(page, script.herdTable()));
  });

  it("refuses a page without its markers", () => {
    expect(() => script.withTable("no marks", "table")).toThrow(/markers/);
  });
});
