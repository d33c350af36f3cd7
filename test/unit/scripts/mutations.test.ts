/** The script that makes known mistakes is run before releases only; what it edits changes more often. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const script = fileURLToPath(new URL("../../../scripts/mutants/main.mjs", import.meta.url));

it("can still make every known mistake in the present sources", () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, "--check"], { encoding: "utf8" });
  expect(stdout + stderr).toBe("");
  expect(status).toBe(0);
});
