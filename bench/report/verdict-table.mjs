// One line a bar, whether it could be measured or not.
import { countVerdicts, verdicts } from "../runs/bars.mjs";
import { boundText, judgedText, majorOf } from "./numbers.mjs";

export function verdictTable(run) {
  const lines = verdicts(run).map(
    (verdict) => `| ${verdict.id} | ${verdict.about} | ${verdictText(verdict)} | ${missedText(verdict)} |`,
  );
  return ["| bar | of | verdict | where missed |", "|---|---|---|---|", ...lines].join("\n");
}

/** How many rows and bars; how many of them met. */
export function verdictSummary(run) {
  const { met, missed, bars } = countVerdicts(run);
  const rows = `${met} of ${met + missed} rows with a bound are met`;
  const all = `${bars.met} bars in full, ${bars.missed.length} in part or not, ${bars.unmeasured.length} not measured here`;
  return `${rows}; ${all}.`;
}

export function verdictText({ met, missed, unmeasured, why }) {
  if (why !== undefined) return `not measured: ${why}`;
  const rest = unmeasured > 0 ? `, ${unmeasured} not measured` : "";
  return missed === 0 ? `✓ ${met} of ${met}${rest}` : `**✗** ${met} of ${met + missed}${rest}`;
}

function missedText({ rows }) {
  return rows
    .filter(({ ok }) => ok === false)
    .map((row) => `${row.name} (Node.js ${majorOf(row.node)}): ${judgedText(row)}, bound ${boundText(row)}`)
    .join("; ");
}
