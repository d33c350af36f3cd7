import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const main = fileURLToPath(new URL("../../support/wire/huge-list-main.mjs", import.meta.url));

it("a message of 26 million nulls is refused, and the process with its small heap lives", {
  timeout: 120_000,
}, async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ["--max-old-space-size=512", main]);
  const { inMain, inWorker, small } = JSON.parse(stdout) as { [where: string]: string };
  for (const outcome of [inMain, inWorker]) {
    expect(outcome).toMatch(/^limit_exceeded: .*more than \d+ list elements.*--max-old-space-size/);
  }
  expect(small).toBe("262144 elements");
});
