// A large configuration file as the embedded core agent reads it, against JSON.parse of the same settings.
import { parseYaml, readDefaults } from "../../dist/internal/index.js";
import { args, report } from "../lib/arguments.mjs";
import { summary } from "../lib/distribution.mjs";

const { sizes, times } = args;
const { known } = readDefaults({});

/** Sections of a hundred settings, of the kinds that files have: numbers, flags, texts plain and quoted, lists. */
function settings(count) {
  const kinds = [(i) => i, (i) => i % 2 === 0, (i) => `text-${i}`, (i) => `say: "${i}"`, (i) => [`a${i}`, `b${i}`]];
  const tree = {};
  for (let i = 0; i < count; i++) {
    const section = `section_${Math.floor(i / 100)}`;
    tree[section] ??= {};
    tree[section][`setting_${i % 100}`] = kinds[i % kinds.length](i);
  }
  return tree;
}

function yamlOf(tree) {
  const lines = [];
  for (const [section, values] of Object.entries(tree)) {
    lines.push(`${section}:`);
    for (const [name, value] of Object.entries(values)) {
      const isPlain = typeof value !== "string" || /^[a-z0-9-]+$/.test(value);
      if (Array.isArray(value)) lines.push(`  ${name}:`, ...value.map((item) => `    - ${item}`));
      else lines.push(`  ${name}: ${isPlain ? value : JSON.stringify(value)}`);
    }
  }
  return `${lines.join("\n")}\n`;
}

function msOf(work) {
  const start = performance.now();
  work();
  return performance.now() - start;
}

const results = [];
for (const size of sizes) {
  const tree = settings(size);
  const [yaml, json] = [yamlOf(tree), JSON.stringify(tree)];
  const [yamlMs, jsonMs] = [[], []];
  for (let i = 0; i <= times; i++) {
    let read = 0;
    const parsing = msOf(() => {
      read = parseYaml("bench.yaml", yaml, known).size;
    });
    if (read !== size) throw new Error(`Of ${size} settings ${read} were read.`);
    const plain = msOf(() => JSON.parse(json));
    // The first one, during which the engine compiles, is not counted.
    if (i === 0) continue;
    yamlMs.push(parsing);
    jsonMs.push(plain);
  }
  results.push({ size, yamlMs: summary(yamlMs).median, jsonMs: summary(jsonMs).median });
}
report({ results });
