import { statSync } from "node:fs";
import { mergeConfig } from "vitest/config";
import { BaseSequencer } from "vitest/node";
import config from "../../../vitest.config.ts";

/** The tests that are to notice, of main.mjs. */
const include = (process.env.MUTATION_TESTS ?? "").split(" ");

// Without the projects: they name tests of their own, and would add them.
const { projects: _, ...test } = config.test;

/** The first test that fails ends a run, and small files take the least time. */
class SmallestFirst extends BaseSequencer {
  async sort(files) {
    const size = ({ moduleId }) => statSync(moduleId).size;
    return files.toSorted((a, b) => size(a) - size(b));
  }
}

const mutation = {
  include,
  // The net for secrets loads much, in each run.
  setupFiles: [],
  // As the unit tests are: to load what they test takes longer than they do.
  isolate: false,
  sequence: { sequencer: SmallestFirst },
  // What counts how often each line runs is slow.
  testTimeout: 60_000,
};

export default mergeConfig({ ...config, test: { ...test, include: [], setupFiles: [] } }, { test: mutation });
