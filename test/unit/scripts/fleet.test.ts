import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

interface Histogram {
  histogramLines(times: readonly number[], width?: number): string[];
  quantile(times: readonly number[], share: number): number;
}

const { histogramLines, quantile } = (await import(
  new URL("../../../scripts/fleet/histogram.mjs", import.meta.url).href
)) as Histogram;

describe("the histogram of the fleet's demonstration", () => {
  it("has one line a range from the first to the last that has some, empty ones between, and the longest bar is full", () => {
    expect(histogramLines([0.5, 0.7, 2.5, 1_500], 4).map((line) => line.trim().replace(/ {2,}/g, "|"))).toEqual([
      "0 to 1 ms|████|2",
      "1 to 2 ms|0",
      "2 to 3 ms|██|1",
      ...["3 to 5", "5 to 7", "7 to 10", "10 to 15", "15 to 20", "20 to 30", "30 to 50"].map(
        (range) => `${range} ms|0`,
      ),
      ...["50 to 100", "100 to 200", "200 to 500", "500 to 1000"].map((range) => `${range} ms|0`),
      "1000 ms or more|██|1",
    ]);
  });

  it("shows a bar for what is rare, and lines of one width", () => {
    const lines = histogramLines([...new Array(1_000).fill(4), 6], 10);
    expect(lines[1]).toContain("▏");
    expect(new Set(lines.map((line) => line.replace(/\d+$/, "").length)).size).toBe(1);
  });

  it("has quantiles that are times which occurred", () => {
    expect([0, 0.5, 0.99, 1].map((share) => quantile([3, 1, 2], share))).toEqual([1, 2, 3, 3]);
  });
});

describe("npm run fleet", () => {
  it("says in one sentence what is missing where etcd is not installed", () => {
    const script = fileURLToPath(new URL("../../../scripts/fleet.mjs", import.meta.url));
    const { status, stdout, stderr } = spawnSync(process.execPath, [script], { env: { PATH: "" }, encoding: "utf8" });
    expect({ status, stdout, lines: stderr.split("\n").length }).toEqual({ status: 1, stdout: "", lines: 2 });
    expect(stderr).toContain("etcd-server");
  });
});
