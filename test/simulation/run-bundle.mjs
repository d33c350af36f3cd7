// node run-bundle.mjs FILE SEEDS: runs a bundled simulation and writes the outcome as JSON. The process is to be ended from outside when it hangs.
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
  },
});
report({ failure: failed?.failure });
process.exit(0);
