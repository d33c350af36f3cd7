// The results as Markdown tables.
import { barNumber, isBar } from "../runs/bars.mjs";
import { comparisonTable } from "./comparison.mjs";
import { boundText, number, partText, spreadText } from "./numbers.mjs";
import { verdictSummary, verdictTable } from "./verdict-table.mjs";

export function renderTables(run) {
  const parts = [headline(run)];
  parts.push(`**Verdicts.** ${verdictSummary(run)}\n\n${verdictTable(run)}`);
  parts.push(`**Bars.** Ratio to the baseline, with the range over the processes.\n\n${barTable(run)}`);
  const reads = run.rows.filter(({ suite, id }) => suite === "reads" && !isBar(id));
  if (reads.length > 0) parts.push(`**Reads.**\n\n${perNodeTable(run, reads)}`);
  const isProcess = ({ id }) => id === "PSS";
  const processes = run.rows.filter(isProcess);
  if (processes.length > 0) parts.push(`${aboutProcesses}\n\n${processTable(processes)}`);
  for (const [suite, title] of valueSuites(run)) {
    const rows = run.rows.filter((row) => row.suite === suite && !isBar(row.id) && !isProcess(row));
    if (rows.length > 0) parts.push(`**${title}.**\n\n${valueTable(rows)}`);
  }
  if (run.comparison) parts.push(`**Comparison.**\n\n${comparisonTable(run.comparison)}`);
  return parts.join("\n\n");
}

/** Isolation, fleet, and suites of earlier versions of these benchmarks. */
function valueSuites({ rows }) {
  const titled = (suite) => [suite, `${suite.slice(0, 1).toUpperCase()}${suite.slice(1)}`];
  return [...new Set(rows.map(({ suite }) => suite))].filter((suite) => suite !== "reads").map(titled);
}

const aboutProcesses =
  "**What a process takes**, by its own pages and its share of those that it shares (PSS), with the real agent's settings where there are any.";

function processTable(rows) {
  const lines = rows.map(
    ({ name, value, valueLow, valueHigh }) =>
      `| ${name} | ${number(value)} MiB | ${number(valueLow)}–${number(valueHigh)} |`,
  );
  return ["| a process | PSS | spread |", "|---|--:|---|", ...lines].join("\n");
}

function headline({ machine, nodes, parts, quick, notes = [] }) {
  const lines = [
    `Machine: ${machine.name}. Node.js ${nodes.map((node) => node.slice(1)).join(", ")}. ${parts.map(partText).join("; ")}.`,
  ];
  if (quick) lines.push("A quick run: the numbers show that everything runs, not how fast it is.");
  return [...lines, ...notes].join("\n");
}

function barTable(run) {
  const rows = run.rows.filter(({ id }) => isBar(id));
  rows.sort((a, b) => barNumber(a.id) - barNumber(b.id));
  return perNodeTable(run, rows);
}

/** One line a name, one column a version. */
function perNodeTable({ nodes }, rows) {
  const names = [...new Set(rows.map(({ id, name }) => JSON.stringify([id, name])))];
  const lines = [
    `| | what | bound | ${nodes.map((node) => `Node.js ${node.slice(1)}`).join(" | ")} |`,
    `|---|---|---|${nodes.map(() => "---|").join("")}`,
  ];
  for (const text of names) {
    const [id, name] = JSON.parse(text);
    const found = nodes.map((node) => rows.find((row) => row.id === id && row.name === name && row.node === node));
    lines.push(`| ${id} | ${name} | ${bounds(found)} | ${found.map(cell).join(" | ")} |`);
  }
  return lines.join("\n");
}

function bounds(found) {
  const all = found.filter((row) => row !== undefined && row.bar !== null).map(boundText);
  return [...new Set(all)].join(", then ") || "–";
}

function cell(row) {
  if (row === undefined) return "–";
  const met = row.bar === null ? "" : row.ok === null ? " not measured" : row.ok ? " ✓" : " **✗**";
  const value = `${number(row.value)} ${row.unit}`;
  if (row.ratio === null) return `${value} (${number(row.valueLow)}–${number(row.valueHigh)})${met}`;
  const spread = row.samples > 1 ? ` (${number(row.low)}–${number(row.high)})` : "";
  return `**${number(row.ratio)}×**${spread}${met}<br>${value} : ${number(row.baseline)} ${row.unit}`;
}

function valueTable(rows) {
  const lines = ["| | what | value | baseline | ratio | spread |", "|---|---|--:|--:|--:|---|"];
  for (const row of rows) {
    const baseline = row.baseline === null ? "–" : `${number(row.baseline)} ${row.unit}`;
    const spread = row.samples < 2 ? "–" : spreadText(row);
    const ratio = row.ratio === null ? "–" : number(row.ratio);
    lines.push(`| ${row.id} | ${row.name} | ${number(row.value)} ${row.unit} | ${baseline} | ${ratio} | ${spread} |`);
  }
  return lines.join("\n");
}
