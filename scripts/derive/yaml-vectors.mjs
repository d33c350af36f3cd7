// Derives test/fixtures/yaml-vectors.json, what the YAML reader of the agent makes of scalars and documents, from its published module:
// `node scripts/derive/yaml-vectors.mjs` writes the file. The Go program in test/interop/yaml does the asking.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { differenceFrom, runGo } from "./derived-fixture.mjs";

const target = fileURLToPath(new URL("../../test/fixtures/yaml-vectors.json", import.meta.url));

const deriveYamlVectors = () => runGo("test/interop/yaml/", ["run", "."]);

/** Compares the committed file with a fresh derivation; returns what is wrong, or nothing. */
export function checkYamlVectors() {
  return differenceFrom(deriveYamlVectors(), target, "node scripts/derive/yaml-vectors.mjs");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(target, deriveYamlVectors());
