// Derives packages/configstream/data/agent-settings.json from the published agent module: `node scripts/derive/agent-settings.mjs`
// writes the file, with `--check` it only compares. The Go program in test/interop/settings does the reading.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { differenceFrom, runGo } from "./derived-fixture.mjs";

const target = fileURLToPath(new URL("../../packages/configstream/data/agent-settings.json", import.meta.url));

// `env -i`: the agent's code reads DD_* variables and container markers as soon as it is loaded, and none of this
// machine's may end up in the file.
const goArguments = ["run", "-exec", "env -i", "."];

/** The text of the fixture as the published module gives it today: one setting per line, so that diffs are readable. */
export function deriveAgentSettings() {
  return textOf(JSON.parse(runGo("test/interop/settings/", goArguments)));
}

function textOf({ origin, settings }) {
  const lines = settings.map((setting) => `    ${JSON.stringify(setting)}`);
  return `{\n  "origin": ${JSON.stringify(origin)},\n  "settings": [\n${lines.join(",\n")}\n  ]\n}\n`;
}

/** Compares the committed file with a fresh derivation; returns what is wrong, or nothing. */
export function checkAgentSettings() {
  // The committed file is formatted, which is no difference.
  const committed = textOf(JSON.parse(readFileSync(target, "utf8")));
  const remedy = "node scripts/derive/agent-settings.mjs && npx biome format --write packages/configstream/data";
  return differenceFrom(deriveAgentSettings(), target, remedy, committed);
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
