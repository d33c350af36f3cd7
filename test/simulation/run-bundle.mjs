// node run-bundle.mjs FILE SEEDS: runs a bundled simulation, and writes a line of JSON after each seed, the last one with what failed. The
// process is to be ended from outside when it hangs.
import { pathToFileURL } from "node:url";

const [file, seeds] = process.argv.slice(2);
Error.stackTraceLimit = 4;
let done = 0;
const report = (found) => process.stdout.write(`${JSON.stringify({ seeds: done, ...found })}\n`);
const end = (thrown) => {
  report({ failure: `thrown: ${thrown?.message ?? thrown}` });
  process.exit(0);
};
process.on("uncaughtException", end);
const { simulate, ignoreEndedThreads } = await import(pathToFileURL(file).href);
ignoreEndedThreads(end);
const { failed } = await simulate({
  first: 1,
  seeds: Number(seeds),
  shrinks: false,
  onProgress: (count) => {
    done = count;
    report({});
  },
});
report({ failure: failed?.failure });
process.exit(0);
