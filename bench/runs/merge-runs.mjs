// Joins a run of one suite with what was recorded of the others.
import { suiteOfJob } from "../lib/plan.mjs";
import { rowsOf } from "./recorded.mjs";

/**
 * `run`, with the suites that it has not measured. `results`: what results.json holds, in any form; `lastRun`: the last run that was made
 * here, which has what charts are drawn from, but can be older than `results`. Gives the run, and a sentence about each thing that was left
 * out.
 */
export function keepOthers(run, { results, lastRun }) {
  const notes = [];
  const [published, local] = [results, lastRun].map((recorded) => kept(recorded, run));
  for (const [name, { strange, elsewhere }] of [
    ["results.json", published],
    ["the last run", local],
  ]) {
    if (strange > 0)
      notes.push(`${strange} rows of ${name} were left out: they do not say what they are, or of which suite.`);
    for (const [machine, count] of elsewhere)
      notes.push(`${count} rows of ${name} were left out: they are of another machine, "${machine}".`);
  }
  const suites = inOrder(
    [...new Set([...published.bySuite.keys(), ...local.bySuite.keys()])].map((suite) => ({ suite })),
  );
  const rows = [...run.rows];
  const parts = [...run.parts];
  let details = run.details;
  for (const { suite } of suites) {
    const [recorded, own] = [published.bySuite.get(suite), local.bySuite.get(suite)];
    rows.push(...(recorded ?? own));
    if (recorded === undefined || areSame(recorded, own)) {
      parts.push(lastRun.parts?.find((part) => part.suite === suite) ?? { suite });
      details = { ...detailsOf(suite, lastRun), ...details };
      continue;
    }
    parts.push({ suite });
    notes.push(
      `The rows of ${suite} are those of results.json; no run of them is at hand here, so its charts are not drawn.`,
    );
  }
  const all = inOrder(rows);
  return {
    run: {
      ...run,
      parts: inOrder(parts),
      nodes: versionsIn(all),
      rows: all,
      details,
      absent: { ...lastRun?.absent, ...run.absent },
    },
    notes,
  };
}

/** A run of which only the rows are known: nothing that charts are drawn from. */
export function runOfRows(results, { machine, packages }) {
  const rows = inOrder(rowsOf(results).rows);
  const suites = [...new Set(rows.map(({ suite }) => suite))];
  return {
    parts: suites.map((suite) => ({ suite })),
    quick: false,
    machine: { ...machine, name: rows[0]?.machine ?? machine.name },
    nodes: versionsIn(rows),
    packages,
    rows,
    details: {},
  };
}

/** A run as it was recorded, in any form: what is not known of it is as in `runOfRows`. */
export function runOf(recorded, facts) {
  const run = runOfRows(recorded, facts);
  const machine = typeof recorded.machine?.name === "string" ? recorded.machine : run.machine;
  return { ...run, ...recorded, machine, rows: run.rows };
}

/** What charts of a suite are drawn from. */
function detailsOf(suite, { details = {} }) {
  return Object.fromEntries(Object.entries(details).filter(([name]) => suiteOfJob(name) === suite));
}

/** Rows of suites that `run` has not measured, by suite; and how many of them were made on which other machine. */
function kept(recorded, run) {
  const measured = run.parts.map(({ suite }) => suite);
  const { rows, strange } = rowsOf(recorded);
  const bySuite = new Map();
  const elsewhere = new Map();
  for (const row of rows.filter(({ suite }) => !measured.includes(suite))) {
    const isHere = row.machine === undefined || row.machine === run.machine.name;
    if (isHere) bySuite.set(row.suite, [...(bySuite.get(row.suite) ?? []), row]);
    else elsewhere.set(row.machine, (elsewhere.get(row.machine) ?? 0) + 1);
  }
  return { bySuite, elsewhere, strange };
}

function areSame(rows, others) {
  return JSON.stringify(rows) === JSON.stringify(others);
}

/** The first one has everything. */
function versionsIn(rows) {
  return [...new Set(rows.map(({ node }) => node))].filter((node) => node !== "");
}

const order = ["reads", "isolation", "fleet", "package"];

/** Suite by suite; otherwise as they are. Suites that are no longer known come last. */
export function inOrder(things) {
  const rank = ({ suite }) => (order.includes(suite) ? order.indexOf(suite) : order.length);
  return things.toSorted((a, b) => rank(a) - rank(b));
}
