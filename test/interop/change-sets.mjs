// Has a consumer written in Go (test/interop/consumer) on the published generated code follow the embedded core agent while sets of 50
// and 1,000 settings change. `node test/interop/change-sets.mjs [words]` runs the promises that contain the words.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { buildGo } from "./go-program.mjs";

const buildScript = fileURLToPath(new URL("../../scripts/build.mjs", import.meta.url));
const rounds = 10;
const sizes = [50, 1_000];
const patienceMs = 30_000;

const keysOf = (way, size) => Array.from({ length: size }, (_, at) => `${way}_${size}.k${at}`);
const entries = (way, number) =>
  Object.fromEntries(sizes.flatMap((size) => keysOf(way, size).map((key) => [key, number])));

/** How sets are made: each changes the keys of both of its groups to one number, at once or one by one. */
const ways = {
  "setMany of the runtime API": { group: "many", change: (agent, number) => agent.setMany(entries("many", number)) },
  "a transaction of the runtime API": {
    group: "transaction",
    change: (agent, number) =>
      agent.transaction((transaction) => {
        for (const [key, value] of Object.entries(entries("transaction", number))) transaction.set(key, value);
      }),
  },
  "an edit of a file": { group: "file", change: (_agent, number, file) => edit(file, number) },
};

export const promises = [
  ...["newest", "leaf"].flatMap((dialect) =>
    Object.entries(ways).map(([way, { group, change }]) => ({
      name: `a consumer written in Go takes ${way} whole, in the dialect "${dialect}"`,
      run: (binary) => follow(binary, dialect, group, change).then(problemOfHalves),
    })),
  ),
  {
    name: "a consumer written in Go sees the halves of settings that are set one by one",
    run: (binary) =>
      follow(binary, "newest", "many", oneByOne).then(({ halves }) => (halves > 0 ? undefined : "it saw none")),
  },
];

/** Runs the trials; `tell(name, problem)` is called for each one, `problem` undefined when all is well. */
export async function checkChangeSets(tell, words = "") {
  const built = spawnSync(process.execPath, [buildScript], { encoding: "utf8" });
  if (built.status !== 0) throw new Error(`the library could not be built: ${built.stdout}${built.stderr}`);
  const directory = mkdtempSync(join(tmpdir(), "interop-sets-"));
  try {
    const binary = buildGo("consumer", directory);
    for (const { name, run } of promises.filter((each) => each.name.includes(words))) {
      tell(name, await run(binary).catch((error) => error.message));
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function problemOfHalves({ halves, messages, newest }) {
  if (halves > 0) return `it had ${halves} halves in ${messages} messages`;
  if (newest !== rounds) return `it ended at set ${newest} of ${rounds}`;
  return messages > 1 ? undefined : "it got no message but the first snapshot";
}

/** Follows an agent through all rounds; gives what the consumer saw. */
async function follow(binary, dialect, group, change) {
  const { createCoreAgent } = await import("configstream/core-agent");
  const dataDir = mkdtempSync(join(tmpdir(), "interop-sets-"));
  const file = join(dataDir, "settings.yaml");
  edit(file, 0);
  const options = { address: "127.0.0.1:0", env: false, dataDir, dialect, configFiles: [file] };
  const agent = createCoreAgent(options);
  agent.setMany({ ...entries("many", 0), ...entries("transaction", 0) });
  await agent.start();
  const groups = sizes.map((size) => `${group}_${size}`);
  const consumer = new Consumer(binary, agent.address, dataDir, groups);
  try {
    await consumer.reaches(0);
    for (let number = 1; number <= rounds; number++) {
      change(agent, number, file);
      // Every second set is made while the one before is on its way.
      if (number % 2 === 0) await consumer.reaches(number);
      else if (group === "file") await new Promise((resolve) => setTimeout(resolve, 30));
    }
    await consumer.reaches(rounds);
    return consumer.verdict();
  } finally {
    await consumer.end();
    await agent.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

function edit(file, number) {
  const text = sizes.map(
    (size) => `file_${size}:\n${Array.from({ length: size }, (_, at) => `  k${at}: ${number}\n`).join("")}`,
  );
  writeFileSync(`${file}.new`, text.join(""));
  renameSync(`${file}.new`, file);
}

function oneByOne(agent, number) {
  for (const [key, value] of Object.entries(entries("many", number))) agent.set(key, value);
}

/** A running consumer, and what it has printed. */
class Consumer {
  #child;
  #exited;
  #stderr = "";
  #isGone = false;
  #lines = [];
  #groups;
  #look = () => {};

  constructor(binary, address, dir, groups) {
    this.#groups = groups;
    const args = [`-address=${address}`, `-dir=${dir}`, `-groups=${groups.join(",")}`];
    this.#child = spawn(binary, args, { stdio: ["pipe", "pipe", "pipe"] });
    this.#child.stderr.setEncoding("utf8").on("data", (text) => {
      this.#stderr += text;
    });
    this.#exited = once(this.#child, "exit").then(() => {
      this.#isGone = true;
      this.#look();
    });
    createInterface({ input: this.#child.stdout }).on("line", (text) => {
      this.#lines.push(JSON.parse(text));
      this.#look();
    });
  }

  /** Waits until all groups hold a number, or a later one. */
  async reaches(number) {
    const late = AbortSignal.timeout(patienceMs);
    late.addEventListener("abort", () => this.#look(), { once: true });
    const has = () => this.#groups.every((group) => (this.#lines.at(-1)?.numbers[group] ?? -1) >= number);
    while (!has()) {
      if (this.#isGone) throw new Error(`the consumer is gone: ${this.#stderr.trim()}`);
      if (late.aborted) throw new Error(`the consumer did not get set ${number} within ${patienceMs} ms`);
      await new Promise((resolve) => {
        this.#look = resolve;
      });
    }
  }

  verdict() {
    const halves = this.#lines.filter((line) => line.halves.length > 0).length;
    const newest = Math.min(...Object.values(this.#lines.at(-1).numbers));
    return { halves, messages: this.#lines.length, newest };
  }

  async end() {
    this.#child.stdin.end();
    await this.#exited;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const print = (line) => process.stdout.write(`${line}\n`);
  const counts = { ok: 0, failed: 0 };
  await checkChangeSets((name, problem) => {
    counts[problem === undefined ? "ok" : "failed"] += 1;
    print(problem === undefined ? `ok: ${name}` : `FAILED: ${name}\n  ${problem}`);
  }, process.argv[2]);
  print(`${counts.ok} passed, ${counts.failed} failed`);
  process.exitCode = counts.failed === 0 ? 0 : 1;
}
