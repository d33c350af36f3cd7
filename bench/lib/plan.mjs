// What is run: scenarios with their arguments, how often, and about how long each takes.
import { judgedPeers, peers } from "../peers/names.mjs";

export const contenders = ["library", "in-thread", "clone mirror"];
/** No bar is about it: one process shows where it stands. */
const isOnlyShown = (who) => who === "clone mirror";
const slowestPeer = "comlink call";
/** What is judged is near its bound, and differs more from process to process than it is away from it. */
const processesOf = (peer) => (peer === slowestPeer ? 3 : judgedPeers.includes(peer) ? 5 : 2);
export const flowRates = [0, 1_000, 10_000, 30_000];
export const propagationRates = [100, 1_000, 10_000];

/**
 * Jobs of a run: { suite, name, file, args, processes, seconds }. Each process counts as one sample, since where code and
 * tables happen to lie differs from process to process by more than rounds of one process do. `isMain`: on the version of
 * Node.js that runs everything; other versions repeat what the bars of the reading path need.
 */
export function planReads({ quick, isMain }) {
  const effort = quick ? { rounds: 1, cpuMs: 8 } : { rounds: 3, cpuMs: 30 };
  const few = quick ? 1 : 3;
  const singles = quick ? 2_000 : 100_000;
  const changes = quick ? { rounds: 5, singles: 500 } : { rounds: 40, singles: 5_000 };
  const job = (name, file, args, processes, seconds) => ({ suite: "reads", name, file, args, processes, seconds });
  const keys = (size, processes, seconds, more = {}) =>
    job(`keys ${size}`, "reads/keys.mjs", { size, ...effort, ...more }, processes, quick ? seconds / 2 : seconds);
  const jobs = [
    keys(1_000, quick ? 1 : isMain ? 7 : 5, 3.2, { singles: isMain ? singles : 0 }),
    keys(100_000, quick ? 1 : isMain ? 5 : 3, 3.8),
    ...[1_000, 100_000].map((size) =>
      job(`after update ${size}`, "reads/after-update.mjs", { size, changed: 500, ...changes }, few, quick ? 1 : 1.5),
    ),
    // Of many getters one is disturbed in any single round, also in a quick run, and one or two in a process: the slowest is judged.
    job("getters", "reads/getters.mjs", { size: 1_000, ...effort, rounds: 3 }, quick ? 1 : 5, quick ? 6 : 8.4),
    job("second thread", "reads/second-thread.mjs", effort, quick ? 1 : isMain ? 5 : 3, quick ? 1 : 1.5),
    ...(isMain ? Object.keys(peers) : judgedPeers).map((peer) =>
      job(
        `peer ${peer}`,
        "reads/peers.mjs",
        // Single reads are shown for the main version only.
        { peer, size: 1_000, ...effort, singles: quick ? 500 : isMain ? 20_000 : 1_000 },
        quick ? 1 : processesOf(peer),
        quick ? 1 : peer !== slowestPeer ? 1.6 : isMain ? 6.5 : 2.5,
      ),
    ),
  ];
  if (!isMain) return jobs;
  const updates = { size: 1_000, rates: [0, 100, 10_000], singles, ...effort };
  return [
    ...jobs,
    job("region bytes", "reads/region-bytes.mjs", { size: 100_000 }, 1, 1),
    keys(100, quick ? 1 : 2, 3.5),
    job("real settings", "reads/real.mjs", effort, few, quick ? 1.5 : 4),
    job("under updates", "reads/under-updates.mjs", updates, few, quick ? 1.5 : 4),
    ...(quick ? [] : [keys(1_000_000, 1, 16)]),
  ];
}

