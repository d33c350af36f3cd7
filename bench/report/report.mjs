// The report: one page that needs nothing but itself.
import { readFileSync } from "node:fs";
import { comparisonLine, comparisonSummary } from "./comparison.mjs";
import { glance } from "./glance/glance.mjs";
import { isolationCharts } from "./isolation-charts.mjs";
import { boundText, number, partText, spreadText } from "./numbers.mjs";
import { readsCharts } from "./reads-charts.mjs";
import { scoreboard } from "./scoreboard.mjs";
import { esc } from "./svg.mjs";
import { verdictSummary } from "./verdict-table.mjs";

export function renderReport(run) {
  const style = ["style.css", "glance/style.css"].map((file) => readFileSync(new URL(file, import.meta.url), "utf8"));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>configstream-consumer: benchmarks</title>
<style>
${style.join("")}</style>
</head>
<body>
<main>
<header class="top">
<h1>configstream-consumer, measured</h1>
${glance(run)}
${origin(run)}
</header>
<h2>The bars</h2>
<p>${esc(verdictSummary(run))}</p>
${scoreboard(run)}
${section("Reads: what a getter costs", run, "reads", readsCharts)}
${section("Isolation: the main thread under a live configuration", run, "isolation", isolationCharts)}
<h2>How this was measured</h2>
${facts(run)}
${method(run)}
${comparison(run)}
<details><summary>All ${run.rows.length} rows</summary>${table(run)}</details>
</main>
</body>
</html>
`;
}

/** Where the numbers above it come from. */
function origin({ machine, nodes }) {
  return `<p class="origin">${esc(machine.name)}, Node.js ${esc(nodes[0]?.slice(1) ?? "?")}. Claims are ratios of what was measured side by side, in the same run.</p>`;
}

/** The charts are drawn from what only the run itself has, in the form that this version gives it. */
function section(title, run, suite, draw) {
  const rows = run.rows.filter((row) => row.suite === suite);
  if (rows.length === 0) return "";
  const figures = figuresOf(draw, run);
  const content =
    figures.length > 0
      ? `<div class="charts">\n${figures.join("\n")}\n</div>`
      : `<p>The charts of this suite are drawn from a run of it on this machine, and there is none: npm run bench -- --suite ${suite}</p>`;
  return `<h2>${esc(title)}</h2>\n${content}`;
}

function figuresOf(draw, run) {
  try {
    return draw(run);
  } catch (error) {
    // The run of an earlier version, which did not measure all that is drawn now.
    if (error instanceof TypeError) return [];
    throw error;
  }
}

function comparison(run) {
  if (run.comparison === undefined) return "";
  const { others, turned } = run.comparison;
  const items = [...new Set([...turned, ...others].map(comparisonLine))].map((text) => `<li>${esc(text)}</li>`);
  const list =
    items.length === 0 ? "" : `<details><summary>Rows that differ</summary><ul>${items.join("")}</ul></details>`;
  return `<p>${esc(comparisonSummary(run.comparison))}</p>${list}`;
}

function facts({ machine, nodes, parts, packages }) {
  const entries = [
    ["machine", machine.name],
    ["system", machine.system],
    ["Node.js", nodes.map((node) => node.slice(1)).join(", ")],
    ["grpc-js", packages["@grpc/grpc-js"] ?? "?"],
    ...parts.map((part) => ["run", partText(part)]),
  ];
  return `<ul class="facts">${entries.map(([name, value]) => `<li>${esc(name)} <b>${esc(value)}</b></li>`).join("")}</ul>`;
}

function method(run) {
  const noise = run.rows.filter(
    ({ id, node }) => (id === "noise" || id === "harness" || id === "control") && node === run.nodes[0],
  );
  const own = noise.map((row) => {
    const value =
      row.ratio === null
        ? `${number(row.value)} ${row.unit}`
        : `${number(row.ratio)}× (${number(row.low)}–${number(row.high)})`;
    return `${row.name}: ${value}`;
  });
  const producers = Object.entries(run.details)
    .filter(([name]) => name.startsWith("flow "))
    .map(
      ([name, runs]) =>
        `${name.slice(5)} ${number(Math.max(...runs.flatMap(({ rates }) => rates.map((one) => one.producerPercent))))} %`,
    );
  const versions = Object.entries(run.packages).map(([name, version]) => `${name} ${version}`);
  const parts = [
    `Each scenario is a process of its own, and none runs beside another. A row's value is the median over its processes, its ratio the median of their ratios, and its spread their range. On the charts, bars behind the points show that range.`,
    own.length === 0 ? "" : `Noise and the harness: ${own.join("; ")}.`,
    producers.length === 0
      ? ""
      : `The producer is another process; it writes frames made beforehand, one message a frame. The most of a core that it used while updates flowed: ${producers.join(", ")}. With two cores, a consumer with a worker has producer, worker and main thread on them, an in-thread consumer has one core to itself. CPU time of the main thread is from ${run.machine.cpuTimeFrom}.`,
    ...(run.notes ?? []),
    versions.length === 0 ? "" : `Peers: ${versions.join(", ")}.`,
  ];
  return parts
    .filter((part) => part !== "")
    .map((part) => `<p>${esc(part)}</p>`)
    .join("\n");
}

function table({ rows }) {
  const body = rows.map((row) => {
    const unjudged = row.bar === null ? "" : "not measured";
    const verdict =
      row.ok === null ? unjudged : row.ok ? '<span class="met">✓</span>' : '<span class="missed">✗</span>';
    const cells = [
      esc(row.node),
      esc(row.id),
      esc(row.name),
      [`${number(row.value)} ${row.unit}`],
      [row.baseline === null ? "–" : `${number(row.baseline)} ${row.unit}`],
      [row.ratio === null ? "–" : number(row.ratio)],
      [spreadText(row)],
      `${row.bar === null ? "" : esc(boundText(row))} ${verdict}`,
    ];
    return `<tr>${cells.map((cell) => (Array.isArray(cell) ? `<td class="number">${esc(cell[0])}</td>` : `<td>${cell}</td>`)).join("")}</tr>`;
  });
  const heads = ["Node.js", "bar", "what", "value", "baseline", "ratio", "spread", "bound"];
  return `<div class="scroll"><table><thead><tr>${heads.map((head) => `<th>${head}</th>`).join("")}</tr></thead><tbody>${body.join("\n")}</tbody></table></div>`;
}
