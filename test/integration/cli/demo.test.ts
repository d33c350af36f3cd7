import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Bench, expectOneLine, hasAnsi } from "../../support/cli/cli.js";

const bench = new Bench();

describe("configstream demo without a terminal", () => {
  it("prints each step as a plain line, ends with 0, and leaves nothing behind", async () => {
    const temporary = join(bench.directory, "tmp");
    mkdirSync(temporary);
    const demo = bench.startProcess(["demo"], { TMPDIR: temporary });
    expect(await demo.ended).toBe(0);
    const steps = demo.out.split("\n").filter((line) => line.startsWith("["));
    expect(steps).toEqual([
      expect.stringMatching(
        /^\[1\/7\] Core agent listens after .*: 2,\d\d\d settings, 127\.0\.0\.1:\d+, process \d+\.$/,
      ),
      expect.stringMatching(/^\[2\/7\] Consumer ready after /),
      expect.stringMatching(/^\[3\/7\] Live changes: (\d+) of \1 seen by subscription and by getter\.$/),
      expect.stringMatching(/^\[4\/7\] YAML edit: log_level is now "debug" \(source file\), readable after /),
      expect.stringMatching(
        /^\[5\/7\] Hot loop: .* reads\/s for .* without yielding; \d+ of \d+ changes seen meanwhile/,
      ),
      expect.stringMatching(/^\[6\/7\] Status: live, 2,\d\d\d settings/),
      expect.stringMatching(/^\[7\/7\] Stopped: /),
    ]);
    expect(hasAnsi(demo.out)).toBe(false);
    expect(demo.err).toBe("");
    expect(readdirSync(temporary)).toEqual([]);
    const pid = Number(/process (\d+)/.exec(demo.out)?.[1]);
    expect(() => process.kill(pid, 0)).toThrow("ESRCH");
  });

  it("ends with 1 and one sentence when the core agent dies on the way, and leaves nothing behind", async () => {
    const temporary = join(bench.directory, "tmp");
    mkdirSync(temporary);
    const demo = bench.startProcess(["demo"], { TMPDIR: temporary });
    await demo.says("[2/7]");
    process.kill(Number(/process (\d+)/.exec(demo.out)?.[1]), "SIGKILL");
    expect(await demo.ended).toBe(1);
    expectOneLine(demo.err);
    expect(demo.err).toContain("The core agent's process ended.");
    expect(readdirSync(temporary)).toEqual([]);
  });
});
