// The bars that the project holds itself to, and what a run says about each of them.

/** `suite`: what measures it. The bounds are with the rows, because some depend on the version of Node.js. */
export const bars = [
  { id: "P1", about: "a handle beside a plain field", suite: "reads" },
  { id: "P2", about: "a handle beside Map.get", suite: "reads" },
  { id: "P3", about: "getInt beside Map.get, constant key", suite: "reads" },
  { id: "P4", about: "getInt beside Map.get, rotating keys", suite: "reads" },
  { id: "P5", about: "getInt beside peers, as far as a Map gets there", suite: "reads" },
  { id: "P6", about: "main-thread CPU while updates flow", suite: "isolation" },
  { id: "P7", about: "longest stall of the main thread in a resync", suite: "isolation" },
  { id: "P8", about: "core agent's write to main thread's read", suite: "isolation" },
  { id: "P9", about: "sustained updates a second", suite: "isolation" },
  { id: "P10", about: "time to ready", suite: "isolation" },
  { id: "P11", about: "bytes of the region", suite: "reads" },
  { id: "P12", about: "reads in a second thread", suite: "reads" },
  { id: "P13", about: "every getter of a reader", suite: "reads" },
  { id: "P14", about: "views and their getters", suite: "reads" },
  { id: "P15", about: "bindings", suite: "reads" },
  { id: "P16", about: "a thousand subscribers of one core agent", suite: "fleet" },
  { id: "P17", about: "CPU of all threads while updates flow", suite: "isolation" },
  { id: "P18", about: "memory", suite: "isolation" },
  { id: "P19", about: "a production install, and importing it", suite: "package" },
  { id: "P20", about: "change sets that are seen as half", suite: "isolation" },
  { id: "P21", about: "large YAML files", suite: "fleet" },
  { id: "P22", about: "the store of a fleet, etcd", suite: "fleet" },
];

export function isBar(id) {
  return /^P\d+$/.test(id);
}

/** The place of a bar among the bars. */
export function barNumber(id) {
  return Number(id.slice(1));
}

/**
 * For each bar { id, about, rows, met, missed, unmeasured, why }: its rows that have a bound, how many of them met it, missed it, or have no
 * number to judge; and `why` none of them has one.
 */
export function verdicts({ rows, parts, absent = {} }) {
  const ran = parts.map(({ suite }) => suite);
  return bars.map(({ id, about, suite }) => {
    const own = rows.filter((row) => row.id === id && hasBound(row));
    const count = (ok) => own.filter((row) => row.ok === ok).length;
    const counts = { met: count(true), missed: count(false), unmeasured: count(null) };
    if (counts.met + counts.missed > 0) return { id, about, rows: own, ...counts };
    return { id, about, rows: own, ...counts, why: absent[id] ?? reason({ own, suite, ran }) };
  });
}

function reason({ own, suite, ran }) {
  if (own.length > 0) return "this system does not report what it needs";
  return ran.includes(suite) ? "not part of this run" : `the suite ${suite} has not been run`;
}

export function hasBound({ bar }) {
  return bar !== null;
}

/** How many rows with a bound met it and missed it, over all bars, and how many bars have no such row. */
export function countVerdicts(run) {
  const all = verdicts(run);
  const sum = (what) => all.reduce((total, verdict) => total + verdict[what], 0);
  return {
    met: sum("met"),
    missed: sum("missed"),
    bars: {
      met: all.filter(({ met, missed }) => met > 0 && missed === 0).length,
      missed: all.filter(({ missed }) => missed > 0),
      unmeasured: all.filter(({ why }) => why !== undefined),
    },
  };
}
