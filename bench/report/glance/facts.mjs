// The few numbers of a run that a person takes in at one glance, found among its rows.

const peers = [
  ["convict", "convict"],
  ["node-config", "node-config"],
  ["Unleash", "Unleash"],
  ["LaunchDarkly", "LaunchDarkly"],
  ["OpenFeature in-memory", "OpenFeature"],
  ["comlink call", "a call to a worker"],
];

/** The rows of the version of Node.js that ran everything, by name. */
function finder({ rows, nodes }) {
  return (suite, name) =>
    nodes
      .map((node) => rows.find((row) => row.suite === suite && row.name === name && row.node === node))
      .find(Boolean);
}

/** [{ name, isOurs, ns, factor }], quickest first; `factor`: how many times what getInt takes. Empty when reads were not measured. */
export function readCosts(run) {
  const find = finder(run);
  const own = find("reads", "getInt against Map.get, constant key, 1,000 settings");
  const handle = find("reads", "handle.value against Map.get, constant key");
  if (own === undefined || handle === undefined) return [];
  const others = peers.flatMap(([peer, name]) => {
    const row = find("reads", `getInt against ${peer}, one key`);
    return row === undefined ? [] : [{ name, isOurs: false, ns: row.baseline, factor: row.ratio }];
  });
  const all = [
    { name: "handle.value", isOurs: true, ns: handle.value, factor: handle.value / own.value },
    { name: "Map.get(key)", isOurs: false, ns: own.baseline, factor: 1 / own.ratio },
    { name: "getInt(key)", isOurs: true, ns: own.value, factor: 1 },
    ...others,
  ];
  return all.filter(({ ns, factor }) => Number.isFinite(ns) && ns !== null && factor > 0).sort((a, b) => a.ns - b.ns);
}

/** { cpu, stall }, each { ours, theirs, unit, ratio } or undefined. */
export function mainThread(run) {
  const find = finder(run);
  return {
    cpu: pair(find("isolation", "main-thread CPU at 10,000 updates/s, against in-thread")),
    stall: pair(find("isolation", "longest main-thread stall, resync of 100,000 settings, against in-thread")),
    own: pair(
      find(
        "isolation",
        "longest main-thread stall less what the thread waited for a core, resync of 100,000 settings, against in-thread",
      ),
    ),
  };
}

function pair(row) {
  if (row === undefined || row.value === null || row.baseline === null) return undefined;
  return { ours: row.value, theirs: row.baseline, unit: row.unit, ratio: row.ratio };
}

const processes = [
  ["Node.js alone", "Node.js alone", "other"],
  ["with the library imported", "library imported", "ours"],
  ["with a mock consumer", "mock consumer", "ours"],
  ["with an in-thread consumer", "in-thread consumer", "theirs"],
  ["with this library's consumer and its worker", "this consumer", "ours"],
];

/** [{ name, className, mib }]; empty when it was not measured. */
export function processCosts(run) {
  const find = finder(run);
  return processes.flatMap(([named, name, className]) => {
    const row = find("isolation", named);
    return row === undefined || row.value === null ? [] : [{ name, className, mib: row.value }];
  });
}

/** Rows of the production install, where the run has them. */
export function installRows({ rows }) {
  return rows.filter(({ id }) => id === "P19");
}
