// As much of Vitest as unit tests need, in one process: tests can be run again and again, without loading anything anew.
import { AsyncLocalStorage } from "node:async_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { inspect } from "node:util";
import {
  ASYMMETRIC_MATCHERS_OBJECT,
  chai,
  JestAsymmetricMatchers,
  JestChaiExpect,
  JestExtend,
  setState,
} from "@vitest/expect";
import { fn, restoreAllMocks, spyOn } from "@vitest/spy";
import * as timers from "./timers.mjs";

chai.use(JestExtend);
chai.use(JestChaiExpect);
chai.use(JestAsymmetricMatchers);

/** Longest time of one test: a change may leave it waiting for what never comes. */
const MAX_TEST_MS = 5_000;
/**
 * The same where a change is made. Well below the time after which Stryker ends the process, because the next one has to load all
 * tests anew.
 */
const MAX_CHANGED_TEST_MS = 2_500;
let maxTestMs = MAX_TEST_MS;

export function expect(value, message) {
  return chai.expect(value, message);
}
Object.assign(expect, chai.expect, globalThis[ASYMMETRIC_MATCHERS_OBJECT]);
setState({ assertionCalls: 0, isExpectingAssertions: false, expectedAssertionsNumber: null }, expect);
expect.assertions = () => {};
expect.unreachable = (message = "unreachable") => {
  throw new Error(message);
};
/** Tries a matcher until it passes. */
expect.poll = (get) =>
  new Proxy(
    {},
    {
      get:
        (_, matcher) =>
        (...given) =>
          vi.waitFor(async () => expect(await get())[matcher](...given)),
    },
  );

export const expectTypeOf = () => new Proxy(() => {}, { get: (_, __, self) => self, apply: () => expectTypeOf() });

export const vi = {
  ...timers,
  fn,
  spyOn,
  restoreAllMocks,
  async waitFor(attempt, { timeout = 1_000, interval = 20 } = {}) {
    for (const end = Date.now() + timeout; ; await sleep(interval)) {
      try {
        return await attempt();
      } catch (error) {
        if (Date.now() > end) throw error;
      }
    }
  },
};

let suite;
let file;
let found = [];

/** The tests that loading a file declares. */
export async function collect(name, load) {
  file = name;
  found = [];
  suite = newSuite("", undefined);
  await load();
  const seen = new Map();
  for (const test of found) {
    const times = (seen.get(test.id) ?? 0) + 1;
    seen.set(test.id, times);
    if (times > 1) test.id += ` (${times})`;
  }
  return found;
}

function newSuite(name, parent, isSkipped = parent?.isSkipped ?? false) {
  return { name, parent, isSkipped, beforeAll: [], afterAll: [], beforeEach: [], afterEach: [] };
}

const functionOf = (given) => given.find((one) => typeof one === "function");

function declareSuite(isSkipped, name, ...given) {
  const outer = suite;
  suite = newSuite(`${outer.name}${name} `, outer, outer.isSkipped || isSkipped);
  functionOf(given)?.();
  suite = outer;
}

function declareTest(isSkipped, name, ...given) {
  const run = functionOf(given);
  const id = `${file}#${suite.name}${name}`;
  found.push({ id, file, suite, run, isSkipped: isSkipped || suite.isSkipped || run === undefined });
}

function withVariants(declare) {
  const normal = (...given) => declare(false, ...given);
  const skipped = (...given) => declare(true, ...given);
  return Object.assign(normal, {
    skip: skipped,
    skipIf: (condition) => (condition ? skipped : normal),
    runIf: (condition) => (condition ? normal : skipped),
    concurrent: normal,
    sequential: normal,
    each:
      (rows) =>
      (name, ...given) => {
        rows.forEach((row, index) => {
          const values = Array.isArray(row) ? row : [row];
          const run = functionOf(given);
          normal(`${name} [${index}] ${inspect(values, { depth: 0, breakLength: Infinity })}`.slice(0, 200), () =>
            run(...values),
          );
        });
      },
  });
}

export const describe = withVariants(declareSuite);
export const it = withVariants(declareTest);
export const test = it;
export const beforeAll = (hook) => suite.beforeAll.push(hook);
export const afterAll = (hook) => suite.afterAll.push(hook);
export const beforeEach = (hook) => suite.beforeEach.push(hook);
export const afterEach = (hook) => suite.afterEach.push(hook);

const running = new AsyncLocalStorage();
export const onTestFinished = (hook) => running.getStore().push(hook);

/** Runs tests one after the other; gives what came of each that was run. */
export async function runTests(tests, endsAtFailure, begun) {
  maxTestMs = endsAtFailure ? MAX_CHANGED_TEST_MS : MAX_TEST_MS;
  const results = [];
  const open = [];
  const stray = [];
  const note = (error) => stray.push(error);
  process.on("unhandledRejection", note);
  process.on("uncaughtException", note);
  try {
    for (const test of tests) {
      if (test.isSkipped) {
        results.push({ test, isSkipped: true, timeSpentMs: 0 });
        continue;
      }
      const path = pathOf(test.suite);
      while (open.length > 0 && open.at(-1) !== path[open.length - 1]) await runAll(open.pop().afterAll);
      const start = performance.now();
      let failure;
      try {
        for (const inner of path.slice(open.length)) {
          open.push(inner);
          for (const hook of inner.beforeAll) await limited(hook);
        }
        begun(test.id);
        await runTest(test, path);
        // What a change leaves behind shows after the turn.
        if (stray.length > 0) await sleep(0);
      } catch (error) {
        failure = messageOf(error);
      }
      begun(undefined);
      if (stray.length > 0) failure ??= messageOf(stray[0]);
      stray.length = 0;
      results.push({ test, failure, timeSpentMs: performance.now() - start });
      if (failure !== undefined && endsAtFailure) break;
    }
    while (open.length > 0) await runAll(open.pop().afterAll).catch(() => {});
  } finally {
    process.off("unhandledRejection", note);
    process.off("uncaughtException", note);
  }
  return results;
}

async function runTest({ run }, path) {
  const finished = [];
  await running.run(finished, async () => {
    try {
      for (const { beforeEach } of path) for (const hook of beforeEach) await limited(hook);
      await limited(() => run({ expect, onTestFinished: (hook) => finished.push(hook) }));
    } finally {
      for (const { afterEach } of path.toReversed()) await runAll(afterEach);
      await runAll(finished.toReversed());
    }
  });
}

function pathOf(inner) {
  return inner === undefined ? [] : [...pathOf(inner.parent), inner];
}

async function runAll(hooks) {
  for (const hook of hooks) await limited(hook);
}

async function limited(run) {
  const result = run();
  if (!(result instanceof Promise)) return;
  const end = new AbortController();
  const late = sleep(maxTestMs, undefined, { signal: end.signal }).then(
    () => Promise.reject(new Error("It took too long.")),
    () => {},
  );
  try {
    await Promise.race([result, late]);
  } finally {
    end.abort();
  }
}

function messageOf(error) {
  return String(error instanceof Error ? error.message : error) || "It failed.";
}