export function planIsolation({ quick }) {
  const few = quick ? 1 : 3;
  const job = (name, file, args, processes, seconds) => ({ suite: "isolation", name, file, args, processes, seconds });
  const jobs = [];
  const each = (whos, make) => {
    for (const who of whos) jobs.push(make(who));
  };
  const flow = {
    size: 1_000,
    rates: quick ? [0, 10_000] : flowRates,
    // What the harness's own timers and messages cost the main thread stays well below what is measured.
    cpuMs: quick ? 800 : 2_000,
    delayMs: quick ? 300 : 2_000,
  };
  const often = (who) => (isOnlyShown(who) ? 1 : few);
  each(contenders, (who) => job(`flow ${who}`, "isolation/flow.mjs", { who, ...flow }, often(who), quick ? 5 : 21));
  const propagation = { size: 1_000, rates: propagationRates, ms: quick ? 500 : 2_500, napMs: 0.02 };
  each(quick ? contenders.filter((who) => !isOnlyShown(who)) : contenders, (who) =>
    job(`propagation ${who}`, "isolation/propagation.mjs", { who, ...propagation }, often(who), quick ? 3.5 : 12.5),
  );
  // The kernel wakes a thread that naps some 50 µs late, which is no part of what the library takes.
  if (!quick) {
    const restless = { who: "library", ...propagation, napMs: 0 };
    jobs.push(job("propagation restless", "isolation/propagation.mjs", restless, few, 12.5));
  }
  // Single processes differ by more than what guards cost.
  const sustained = { size: 1_000, updates: quick ? 40_000 : 100_000, times: quick ? 3 : 5 };
  each(["library", "guarded", "counting"], (who) =>
    job(`sustained ${who}`, "isolation/sustained.mjs", { who, ...sustained }, few, quick ? 3 : 6),
  );
  for (const what of ["nothing", "import", "mock"])
    jobs.push(job(`memory ${what}`, "isolation/memory.mjs", { what }, few, 1));
  for (const size of quick ? [0, 10_000] : [0, 1_000, 10_000, 100_000, 1_000_000]) {
    const processes = quick ? 1 : ({ 0: 5, 100000: 9, 1000000: 3 }[size] ?? 2);
    const seconds = 1.3 + size / 100_000;
    each(["library", "counting", "in-thread", ...(size === 10_000 || size === 100_000 ? ["guarded"] : [])], (who) =>
      job(`ready ${size} ${who}`, "isolation/ready.mjs", { who, size }, processes, seconds),
    );
  }
  for (const size of quick ? [1_000, 10_000] : [1_000, 10_000, 100_000, 1_000_000]) {
    const times = quick || size > 100_000 ? 1 : 4;
    const seconds = 1.5 + (times + 3) * (0.8 + size / 300_000);
    // At a million settings it takes most of a minute, and shows no more than at a hundred thousand.
    const whos = contenders.filter((who) => !isOnlyShown(who) || (size <= 100_000 && (size === 1_000 || !quick)));
    each(whos, (who) =>
      job(
        `resync ${size} ${who}`,
        "isolation/resync.mjs",
        { who, size, times },
        // The machine's own late timers hit single processes.
        size === 100_000 && !isOnlyShown(who) && !quick ? 4 : 1,
        quick ? seconds / 1.5 : seconds,
      ),
    );
  }
  const looks = quick ? 3_000 : 1_000_000;
  jobs.push(job("change sets", "isolation/change-sets.mjs", { looks }, 1, quick ? 6 : 17));
  return jobs;
}

export function planPackage({ quick }) {
  const job = { suite: "package", name: "installation", file: "package/installation.mjs", args: {}, processes: 1 };
  // Fetching packages takes what it takes: too long to be quick.
  return quick ? [] : [{ ...job, seconds: 25 }];
}

/** `hasEtcd`: whether etcd can be started; what needs it is left out otherwise. */
export function planFleet({ quick, hasEtcd }) {
  const job = (name, file, args, processes, seconds) => ({ suite: "fleet", name, file, args, processes, seconds });
  const few = quick ? 1 : 3;
  const herd = quick ? { subscribers: 50, changes: 5 } : { subscribers: 1_000, changes: 100 };
  const pace = { rate: 10_000, ms: quick ? 300 : 3_000 };
  const jobs = [
    ...["agent", "bare"].map((who) => job(`fan-out ${who}`, "fleet/fan-out.mjs", { who, ...herd }, few, quick ? 3 : 7)),
    job(
      "yaml",
      "fleet/yaml.mjs",
      quick ? { sizes: [1_000, 4_000], times: 1 } : { sizes: [50_000, 200_000], times: 5 },
      few,
      quick ? 1 : 5,
    ),
    ...["agent", "alone", "nothing"].map((who) =>
      job(`history ${who}`, "fleet/history.mjs", { who, ...pace }, few, quick ? 1.5 : 7),
    ),
  ];
  if (!hasEtcd) return jobs;
  const store = quick ? { changes: 20, keys: 500, times: 1 } : { changes: 500, keys: 10_000, times: 9 };
  return [...jobs, job("store", "fleet/store.mjs", store, few, quick ? 5 : 6)];
}

/** Seconds that jobs take, about. */
export function expectedSeconds(jobs) {
  return jobs.reduce((sum, { processes, seconds }) => sum + processes * seconds, 0);
}

/** The suite of a scenario, by its name; `undefined` when no run has it any more. */
export function suiteOfJob(name) {
  return everyJob().find((job) => job.name === name)?.suite;
}

function everyJob() {
  return [true, false].flatMap((quick) => [
    ...planReads({ quick, isMain: true }),
    ...planIsolation({ quick }),
    ...planFleet({ quick, hasEtcd: true }),
    ...planPackage({ quick }),
  ]);
}
