// Stryker's options, for the folder that main.mjs was given.
const folder = process.env.MUTATION_FOLDER;
const name = folder.replaceAll("/", "-");

export default {
  testRunner: "vitest",
  plugins: ["@stryker-mutator/vitest-runner"],
  vitest: { configFile: "scripts/mutants/stryker/vitest.config.mjs", related: false },
  mutate: [`${folder}/**/*.ts`],
  coverageAnalysis: "perTest",
  // What a module does while it is loaded is done before any test, and asks for a run of all of them.
  ignoreStatic: true,
  // The wording of an error, and a log line, are looked at by reading.
  mutator: { excludedMutations: ["StringLiteral"] },
  incremental: true,
  incrementalFile: `.stryker/${name}.json`,
  tempDirName: ".stryker/sandbox",
  jsonReporter: { fileName: `.stryker/${name}-report.json` },
  reporters: ["json"],
  ignorePatterns: ["/bench", "/docs/api", "/scripts/mutants/stryker/node_modules", "/.stryker", "/build"],
  concurrency: 1,
  timeoutMS: 20_000,
  warnings: { slow: false },
  allowEmpty: true,
};
