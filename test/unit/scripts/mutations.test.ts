/** The scripts that make known mistakes are run before releases only; what they edit changes more often. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

it.each(["scripts/mutants/main.mjs", "test/simulation/mistakes-main.mjs"])(
  "%s can still make every known mistake in the present sources",
  (name) => {
    const script = fileURLToPath(new URL(`../../../${name}`, import.meta.url));
    const { status, stdout, stderr } = spawnSync(process.execPath, [script, "--check"], { encoding: "utf8" });
    expect(stdout + stderr).toBe("");
    expect(status).toBe(0);
  },
);
