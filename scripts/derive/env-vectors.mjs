// Derives test/fixtures/env-vectors.json, what a real core agent makes of environment variables for settings that it declares itself, from
// the published agent module: `node scripts/derive/env-vectors.mjs` writes the file. The Go program in test/interop/environment does the asking.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { differenceFrom, runGo } from "./derived-fixture.mjs";

const settings = fileURLToPath(new URL("../../packages/configstream/data/agent-settings.json", import.meta.url));
const target = fileURLToPath(new URL("../../test/fixtures/env-vectors.json", import.meta.url));

// `env -i`: the agent's code reads DD_* variables as soon as it is loaded.
const deriveEnvVectors = () => runGo("test/interop/environment/", ["run", "-exec", "env -i", ".", settings]);

/** Compares the committed file with a fresh derivation; returns what is wrong, or nothing. */
export function checkEnvVectors() {
  return differenceFrom(deriveEnvVectors(), target, "node scripts/derive/env-vectors.mjs");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(target, deriveEnvVectors());
