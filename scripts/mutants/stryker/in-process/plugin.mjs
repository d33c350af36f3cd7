// Runs tests in the process that Stryker has for it, and loads them once: a change takes as long as the tests that see it, where
// Vitest takes seconds to begin. Nothing is isolated; files that need what vitest.mjs lacks are run by --runner vitest.
import { readFileSync, writeFileSync } from "node:fs";
import { register } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { INSTRUMENTER_CONSTANTS } from "@stryker-mutator/api/core";
import { declareClassPlugin, PluginKind } from "@stryker-mutator/api/plugin";
import {
  DryRunStatus,
  determineHitLimitReached,
  TestStatus,
  toMutantRunResult,
} from "@stryker-mutator/api/test-runner";
import { globSync } from "tinyglobby";
import { collect, runTests } from "./vitest.mjs";

/** How long each test takes, in the sandbox: a process that comes in the place of one that hung knows it too. */
const TIMES = "test-times.json";

/** Tests that take longer are not run for a change. */
const longestMs = Number(process.env.MUTATION_LONGEST_MS || Number.POSITIVE_INFINITY);

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc");

/** What the changed code looks at. */
globalThis[INSTRUMENTER_CONSTANTS.NAMESPACE] ??= {};
const state = globalThis[INSTRUMENTER_CONSTANTS.NAMESPACE];

class InProcess {
  #tests = [];

  capabilities() {
    // Stryker wants what is also run while a module is loaded in a new process, each change in one of its own. It is looked at as
    // far as tests run it.
    return { reloadEnvironment: true };
  }

  async init() {
    process.env.NODE_ENV = "test";
    register("./hooks.mjs", import.meta.url);
    for (const file of globSync(process.env.MUTATION_TESTS.split(" "), { expandDirectories: false }).sort()) {
      const tests = await collect(file, () => import(pathToFileURL(resolve(file)).href));
      this.#tests.push(...tests);
    }
  }

  async dryRun() {
    state.activeMutant = undefined;
    const tests = await this.#run(this.#tests, false, (id) => {
      state.currentTestId = id;
    });
    writeFileSync(TIMES, JSON.stringify(Object.fromEntries(tests.map(({ id, timeSpentMs }) => [id, timeSpentMs]))));
    return { status: DryRunStatus.Complete, tests, mutantCoverage: state.mutantCoverage };
  }

  async mutantRun({ testFilter, hitLimit, activeMutant }) {
    const times = JSON.parse(readFileSync(TIMES, "utf8"));
    // Ten times what the code does unchanged is enough to know that it does not end; Stryker's own limit is ten times that.
    const limit = hitLimit && hitLimit / 10;
    state.hitCount = 0;
    state.hitLimit = limit;
    state.activeMutant = activeMutant.id;
    const wanted = testFilter && new Set(testFilter);
    const covering = this.#tests.filter(({ id }) => (wanted?.has(id) ?? true) && times[id] <= longestMs);
    // The first test that fails is the last.
    const tests = await this.#run(
      covering.sort((a, b) => times[a.id] - times[b.id]),
      true,
    );
    state.activeMutant = undefined;
    // A change may leave regions behind, each of which reserves much address space.
    collectGarbage();
    const timeout = determineHitLimitReached(state.hitCount, limit);
    return toMutantRunResult(timeout ?? { status: DryRunStatus.Complete, tests });
  }

  async #run(tests, endsAtFailure, begun = () => {}) {
    const results = await runTests(tests, endsAtFailure, begun);
    return results.map(({ test: { id, file }, failure, isSkipped, timeSpentMs }) => ({
      id,
      name: id,
      fileName: resolve(file),
      timeSpentMs,
      status: isSkipped ? TestStatus.Skipped : failure === undefined ? TestStatus.Success : TestStatus.Failed,
      failureMessage: failure,
    }));
  }
}

export const strykerPlugins = [declareClassPlugin(PluginKind.TestRunner, "in-process", InProcess)];
