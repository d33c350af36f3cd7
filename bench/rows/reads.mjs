// Rows of the reading path, from the results of its scenarios.
import { summary } from "../lib/distribution.mjs";
import { judgedPeers, peers } from "../peers/names.mjs";
import { getIntName, handleName, peerName } from "./names.mjs";
import { row } from "./row.mjs";

export function readRows(results, major) {
  const rows = [];
  const isOld = major <= 20;
  const of = (name) => results.get(name);
  const add = (id, name, pairs, bar, more = {}) => {
    const [subjects, baselines] = [
      pairs.map(([subject]) => subject.median),
      pairs.map(([, baseline]) => baseline.median),
    ];
    rows.push(row({ suite: "reads", id, name, unit: "ns", subjects, baselines, bar: bar && { atMost: bar }, ...more }));
  };
  const small = of("keys 1000");
  const constant = (subject, baseline) => small.map((run) => [run.constant[subject], run.constant[baseline]]);
  const rotating = (runs, subject, baseline) => runs.map((run) => [run.rotating[subject], run.rotating[baseline]]);

  add("P1", "handle.value against a field getter", constant("handle.value", "field"), isOld ? 2 : 3);
  add("P2", handleName, constant("handle.value", "Map.get"), 0.3);
  add("P3", getIntName, constant("getInt", "Map.get"), 1.25);
  add(
    "P4",
    "getInt against Map.get, rotating keys, 1,000 settings",
    rotating(small, "getInt", "Map.get"),
    major >= 26 ? 1.6 : 1.4,
  );
  add(
    "P4",
    "getInt against Map.get, rotating keys, 100,000 settings",
    rotating(of("keys 100000"), "getInt", "Map.get"),
    major >= 26 ? 1.6 : 1.2,
  );
  add(
    "control",
    "a Map.get behind two ordinary fields that are compared, against Map.get, rotating keys, 1,000 settings",
    rotating(small, "guarded Map.get", "Map.get"),
  );
  for (const peer of Object.keys(peers)) {
    const runs = of(`peer ${peer}`);
    if (runs === undefined) continue;
    rows.push(peerRow("", "getInt", peer, runs));
    if (!judgedPeers.includes(peer)) continue;
    // What anything that looks a key up can reach: a Map does nothing else.
    rows.push(peerRow("limit", "Map.get", peer, runs));
    rows.push(
      row({
        suite: "reads",
        id: "P5",
        name: `getInt beside ${peer}, as a share of the speed that Map.get reaches there`,
        unit: "ns",
        subjects: runs.map(({ results }) => results.getInt.median),
        baselines: runs.map(({ results }) => results["Map.get"].median),
        bar: { atLeast: 0.78 },
        isSpeedUp: true,
      }),
    );
  }
  for (const what of ["handle.value", "getInt"]) {
    const pairs = of("second thread").map(({ together, alone }) => [together[what], alone[what]]);
    add("P12", `${what} in a second thread while the first reads, against alone`, pairs, 1.1);
  }
  add(
    "",
    "getInt of a missing key against Map.get of one, 1,000 settings",
    rotating(small, "getInt, missing key", "Map.get, missing key"),
  );
  add("", "view.getInt against Map.get, constant key, 1,000 settings", constant("view.getInt", "Map.get"));
  add(
    "P14",
    "view.getInt against Map.get, rotating keys, 1,000 settings",
    rotating(small, "view.getInt", "Map.get"),
    2,
  );
  gettersRows(of("getters"), isOld, add);
  add("P15", "binding.value of 10 keys, unchanged, against handle.value", constant("binding.value", "handle.value"), 2);
  rows.push(...rowsAfterUpdate(of, add));
  add("noise", "the same loop measured twice, a field", constant("field again", "field"));
  add("noise", "the same loop measured twice, Map.get over rotating keys", rotating(small, "Map.get again", "Map.get"));
  add(
    "harness",
    "an empty call of the harness, for each read of a loop",
    small.map((run) => [run.overhead, run.constant.field]),
  );
  for (const size of [100, 1_000_000]) {
    const runs = of(`keys ${size}`);
    if (runs === undefined) continue;
    const named = size.toLocaleString("en");
    add(
      "",
      `getInt against Map.get, constant key, ${named} settings`,
      runs.map((run) => [run.constant.getInt, run.constant["Map.get"]]),
    );
    add("", `getInt against Map.get, rotating keys, ${named} settings`, rotating(runs, "getInt", "Map.get"));
  }
  rows.push(...mainRows(of, add));
  return rows;
}

