// Derives test/fixtures/agent-settings.json from the published agent module: `node scripts/derive-agent-settings.mjs`
// writes the file, with `--check` it only compares. The Go program in test/interop/settings does the reading.
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("../test/interop/settings/", import.meta.url));
const target = fileURLToPath(new URL("../test/fixtures/agent-settings.json", import.meta.url));

// `env -i`: the agent's code reads DD_* variables and container markers as soon as it is loaded, and none of this
// machine's may end up in the file.
const goArguments = ["run", "-exec", "env -i", "."];

/** The text of the fixture as the published module gives it today: one setting per line, so that diffs are readable. */
export function deriveAgentSettings() {
  const run = spawnSync("go", goArguments, {
    cwd: program,
    encoding: "utf8",
    env: { ...process.env, GOWORK: "off" },
    maxBuffer: 64 * 1024 * 1024,
  });
  if (run.error) throw new Error(`go could not be started: ${run.error.message}`);
  if (run.status !== 0) throw new Error(`test/interop/settings failed: ${run.stderr.trim()}`);
  const { origin, settings } = JSON.parse(run.stdout);
  const lines = settings.map((setting) => `    ${JSON.stringify(setting)}`);
  return `{\n  "origin": ${JSON.stringify(origin)},\n  "settings": [\n${lines.join(",\n")}\n  ]\n}\n`;
}

/** Compares the committed file with a fresh derivation; returns what is wrong, or nothing. */
export function checkAgentSettings() {
  const committed = readFileSync(target, "utf8").split("\n");
  const derived = deriveAgentSettings().split("\n");
  const line = derived.findIndex((text, index) => text !== committed[index]);
  if (line === -1 && derived.length === committed.length) return undefined;
  const at = line === -1 ? derived.length : line;
  return `agent-settings.json differs from the published module at line ${at + 1}:
  committed: ${committed[at]?.trim() ?? "(end of file)"}
  derived:   ${derived[at]?.trim() ?? "(end of file)"}
  Run \`node scripts/derive-agent-settings.mjs\` and review the difference.`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes("--check")) {
    const problem = checkAgentSettings();
    console.log(problem ?? "agent-settings.json is what the published module gives");
    process.exitCode = problem === undefined ? 0 : 1;
  } else {
    writeFileSync(target, deriveAgentSettings());
  }
}
