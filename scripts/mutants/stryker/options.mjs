import { fileURLToPath } from "node:url";

// Stryker's options, for the folder that main.mjs was given.
const folder = process.env.MUTATION_FOLDER;
const name = folder.replaceAll("/", "-");

export default {
  testRunner: process.env.MUTATION_RUNNER,
  plugins: ["@stryker-mutator/vitest-runner", fileURLToPath(new URL("in-process/plugin.mjs", import.meta.url))],
  vitest: { configFile: "scripts/mutants/stryker/vitest.config.mjs", related: false },
  mutate: [process.env.MUTATION_FLAT ? `${folder}/*.ts` : `${folder}/**/*.ts`],
  coverageAnalysis: "perTest",
  // What a module does while it is loaded is done before any test, and asks for a run of all of them.
  ignoreStatic: true,
  // The wording of an error, and a log line, are looked at by reading.
  mutator: { excludedMutations: ["StringLiteral"] },
  incremental: true,
  incrementalFile: `.stryker/${name}.json`,
  tempDirName: ".stryker/sandbox",
  jsonReporter: { fileName: `.stryker/${name}-report.json` },
  reporters: ["json", "progress-append-only"],
  ignorePatterns: ["/bench", "/docs/api", "/scripts/mutants/stryker/node_modules", "/.stryker", "/build"],
  concurrency: 1,
  timeoutMS: 5_000,
  warnings: { slow: false },
  allowEmpty: true,
};
