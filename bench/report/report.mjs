// The report: one page that needs nothing but itself.
import { readFileSync } from "node:fs";
import { comparisonSummary } from "./comparison.mjs";
import { isolationCharts } from "./isolation-charts.mjs";
import { boundText, number, partText } from "./numbers.mjs";
import { readsCharts } from "./reads-charts.mjs";
import { scoreboard } from "./scoreboard.mjs";
import { esc } from "./svg.mjs";

export function renderReport(run) {
  const style = readFileSync(new URL("./style.css", import.meta.url), "utf8");
  const bars = scoreboard(run);
  const reads = readsCharts(run);
  const isolation = isolationCharts(run);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>configstream-consumer: benchmarks</title>
<style>
${style}</style>
</head>
<body>
<main>
<h1>configstream-consumer, measured</h1>
<p class="lead">What reading live configuration costs, and what it costs the main thread to have it live. Every claim is a ratio to a baseline that was measured beside it in the same run.</p>
${facts(run)}
<h2>Bars: ${bars.met} of ${bars.judged} met</h2>
${bars.html}
${section("Reads: what a getter costs", reads)}
${section("Isolation: the main thread under a live configuration", isolation)}
<h2>How this was measured</h2>
${method(run)}
<details><summary>All ${run.rows.length} rows</summary>${table(run)}</details>
</main>
</body>
</html>
`;
}

function section(title, figures) {
  return figures.length === 0 ? "" : `<h2>${esc(title)}</h2>\n<div class="charts">\n${figures.join("\n")}\n</div>`;
}

function facts({ machine, nodes, parts, packages }) {
  const entries = [
    ["machine", machine.name],
    ["system", machine.system],
    ["Node.js", nodes.map((node) => node.slice(1)).join(", ")],
    ["grpc-js", packages["@grpc/grpc-js"]],
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
    `Noise and the harness: ${own.join("; ")}.`,
    producers.length === 0
      ? ""
      : `The producer is another process; it writes frames made beforehand, one message a frame. The most of a core that it used while updates flowed: ${producers.join(", ")}. With two cores, a consumer with a worker has producer, worker and main thread on them, an in-thread consumer has one core to itself. CPU time of the main thread is from ${run.machine.cpuTimeFrom}.`,
    run.comparison ? comparisonSummary(run.comparison) : "",
    `Peers: ${versions.join(", ")}.`,
  ];
  return parts
    .filter((part) => part !== "")
    .map((part) => `<p>${esc(part)}</p>`)
    .join("\n");
}

function table({ rows }) {
  const body = rows.map((row) => {
    const verdict = row.ok === null ? "" : row.ok ? '<span class="met">✓</span>' : '<span class="missed">✗</span>';
    const cells = [
      esc(row.node),
      esc(row.id),
      esc(row.name),
      [`${number(row.value)} ${row.unit}`],
      [row.baseline === null ? "–" : `${number(row.baseline)} ${row.unit}`],
      [row.ratio === null ? "–" : number(row.ratio)],
      [
        row.ratio === null
          ? `${number(row.valueLow)}–${number(row.valueHigh)}`
          : `${number(row.low)}–${number(row.high)}`,
      ],
      `${row.bar === null ? "" : esc(boundText(row))} ${verdict}`,
    ];
    return `<tr>${cells.map((cell) => (Array.isArray(cell) ? `<td class="number">${esc(cell[0])}</td>` : `<td>${cell}</td>`)).join("")}</tr>`;
  });
  const heads = ["Node.js", "bar", "what", "value", "baseline", "ratio", "spread", "bound"];
  return `<div class="scroll"><table><thead><tr>${heads.map((head) => `<th>${head}</th>`).join("")}</tr></thead><tbody>${body.join("\n")}</tbody></table></div>`;
}
