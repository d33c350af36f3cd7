/** The kit notices what a consumer does wrong, and finds nothing in a good one. */
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import {
  consumerScenarios,
  judgeConsumer,
  type Verdict,
} from "../../../packages/configstream/src/conformance/index.js";
import type { JudgeOptions } from "../../../packages/configstream/src/conformance/judge-consumer.js";
import { ConsumerThread } from "../../support/conformance/consumer-thread.js";
import { faults } from "../../support/conformance/faults.js";

type Command = JudgeOptions["command"];

const root = fileURLToPath(new URL("../../..", import.meta.url));
const thread = new ConsumerThread();
afterAll(() => thread.stop());

const inProcess = (...args: readonly string[]): Command => ({ file: process.execPath, args });
/** Those who take their process with them, or keep a processor busy. */
const needProcess = ["crashes on an empty event", "hammers"];
/** In one thread for all, which loads the code once. */
const small = (fault = ""): Command =>
  needProcess.includes(fault)
    ? inProcess(`${root}test/support/conformance/consumer.mjs`, fault)
    : { file: "", args: [], start: (_file, _args, env) => thread.start(fault, env) };

/** Runs a consumer through the scenarios. */
async function judged(command: Command, ids?: readonly string[], patienceMs = 60_000): Promise<readonly Verdict[]> {
  const scenarios = consumerScenarios.filter(({ id }) => ids === undefined || ids.includes(id));
  const options = {
    command,
    jobs: 4,
    patienceMs,
    settleMs: 700,
    signal: new AbortController().signal,
  };
  return judgeConsumer(scenarios, options, () => {});
}

const failures = (verdicts: readonly Verdict[]) =>
  verdicts.filter(({ outcome }) => outcome !== "passed").map(({ id, expected, seen }) => ({ id, expected, seen }));

describe("the scenarios for consumers", () => {
  it("are passed by this library", { timeout: 180_000 }, async () => {
    const verdicts = await judged(inProcess(`${root}examples/conformance/consumer.mjs`));
    expect(failures(verdicts)).toEqual([]);
    expect(verdicts.length).toBe(consumerScenarios.length);
  });

  it("that notice mistakes are passed by a small consumer without this library", { timeout: 180_000 }, async () => {
    const verdicts = await judged(small(), Object.values(faults).flat());
    expect(failures(verdicts)).toEqual([]);
    expect(verdicts.length).toBe(Object.values(faults).flat().length);
  });

  // Most of them only wait, for what never comes.
  it.concurrent.each(Object.entries(faults))("are failed by one that %s", { timeout: 90_000 }, async (fault, ids) => {
    const verdicts = await judged(small(fault), ids, 8_000);
    expect(failures(verdicts).map(({ id }) => id)).toEqual(verdicts.map(({ id }) => id));
    expect(verdicts.length).toBe(ids.length);
    for (const { expected, seen } of verdicts) expect([expected, seen]).not.toContain(undefined);
  });

  it("end at once and without a verdict when the user asks to stop", { timeout: 60_000 }, async () => {
    const asked = new AbortController();
    const command: Command = {
      file: "",
      args: [],
      start(_file, _args, env) {
        setImmediate(() => asked.abort());
        return thread.start("", env);
      },
    };
    const options = { command, jobs: 2, patienceMs: 60_000, settleMs: 700, signal: asked.signal };
    const told: Verdict[] = [];
    expect(await judgeConsumer(consumerScenarios, options, (verdict) => told.push(verdict))).toEqual([]);
    expect(told).toEqual([]);
  });

  it("say what is wrong with one that cannot be started, ends, or prints something else", {
    timeout: 90_000,
  }, async () => {
    const once = async (file: string, ...args: readonly string[]) => {
      const options = { jobs: 1, patienceMs: 3_000, settleMs: 100, signal: new AbortController().signal };
      const kinds = consumerScenarios.filter(({ id }) => id === "kinds");
      const [verdict] = await judgeConsumer(kinds, { ...options, command: { file, args } }, () => {});
      return verdict?.seen;
    };
    expect(await once("/nowhere/consumer")).toMatch(/^it could not be started: .*ENOENT/);
    expect(await once(process.execPath, "-e", "console.error('no luck'); process.exitCode = 3")).toBe(
      'it ended with exit code 3, saying "no luck"',
    );
    const chatty = "console.log('ready'); setInterval(() => {}, 1000)";
    expect(await once(process.execPath, "-e", chatty)).toBe("the line ready");
    const silent = "process.stdin.resume()";
    expect(await once(process.execPath, "-e", silent)).toBe("none");
  });
});
