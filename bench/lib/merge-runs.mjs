// Joins a run of one suite with what an earlier run has of the others.

/** `run`, with the suites that only `earlier` has, if it was on the same machine. */
export function keepOthers(earlier, run) {
  const measured = run.parts.map(({ suite }) => suite);
  const isKept = ({ suite }) => !measured.includes(suite);
  const parts = earlier.parts.filter(isKept);
  if (parts.length === 0 || earlier.machine.name !== run.machine.name) return run;
  const rows = inOrder([...run.rows, ...earlier.rows.filter(isKept)]);
  return {
    ...run,
    parts: inOrder([...run.parts, ...parts]),
    // The first one has everything.
    nodes: [...new Set(rows.map(({ node }) => node))],
    rows,
    details: { ...earlier.details, ...run.details },
  };
}

const order = ["reads", "isolation", "fleet"];

/** Suite by suite; otherwise as they are. */
export function inOrder(things) {
  const rank = ({ suite }) => order.indexOf(suite);
  return things.toSorted((a, b) => rank(a) - rank(b));
}