/**
 * Each getter, and the slowest of them, by which all are judged: the one whose median over the processes is the highest. The slowest in
 * each process would be the one that was disturbed there, and the more getters there are, the slower.
 */
function gettersRows(runs, isOld, add) {
  const named = "against Map.get, rotating keys, 1,000 settings";
  const against = (subject) => (results) => [results[subject], results["Map.get"]];
  const ratio = (pairs) => summary(pairs.map(([subject, baseline]) => subject.median / baseline.median)).median;
  const slowest = (subject) =>
    Object.keys(runs[0].results)
      .map((getter) => runs.map(({ results }) => against(subject)(results[getter])))
      .reduce((a, b) => (ratio(a) < ratio(b) ? b : a));
  add("P13", `the slowest getter of a reader ${named}`, slowest("reader"), isOld ? 1.5 : 1.8);
  add("P14", `the slowest getter of a view ${named}`, slowest("view"), 2);
  for (const getter of Object.keys(runs[0].results)) {
    const pairs = runs.map(({ results }) => against("reader")(results[getter]));
    add("", `${getter} ${named}, a type of its own`, pairs);
  }
}

function peerRow(id, subject, peer, runs) {
  return row({
    suite: "reads",
    id,
    name: peerName(subject, peer),
    unit: "ns",
    subjects: runs.map(({ results }) => results[subject].median),
    baselines: runs.map(({ results }) => results.peer.median),
    isSpeedUp: true,
  });
}

/** What is measured on one version only. */
function mainRows(of, add) {
  if (of("region bytes") === undefined) return [];
  const memory = of("region bytes");
  const p11 = row({
    suite: "reads",
    id: "P11",
    name: "region bytes against msgpack bytes, 100,000 settings",
    unit: "bytes",
    subjects: memory.map(({ regionBytes }) => regionBytes),
    baselines: memory.map(({ msgpackBytes }) => msgpackBytes),
    bar: { atMost: 2 },
  });
  for (const getter of Object.keys(of("real settings")[0].results)) {
    const pairs = of("real settings").map(({ results }) => [
      results[getter].costs.getter,
      results[getter].costs["Map.get"],
    ]);
    const { keys } = of("real settings")[0].results[getter];
    add("", `${getter} against Map.get, the real agent's ${keys} settings of its type`, pairs);
  }
  for (const { rate } of of("under updates")[0].rates) {
    const pairs = of("under updates").map(({ rates }) => rates.find((entry) => entry.rate === rate).costs);
    for (const what of ["handle.value", "getInt"]) {
      const name = `${what} against Map.get, under ${rate.toLocaleString("en")} updates/s`;
      add(
        "",
        name,
        pairs.map((costs) => [costs[what], costs["Map.get"]]),
      );
    }
  }
  return [p11];
}

/** What the first read after a change costs. */
function rowsAfterUpdate(of, add) {
  const rows = [];
  for (const size of [1_000, 100_000]) {
    const runs = of(`after update ${size}`);
    const named = `${size.toLocaleString("en")} settings`;
    const against = (subject, baseline) => runs.map(({ results }) => [results[subject], results[baseline]]);
    const inItself = (id, name, what) => {
      const subjects = runs.map(({ results }) => results[what].median);
      rows.push(row({ suite: "reads", id, name, unit: "ns", subjects, bar: { atMost: 5_000, of: "value" } }));
    };
    for (const what of ["getInt", "handle.value"]) {
      add("", `first ${what} after a change against the second read, ${named}`, against(what, "getInt again"));
    }
    inItself("P14", `view() after one change, ${named}`, "view()");
    inItself("P15", `first value of a binding of 10 keys after one of them changed, ${named}`, "binding.value");
  }
  return rows;
}
