// Checks against what is foreign, by running the Go programs of test/interop: compares the committed fixtures with the
// published agent modules that they were derived from, and puts the consumer to a core agent written in Go. `--write`
// rewrites the contract's fixture instead.
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { checkAgent } from "../test/interop/agent.mjs";
import { checkChangeSets } from "../test/interop/change-sets.mjs";
import { checkConformance } from "../test/interop/conformance.mjs";
import { checkGoConsumer } from "../test/interop/go-consumer.mjs";
import { checkSenders } from "../test/interop/senders.mjs";
import { checkAgentSettings } from "./derive/agent-settings.mjs";
import { checkDeclaredVectors } from "./derive/declared-vectors.mjs";
import { differenceFrom, runGo } from "./derive/derived-fixture.mjs";
import { checkEnvVectors } from "./derive/env-vectors.mjs";
import { checkFidelity } from "./derive/fidelity.mjs";
import { checkVectors } from "./derive/vectors.mjs";
import { checkYamlVectors } from "./derive/yaml-vectors.mjs";
import { checkNewest } from "./newer-contract.mjs";

const target = fileURLToPath(new URL("../test/fixtures/contract-descriptor.json", import.meta.url));

const describeContract = () => runGo("test/interop/descriptor/");

function checkContract() {
  return differenceFrom(describeContract(), target, "node scripts/interop.mjs --write");
}

const checks = [
  { name: "the contract is that of the published descriptor", run: checkContract },
  { name: "no newer version of the contract differs", run: checkNewest },
  {
    name: "the agent's settings are those of the published module",
    run: checkAgentSettings,
    skip: process.platform === "linux" ? undefined : "the defaults are those of linux",
  },
  { name: "the conversions are those of the published reader", run: checkVectors },
  { name: "declared types convert as in the published reader", run: checkDeclaredVectors },
  { name: "environment variables read as in the published module", run: checkEnvVectors },
  { name: "YAML reads as in the published YAML reader", run: checkYamlVectors },
];

async function runChecks() {
  const counts = { passed: 0, failed: 0 };
  const tell = (name, problem) => {
    counts[problem === undefined ? "passed" : "failed"] += 1;
    console.log(problem === undefined ? `ok: ${name}` : `FAILED: ${name}\n  ${problem}`);
  };
  for (const { name, run, skip } of checks) {
    if (skip === undefined) tell(name, problemOf(run));
    else console.log(`skipped: ${name}: ${skip}`);
  }
  try {
    await checkAgent(tell);
  } catch (error) {
    tell("the consumer gets on with a core agent written in Go", messageOf(error));
  }
  try {
    tell("the page about fidelity has the counts of today", await checkFidelity());
  } catch (error) {
    tell("the page about fidelity has the counts of today", messageOf(error));
  }
  try {
    await checkGoConsumer(tell);
  } catch (error) {
    tell("a consumer in Go gets on with the embedded core agent", messageOf(error));
  }
  try {
    await checkSenders(tell);
  } catch (error) {
    tell("the consumer reads the configuration code of old and new core agents", messageOf(error));
  }
  try {
    await checkChangeSets(tell);
  } catch (error) {
    tell("a consumer written in Go takes change sets whole", messageOf(error));
  }
  try {
    await checkConformance(tell);
  } catch (error) {
    tell("a consumer written in Go is judged by the kit", messageOf(error));
  }
  console.log(`${counts.passed} passed, ${counts.failed} failed`);
  process.exitCode = counts.failed === 0 ? 0 : 1;
}

function problemOf(run) {
  try {
    return run();
  } catch (error) {
    return messageOf(error);
  }
}

function messageOf(error) {
  return error instanceof Error ? error.message : String(error);
}

if (spawnSync("go", ["version"]).error) {
  console.log("skipped: no go");
  console.log("0 passed, 0 failed");
} else if (process.argv.includes("--write")) {
  writeFileSync(target, describeContract());
} else {
  await runChecks();
}
