// Counts, of the fixtures that the published modules gave, where this project reads otherwise, and writes the table of docs/fidelity.md:
// `node scripts/derive/fidelity.mjs`, after a build.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { isDeepStrictEqual } from "node:util";
import { root } from "../places.mjs";
import { writeBetween, writtenBetween } from "../written-table.mjs";

const page = new URL("../../docs/fidelity.md", import.meta.url);
const load = (path) => import(pathToFileURL(resolve(root, path)).href);
const fixture = (name) => JSON.parse(readFileSync(resolve(root, "test/fixtures", name), "utf8"));
const { settings } = JSON.parse(readFileSync(resolve(root, "packages/configstream/data/agent-settings.json"), "utf8"));

/** The declared types of declared-vectors.json, with their defaults. */
const typedDefaults = fixture("declared-defaults.json");

/** The table as it stands on the page, and as it is now. */
export async function measure() {
  const { createSettings } = await load("packages/configstream/build/core-agent/settings/settings.js");
  const { readYaml } = await load("dist/files/yaml-tree.js");
  const { parseYaml } = await load("dist/files/yaml.js");
  const { readDefaults } = await load("dist/files/known-keys.js");
  const { defaultSourcePriority } = await load("dist/shared/params.js");
  const holding = (entry, env) =>
    createSettings({
      defaults: [entry],
      env,
      sourcePriority: defaultSourcePriority,
      log: () => {},
      onChange: () => {},
    });
  const differs = (held, { wire, source }) => !isDeepStrictEqual([held?.value, held?.source], [wire, source]);

  const declared = fixture("declared-vectors.json").vectors.filter(({ wire }) => wire !== "cannot be streamed");
  const wrongTypes = declared.filter((vector) => {
    const entry = { key: "k", type: vector.type, default: typedDefaults[vector.type] };
    const held = holding(entry, vector.from === "environment" ? { DD_K: vector.given } : {});
    const known = readDefaults([entry]).known;
    if (vector.from === "file") held.applyFiles(parseYaml("f.yaml", `k: ${vector.given}\n`, known));
    if (vector.from === "set") held.apply([{ key: "k", value: JSON.parse(vector.given), source: "agent-runtime" }]);
    return differs(held.store.get("k"), vector);
  });

  const yaml = fixture("yaml-vectors.json");
  const documents = [...yaml.scalars.map((each) => ({ ...each, text: `k: ${each.text}\n` })), ...yaml.documents];
  const wrongYaml = documents.filter(({ text, value }) => !isDeepStrictEqual(yamlAnswer(readYaml, text), value));

  const environment = fixture("env-vectors.json");
  const entries = new Map(settings.map((entry) => [entry.key, entry]));
  const wrongEnv = environment.vectors.filter((vector) =>
    differs(holding(entries.get(vector.key), vector.variables).store.get(vector.key), vector),
  );
  const decoded = wrongEnv.filter(({ key, wire }) => isDecoded(entries.get(key), wire));
  const byCode = wrongEnv.filter((vector) => !decoded.includes(vector));
  const keysByCode = new Set(byCode.map(({ key }) => key)).size;

  return table([
    [
      "`pkg/config/nodetreemodel` v0.85.0, declared types",
      "`test/fixtures/declared-vectors.json`, from files, variables and sets",
      declared.length,
      `${wrongTypes.length}; a map within a list cannot be streamed there and is left out`,
    ],
    [
      "`go.yaml.in/yaml` v2.4.4, as that module reads files",
      "`test/fixtures/yaml-vectors.json`",
      documents.length,
      `${wrongYaml.length}, each with its reason in \`test/unit/files/yaml-tree.test.ts\``,
    ],
    [
      "`pkg/config/setup` v0.82.3 with its `nodetreemodel`, variables",
      "`test/fixtures/env-vectors.json`, by the embedded core agent and the local reader",
      environment.vectors.length,
      `${wrongEnv.length}: ${decoded.length} of JSON in variables, ${byCode.length} of ${keysByCode} settings with a reading of their own`,
    ],
    [
      "`pkg/config/setup` v0.82.3, the list of settings",
      "`packages/configstream/data/agent-settings.json`",
      settings.length,
      `0 of keys, types, defaults, types of items and names of variables; of ${keysByCode} the variable is read otherwise (the row above)`,
    ],
  ]);
}

function yamlAnswer(readYaml, text) {
  try {
    const { root: tree } = readYaml(text, () => {});
    return tree !== null && !(tree instanceof Map) ? undefined : plain(tree ?? new Map());
  } catch {
    return undefined;
  }
}

/** As the vectors write it: infinity and NaN are no JSON. */
function plain(value) {
  if (value instanceof Map) return Object.fromEntries([...value].map(([name, item]) => [name, plain(item)]));
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "number" || Number.isFinite(value)) return value;
  return { number: Number.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf" };
}

/** A text of JSON where a list of anything or a map was declared, which the module decodes from v0.85.0 on. */
function isDecoded({ type, items }, wire) {
  if (typeof wire !== "string" || !(type === "object" || items === "any")) return false;
  try {
    JSON.parse(wire);
    return true;
  } catch {
    return false;
  }
}

function table(rows) {
  return [
    "| Compared with | How | Cases | Deviations |",
    "| --- | --- | --: | --- |",
    ...rows.map((cells) => `| ${cells.join(" | ")} |`),
  ].join("\n");
}

/** What is wrong with the page, or nothing. */
export async function checkFidelity() {
  const committed = writtenBetween(page, "values");
  if (committed === (await measure())) return undefined;
  return "the counts in docs/fidelity.md are not those of today. Run `node scripts/derive/fidelity.mjs` and review the difference.";
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeBetween(page, "values", await measure());
