// The long forms of the tests that `npm test` runs short: 5,000 forced reconnects, many random histories, much wire fuzz,
// longer texts, more behaviours of the memory, and more deaths of workers.
// Takes some minutes. Needs dist/ to be up to date.
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { root } from "./places.mjs";

const sizes = {
  RECONNECTS: "5000",
  STREAM_RANDOM_RUNS: "4000",
  STREAM_RANDOM_SOCKET_RUNS: "1500",
  WIRE_FUZZ_RUNS: "800",
  LINEAR_TEXT: "long",
  MEMORY_TESTS: "thorough",
  KILLS: "15",
};
const files = [
  ...["reconnects", "stream-random", "wire-fuzz"].map((name) => `test/integration/link/${name}.test.ts`),
  "test/unit/house/linear-text.test.ts",
  "test/memory/interleaving.test.ts",
  "test/life/runs.test.ts",
];
const manifest = createRequire(import.meta.url).resolve("vitest/package.json");
const { status } = spawnSync(process.execPath, [join(dirname(manifest), "vitest.mjs"), "run", ...files], {
  cwd: root,
  env: { ...sizes, ...process.env },
  stdio: "inherit",
});
process.exit(status ?? 1);
