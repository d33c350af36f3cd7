// The few numbers of a run that a person takes in at one glance, found among its rows.
import { getIntName, handleName, mainCpuName, peerName, processNames, stallName } from "../../rows/names.mjs";

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
  const own = find("reads", getIntName);
  const handle = find("reads", handleName);
  if (own === undefined || handle === undefined) return [];
  const others = peers.flatMap(([peer, name]) => {
    const row = find("reads", peerName("getInt", peer));
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
    cpu: pair(find("isolation", mainCpuName(10_000))),
    stall: pair(find("isolation", stallName("100,000 settings"))),
  };
}

function pair(row) {
  if (row === undefined || row.value === null || row.baseline === null) return undefined;
  return { ours: row.value, theirs: row.baseline, unit: row.unit, ratio: row.ratio };
}

const processes = [
  [processNames.nothing, "Node.js alone", "other"],
  [processNames.import, "library imported", "ours"],
  [processNames.mock, "mock consumer", "ours"],
  [processNames.inThread, "in-thread consumer", "theirs"],
  [processNames.library, "this consumer", "ours"],
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
