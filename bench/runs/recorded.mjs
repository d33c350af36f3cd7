// What was recorded before, in whatever form an earlier version of the benchmarks wrote it.
import { existsSync, readFileSync } from "node:fs";
import { bars } from "./bars.mjs";

const fields = {
  id: "",
  unit: "",
  value: null,
  valueLow: null,
  valueHigh: null,
  baseline: null,
  baselineName: null,
  ratio: null,
  low: null,
  high: null,
  samples: 1,
  bar: null,
  barIs: null,
  isSpeedUp: false,
  ok: null,
  node: "",
};

/** The JSON of a file; `undefined` when there is no such file. A file that holds no JSON is an error that names it. */
export function readRecorded(file) {
  if (!existsSync(file)) return undefined;
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new Error(`${file} holds no JSON (${error.message}); restore it, or delete it to begin anew.`);
  }
}

/**
 * Rows of results (a list) or of a run (an object with `rows`). What an older form lacks is filled in; `strange` counts the rows of which
 * it cannot be known what they are or which suite they belong to.
 */
export function rowsOf(recorded) {
  const found = Array.isArray(recorded) ? recorded : recorded?.rows;
  if (!Array.isArray(found)) return { rows: [], strange: 0 };
  const rows = found.filter(isRow).map(completed);
  return { rows, strange: found.length - rows.length };
}

function isRow(row) {
  return typeof row?.name === "string" && suiteOf(row) !== undefined;
}

/** The first form knew no suites. */
function suiteOf({ suite, id }) {
  return suite ?? bars.find((bar) => bar.id === id)?.suite;
}

/** What is there stays where it is, so that files do not change by being read. */
function completed(row) {
  const missing = Object.entries({ ...fields, suite: suiteOf(row) }).filter(([name]) => row[name] === undefined);
  return { ...row, ...Object.fromEntries(missing) };
}
