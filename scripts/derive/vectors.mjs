// Derives test/fixtures/reader-vectors.json, what the agent's own reader answers, from the published agent module:
// `node scripts/derive/vectors.mjs` writes the file. The Go program in test/interop/vectors does the asking.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { differenceFrom, runGo } from "./derived-fixture.mjs";

const target = fileURLToPath(new URL("../../test/fixtures/reader-vectors.json", import.meta.url));

// `env -i`: the agent's code reads DD_* variables as soon as it is loaded.
const deriveVectors = () => runGo("test/interop/vectors/", ["run", "-exec", "env -i", "."]);

/** Compares the committed file with a fresh derivation; returns what is wrong, or nothing. */
export function checkVectors() {
  return differenceFrom(deriveVectors(), target, "node scripts/derive/vectors.mjs");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(target, deriveVectors());
