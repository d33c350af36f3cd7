// Derives test/fixtures/declared-vectors.json, what a real core agent makes of values for declared keys, from the published agent module:
// `node scripts/derive/declared-vectors.mjs` writes the file. The Go program in test/interop/declared does the asking.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { differenceFrom, runGo } from "./derived-fixture.mjs";

const target = fileURLToPath(new URL("../../test/fixtures/declared-vectors.json", import.meta.url));

// `env -i`: the agent's code reads DD_* variables as soon as it is loaded.
const deriveDeclaredVectors = () => runGo("test/interop/declared/", ["run", "-exec", "env -i", "."]);

/** Compares the committed file with a fresh derivation; returns what is wrong, or nothing. */
export function checkDeclaredVectors() {
  return differenceFrom(deriveDeclaredVectors(), target, "node scripts/derive/declared-vectors.mjs");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(target, deriveDeclaredVectors());
