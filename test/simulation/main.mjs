// npm run simulate -- [--seeds 1000] [--seed 1]: the whole host in virtual time, one story for each seed from the first one on.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { root } from "../../scripts/places.mjs";
import { bundleSimulation } from "./bundle.mjs";
import { orUsage, simulateOptions } from "./options.mjs";

const { first, seeds } = orUsage(() => simulateOptions(process.argv.slice(2)));
const dir = join(root, "node_modules/.cache/simulation");
await mkdir(dir, { recursive: true });
const file = await bundleSimulation(dir, `simulate-${process.pid}`);
const { simulate, ignoreEndedThreads } = await import(pathToFileURL(file).href);

ignoreEndedThreads((thrown) => {
  throw thrown;
});
// Errors are made by the thousand, and their stacks are not read.
Error.stackTraceLimit = 4;
const since = performance.now();
const { counts, ms, failed, seeds: ran } = await simulate({ first, seeds, shrinks: true });
const seconds = (performance.now() - since) / 1_000;
const rows = [...counts.all].sort(([a], [b]) => (a < b ? -1 : 1));
for (const [name, count] of rows) process.stdout.write(`${String(count).padStart(10)}  ${name}\n`);
process.stdout.write(
  `${ran} seeds in ${seconds.toFixed(1)} s (${(ran / seconds).toFixed(0)} a second), ${(ms / 3_600_000).toFixed(1)} hours of virtual time\n`,
);
if (failed !== undefined) {
  process.stdout.write(
    `\nFAILED ${failed.failure}\n${failed.told}\n\nAgain: npm run simulate -- --seed ${failed.seed}\n`,
  );
  process.exitCode = 1;
}
