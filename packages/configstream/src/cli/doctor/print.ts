/** A diagnosis as people read it. Pure. */
import { formatMs } from "../terminal/format.js";
import { printable } from "../terminal/printable.js";
import type { Style, StyleName } from "../terminal/style.js";
import { wrap } from "../terminal/text.js";
import type { CheckResult, Diagnosis } from "./run.js";

const marks: { readonly [outcome in CheckResult["outcome"]]: readonly [StyleName, string] } = {
  ok: ["green", "✓"],
  warn: ["yellow", "!"],
  fail: ["red", "✗"],
  skip: ["dim", "–"],
};

const titleColumns = 16;
const timeColumns = 8;
/** Columns before the text of a check. */
const indent = 2 + titleColumns + 1 + timeColumns + 2;

/** One check, with a line break at its end. */
export function checkLines({ title, outcome, detail, advice, ms }: CheckResult, columns: number, style: Style): string {
  const [color, mark] = marks[outcome];
  const width = Math.max(30, columns - indent);
  const time = outcome === "skip" ? "" : formatMs(ms);
  const head = `${style(color, mark)} ${style(outcome === "skip" ? "dim" : "bold", title.padEnd(titleColumns))} ${style("dim", time.padStart(timeColumns))}  `;
  const text = wrap(printable(detail), width).map((line) => (outcome === "skip" ? style("dim", line) : line));
  const todo =
    advice === undefined ? [] : wrap(printable(advice), width - 2).map((line, row) => adviceLine(line, row, style));
  const blank = " ".repeat(indent);
  return `${head}${[...text, ...todo].join(`\n${blank}`)}\n`;
}

function adviceLine(line: string, row: number, style: Style): string {
  return row === 0 ? `${style("cyan", "→")} ${line}` : `  ${line}`;
}

/** What follows from all checks. */
export function verdict({ ok, results, cause }: Diagnosis, columns: number, style: Style): string {
  const count = (outcome: CheckResult["outcome"]) => results.filter((result) => result.outcome === outcome).length;
  if (ok) {
    const warnings = count("warn");
    const but = warnings === 0 ? "" : `, ${warnings} with a warning`;
    return `${style("green", `All ${results.length} checks passed`)}${but}: a consumer with these options would be live.\n`;
  }
  const also = count("fail") > 1 ? ` (${count("fail")} checks failed; mend this one first)` : "";
  const head = `Failed: ${cause?.title}`;
  const lines = wrap(`${head}${also}. ${printable(cause?.detail ?? "")}`, columns).join("\n");
  return `${style("red", head)}${lines.slice(head.length)}\n`;
}

/** For `--json`. */
export function diagnosisJson({ ok, results, cause }: Diagnosis): object {
  return {
    ok,
    cause: cause?.id ?? null,
    checks: results.map(({ id, outcome, ms, detail, advice }) => {
      return { id, outcome, ms: Math.round(ms * 1_000) / 1_000, detail, advice: advice ?? null };
    }),
  };
}
