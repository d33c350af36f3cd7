// The results as Markdown tables.

export function renderTables(run) {
  const parts = [headline(run)];
  parts.push(`**Bars.** Ratio to the baseline, with the range over the processes.\n\n${barTable(run)}`);
  const reads = run.rows.filter(({ suite, id }) => suite === "reads" && !isBar(id));
  if (reads.length > 0) parts.push(`**Reads.**\n\n${perNodeTable(run, reads)}`);
  const isProcess = ({ id }) => id === "PSS";
  const processes = run.rows.filter(isProcess);
  if (processes.length > 0) parts.push(`${aboutProcesses}\n\n${processTable(processes)}`);
  const isolation = run.rows.filter((row) => row.suite === "isolation" && !isBar(row.id) && !isProcess(row));
  if (isolation.length > 0) parts.push(`**Isolation.**\n\n${valueTable(isolation)}`);
  const fleet = run.rows.filter(({ suite, id }) => suite === "fleet" && !isBar(id));
  if (fleet.length > 0) parts.push(`**Fleet.**\n\n${valueTable(fleet)}`);
  return parts.join("\n\n");
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

function headline({ machine, nodes, parts, comparison, quick }) {
  const lines = [`Machine: ${machine.name}. Node.js ${nodes.join(", ")}. ${parts.map(partText).join("; ")}.`];
  if (quick) lines.push("A quick run: the numbers show that everything runs, not how fast it is.");
  if (comparison) lines.push(comparisonText(comparison));
  return lines.join("\n");
}

/** When a suite ran, how long, and how busy the machine was before. */
export function partText({ suite, date, minutes, load }) {
  return `${suite}: ${date.slice(0, 16).replace("T", " ")} UTC, ${minutes.toFixed(1)} min, load before ${load}`;
}

export function comparisonText({ compared, agreeing, byChance, others }) {
  const text =
    `Against the run before: the spreads of ${agreeing} of ${compared} rows overlap; ` +
    `of two runs of the same, with so few processes a row, about ${Math.round(byChance)} would not by chance alone.`;
  if (others.length === 0) return text;
  const list = others
    .slice(0, 12)
    .map(({ node, name, now, before }) => `${name} (${node}: ${range(now)}, before ${range(before)})`);
  return `${text} Others: ${list.join("; ")}${others.length > 12 ? "; …" : "."}`;
}

function range({ low, high }) {
  return `${low}–${high}`;
}

function isBar(id) {
  return /^P\d+$/.test(id);
}

function barTable(run) {
  const rows = run.rows.filter(({ id }) => isBar(id));
  rows.sort((a, b) => Number(a.id.slice(1)) - Number(b.id.slice(1)));
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

export function boundText({ bar, barIs, unit, isSpeedUp }) {
  const sign = barIs.startsWith("at most") ? "≤" : "≥";
  if (barIs.endsWith("value")) return `${sign} ${bar} ${unit}`;
  return `${sign} ${bar.toLocaleString("en")}${isSpeedUp ? "× faster" : "×"}`;
}

function cell(row) {
  if (row === undefined) return "–";
  const met = row.ok === null ? "" : row.ok ? " ✓" : " **✗**";
  const value = `${number(row.value)} ${row.unit}`;
  if (row.ratio === null) return `${value} (${number(row.valueLow)}–${number(row.valueHigh)})${met}`;
  const spread = row.samples > 1 ? ` (${number(row.low)}–${number(row.high)})` : "";
  return `**${number(row.ratio)}×**${spread}${met}<br>${value} : ${number(row.baseline)} ${row.unit}`;
}

function valueTable(rows) {
  const lines = ["| | what | value | baseline | ratio | spread |", "|---|---|--:|--:|--:|---|"];
  for (const row of rows) {
    const baseline = row.baseline === null ? "–" : `${number(row.baseline)} ${row.unit}`;
    const spread =
      row.samples < 2
        ? "–"
        : row.ratio === null
          ? `${number(row.valueLow)}–${number(row.valueHigh)}`
          : `${number(row.low)}–${number(row.high)}`;
    const ratio = row.ratio === null ? "–" : number(row.ratio);
    lines.push(`| ${row.id} | ${row.name} | ${number(row.value)} ${row.unit} | ${baseline} | ${ratio} | ${spread} |`);
  }
  return lines.join("\n");
}

export function number(value) {
  if (value === null || !Number.isFinite(value)) return "–";
  return value.toLocaleString("en", { maximumSignificantDigits: 3 });
}
