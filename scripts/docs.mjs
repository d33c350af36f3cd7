// Writes docs/api/ from the docstrings: node scripts/docs.mjs [--check]. With --check nothing is written; it fails when the
// committed pages are not what the docstrings say, or when something exported has no docstring.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compileContract } from "./build/compile-contract.mjs";
import { root } from "./places.mjs";

const committed = join(root, "docs", "api");

function generate(out) {
  // Part of the sources is generated, too.
  compileContract();
  const typedoc = join(createRequire(import.meta.url).resolve("typedoc/package.json"), "..", "bin", "typedoc");
  const { status } = spawnSync(process.execPath, [typedoc, "--out", out, "--logLevel", "Warn"], {
    cwd: root,
    stdio: "inherit",
  });
  if (status !== 0) throw new Error("typedoc failed; see above. Each exported name needs a docstring.");
}

function pages(folder) {
  const names = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith(".md"));
  return new Map(names.sort().map((name) => [name.replaceAll("\\", "/"), readFileSync(join(folder, name), "utf8")]));
}

function check() {
  const folder = mkdtempSync(join(tmpdir(), "api-pages-"));
  try {
    generate(folder);
    const fresh = pages(folder);
    const present = pages(committed);
    const names = new Set([...fresh.keys(), ...present.keys()]);
    return [...names].filter((name) => fresh.get(name) !== present.get(name));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (process.argv.includes("--check")) {
  const outdated = check();
  for (const name of outdated) console.log(`docs/api/${name} is not what the docstrings say. Run \`npm run docs\`.`);
  process.exitCode = outdated.length === 0 ? 0 : 1;
} else {
  generate(committed);
}
