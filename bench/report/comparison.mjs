// How a run agrees with an earlier one, row by row where it does not.
import { number } from "./numbers.mjs";

/** Lines of a table, a row for each one that left its spread or turned its bar, and the summary as the last line. */
export function comparisonTable(comparison) {
  const left = comparison.others.map((row) => [row, "left its spread"]);
  const turned = comparison.turned.map((row) => [
    row,
    row.ok ? "its bar, missed before, is met" : "its bar, met before, is missed",
  ]);
  const rows = [...left, ...turned].map(
    ([{ node, id, name, now, before, unit }, what]) =>
      `| ${node} | ${id} | ${name} | ${range(now, unit)} | ${range(before, unit)} | ${what} |`,
  );
  const head = ["| | | row | now | before | |", "|---|---|---|---|---|---|"];
  return [...(rows.length === 0 ? [] : [...head, ...rows, ""]), comparisonSummary(comparison)].join("\n");
}

/** A row that differs, in one line. */
export function comparisonLine({ node, id, name, now, before, unit }) {
  return `${id} ${name} (Node.js ${node.slice(1)}): ${range(now, unit)}, before ${range(before, unit)}`.trim();
}

/** One line. */
export function comparisonSummary({ against, compared, agreeing, byChance, turned, skipped }) {
  if (compared === 0)
    return `Not compared with ${against}: it has no row of this machine and these versions of Node.js that both measured more than once.`;
  const parts = [
    `Compared with ${against}: the spreads of ${agreeing} of ${compared} rows overlap, and those of ${compared - agreeing} do not`,
    `about ${Math.round(byChance)} would by chance alone, with so few processes a row`,
    turned.length > 1
      ? `${turned.length} bars changed their verdict`
      : `${turned.length === 0 ? "no" : 1} bar changed its verdict`,
  ];
  const { withoutSpread, new: isNew } = skipped;
  const left = [
    withoutSpread > 0 ? `${withoutSpread} measured once` : "",
    isNew > 0 ? `${isNew} that it lacks` : "",
  ].filter((text) => text !== "");
  return `${parts.join("; ")}${left.length === 0 ? "" : `; not compared: ${left.join(", ")}`}.`;
}

function range({ median, low, high }, unit) {
  return `${number(median)} ${unit} (${number(low)}–${number(high)})`;
}
