/** Verdicts as people read them, and as programs do. Pure. */
import type { Verdict } from "../../conformance/index.js";
import { formatMs, plural } from "../terminal/format.js";
import { printable } from "../terminal/printable.js";
import type { Style, StyleName } from "../terminal/style.js";
import { wrap } from "../terminal/text.js";

const marks: { readonly [outcome in Verdict["outcome"]]: readonly [StyleName, string] } = {
  passed: ["green", "passed"],
  failed: ["red", "FAILED"],
  skipped: ["dim", "skipped"],
};
const idColumns = 26;
const timeColumns = 8;
/** Columns before the text of a scenario. */
const indent = idColumns + 1 + "skipped".length + 1 + timeColumns + 2;

/** One scenario, with a line break at its end. */
export function verdictLines(verdict: Verdict, columns: number, style: Style): string {
  const { id, outcome, promise, expected, seen, reason, ms } = verdict;
  const [color, mark] = marks[outcome];
  const time = outcome === "skipped" ? "" : formatMs(ms);
  const head = `${style("bold", id.padEnd(idColumns))} ${style(color, mark.padEnd("skipped".length))} ${style("dim", time.padStart(timeColumns))}  `;
  const width = Math.max(30, columns - indent);
  const more = [
    ...(expected === undefined ? [] : [`expected: ${expected}`]),
    ...(seen === undefined ? [] : [`seen: ${seen}`]),
    ...(reason === undefined ? [] : [reason]),
  ];
  const lines = [promise, ...more].flatMap((text) => wrap(printable(text), width));
  return `${head}${lines.join(`\n${" ".repeat(indent)}`)}\n`;
}

export function summary(verdicts: readonly Verdict[], style: Style): string {
  const count = (outcome: Verdict["outcome"]) => verdicts.filter((each) => each.outcome === outcome).length;
  const failed = count("failed");
  const skipped = count("skipped");
  const head = `${count("passed")} passed, ${failed} failed`;
  const rest = skipped === 0 ? "" : `, ${skipped} skipped`;
  return `${style(failed === 0 ? "green" : "red", head)}${rest} of ${plural(verdicts.length, "scenario")}.\n`;
}

/** For `--json`. */
export function verdictsJson(verdicts: readonly Verdict[]): object {
  return {
    ok: verdicts.every(({ outcome }) => outcome !== "failed"),
    scenarios: verdicts.map((verdict) => ({
      id: verdict.id,
      group: verdict.group,
      promise: verdict.promise,
      outcome: verdict.outcome,
      expected: verdict.expected ?? null,
      seen: verdict.seen ?? null,
      reason: verdict.reason ?? null,
      ms: Math.round(verdict.ms),
    })),
  };
}
