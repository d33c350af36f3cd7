// Rows of the isolation suite, from the results of its scenarios.
import { mainCpuName, processNames, stallName } from "./names.mjs";
import { row } from "./row.mjs";

const inThread = "in-thread";

export function isolationRows(results) {
  const suite = "isolation";
  const of = (name) => results.get(name);
  const pick = (name, value) => of(name).map(value);
  const rows = [];
  const add = (options) => rows.push(row({ suite, ...options }));

  for (const { rate } of of("flow library")[0].rates) {
    const at = (who, value) => pick(`flow ${who}`, ({ rates }) => value(rates.find((entry) => entry.rate === rate)));
    const named = `${rate.toLocaleString("en")} updates/s`;
    const cpu = (who) => at(who, ({ mainPercent }) => mainPercent);
    const isBar = rate === 10_000;
    add({
      id: isBar ? "P6" : "",
      name: mainCpuName(rate),
      unit: "% of a core",
      subjects: cpu("library"),
      baselines: cpu(inThread),
      bar: isBar ? { atMost: 1 / 200 } : undefined,
    });
    add({
      name: `main-thread CPU at ${named}, clone mirror against in-thread`,
      unit: "% of a core",
      subjects: cpu("clone mirror"),
      baselines: cpu(inThread),
    });
    const all = (who) => at(who, ({ processPercent }) => processPercent);
    add({
      id: isBar ? "P17" : "",
      name: `CPU of all threads at ${named}, against in-thread`,
      unit: "% of a core",
      subjects: all("library"),
      baselines: all(inThread),
      bar: isBar ? { atMost: 1.4 } : undefined,
    });
    const delay = (who) => at(who, (entry) => entry.delay.p99);
    add({
      name: `event-loop delay p99 at ${named}, against in-thread`,
      unit: "ms",
      subjects: delay("library"),
      baselines: delay(inThread),
    });
  }
  for (const size of sizes(results, "resync")) {
    const stall = (who) => pick(`resync ${size} ${who}`, (run) => run.stall.median);
    const isBar = size === 100_000;
    add({
      name: stallName(named(size)),
      unit: "ms",
      subjects: stall("library"),
      baselines: stall(inThread),
    });
    if (of(`resync ${size} clone mirror`) !== undefined) {
      add({
        name: `longest main-thread stall, resync of ${named(size)}, clone mirror against in-thread`,
        unit: "ms",
        subjects: stall("clone mirror"),
        baselines: stall(inThread),
      });
    }
    const own = (who) => pick(`resync ${size} ${who}`, (run) => run.ownStall.median);
    // Where the kernel does not report it, there is no such row.
    if (own("library").every(Number.isFinite)) {
      add({
        id: isBar ? "P7" : "",
        name: `longest main-thread stall less what the thread waited for a core, resync of ${named(size)}, against in-thread`,
        unit: "ms",
        subjects: own("library"),
        baselines: own(inThread),
        bar: isBar ? { atMost: 1, of: "value" } : undefined,
      });
    }
    const inTick = (who) => pick(`resync ${size} ${who}`, (run) => run.cpuInTick.median);
    if (inTick("library").every(Number.isFinite)) {
      add({
        name: `most CPU time that the main thread used between two ticks of 1 ms, resync of ${named(size)}, against in-thread`,
        unit: "ms",
        subjects: inTick("library"),
        baselines: inTick(inThread),
      });
    }
    const cpu = (who) => pick(`resync ${size} ${who}`, (run) => run.threadMs.median);
    add({
      name: `main-thread CPU during a resync of ${named(size)}, against in-thread`,
      unit: "ms",
      subjects: cpu("library"),
      baselines: cpu(inThread),
    });
    const visible = (who) => pick(`resync ${size} ${who}`, (run) => run.visible.median);
    add({
      name: `resync of ${named(size)}: until it can be read, against in-thread`,
      unit: "ms",
      subjects: visible("library"),
      baselines: visible(inThread),
    });
  }
  if (of("resync 100000 library") !== undefined) {
    const idle = pick("resync 100000 library", (run) => run.idleMax);
    add({
      id: "noise",
      name: "longest event-loop delay of an idle process within half a second",
      unit: "ms",
      subjects: idle,
    });
  }
  propagation(of, add);
  const rate = (who) => pick(`sustained ${who}`, (run) => run.rate.median);
  add({
    id: "P9",
    name: "sustained updates/s, against a bare stream that only counts",
    unit: "/s",
    subjects: rate("library"),
    baselines: rate("counting"),
    bar: { atLeast: 0.8 },
  });
  add({
    id: "P9",
    name: "sustained updates/s with 2,000 guards, against none",
    unit: "/s",
    subjects: rate("guarded"),
    baselines: rate("library"),
    bar: { atLeast: 1 / 1.15 },
  });
  for (const size of sizes(results, "ready").filter((each) => of(`ready ${each} guarded`) !== undefined)) {
    const ms = (who) => pick(`ready ${size} ${who}`, (run) => run.ms);
    add({
      id: size === 100_000 ? "P10" : "",
      name: `time to ready with 2,000 guards, ${named(size)}, against none`,
      unit: "ms",
      subjects: ms("guarded"),
      baselines: ms("library"),
      bar: size === 100_000 ? { atMost: 1.15 } : undefined,
    });
  }
  for (const size of sizes(results, "ready")) {
    const ms = (who) => pick(`ready ${size} ${who}`, (run) => run.ms);
    const bar = { 0: 1.3, 100000: 1.4, 1000000: 1.6 }[size];
    add({
      id: bar === undefined ? "" : "P10",
      name: `time to ready, ${named(size)}, against a bare stream's decoding`,
      unit: "ms",
      subjects: ms("library"),
      baselines: ms("counting"),
      bar: bar && { atMost: bar },
    });
  }
  memory(results, add);
  const looks = of("change sets")[0].looks.toLocaleString("en");
  add({
    id: "P20",
    name: `change sets of 50 and 1,000 settings seen as half, ${looks} looks of each kind in this thread and in another`,
    unit: "halves",
    subjects: pick("change sets", ({ halves }) => halves),
    bar: { atMost: 0, of: "value" },
  });
  return rows;
}

function propagation(of, add) {
  for (const { rate } of of("propagation library")[0].rates) {
    const at = (who, quantile) =>
      of(`propagation ${who}`).map(({ rates }) => rates.find((entry) => entry.rate === rate)[quantile]);
    const named = `${rate.toLocaleString("en")} updates/s`;
    const bar = { 1000: 1.5, 10000: 2 }[rate];
    for (const quantile of ["p50", "p99", "max"]) {
      const judged = bar !== undefined && quantile === "p99";
      add({
        id: judged ? "P8" : "",
        name: `core agent's write to main thread's read, ${quantile} at ${named}, against in-thread`,
        unit: "ms",
        subjects: at("library", quantile),
        baselines: at("in-thread", quantile),
        bar: judged ? { atMost: bar } : undefined,
      });
      if (judged && rate === 1_000) {
        add({
          id: "P8",
          name: `core agent's write to main thread's read, p99 at ${named}, in itself`,
          unit: "ms",
          subjects: at("library", quantile),
          bar: { atMost: 5, of: "value" },
        });
      }
    }
    if (of("propagation restless") !== undefined) {
      add({
        name: `core agent's write to the read of a main thread that looks without a nap, p99 at ${named}, against in-thread`,
        unit: "ms",
        subjects: at("restless", "p99"),
        baselines: at("in-thread", "p99"),
      });
    }
  }
}

/** Once the garbage of all threads has been collected; `most` is before that. */
function memory(results, add) {
  const unit = "MiB";
  const memoryOf = (size, who, what) => results.get(`ready ${size} ${who}`).map((run) => run.memory[what] / 2 ** 20);
  for (const size of sizes(results, "ready")) {
    const bytes = (who, what) => memoryOf(size, who, what);
    const isBar = size === 0 || size >= 100_000;
    add({ name: `memory of the region, ${named(size)}`, unit, subjects: bytes("library", "region") });
    add({
      name: `memory of the main thread's heap, ${named(size)}, against in-thread`,
      unit,
      subjects: bytes("library", "main"),
      baselines: bytes("in-thread", "main"),
    });
    add({
      id: isBar ? "P18" : "",
      name: `memory that the process has more, ${named(size)}, against in-thread`,
      unit,
      subjects: bytes("library", "all"),
      baselines: bytes("in-thread", "all"),
      bar: isBar ? { atMost: 1.4 } : undefined,
    });
    add({
      name: `the most that it had more until then, garbage included, ${named(size)}, against in-thread`,
      unit,
      subjects: bytes("library", "most"),
      baselines: bytes("in-thread", "most"),
    });
  }
  const runs = (what) => results.get(`memory ${what}`);
  add({
    id: "P18",
    name: "memory that importing the library adds",
    unit,
    subjects: runs("import").map(({ added }) => added),
    bar: { atMost: 6, of: "value" },
  });
  const processes = [
    [processNames.nothing, runs("nothing").map(({ pss }) => pss)],
    [processNames.import, runs("import").map(({ pss }) => pss)],
    [processNames.mock, runs("mock").map(({ pss }) => pss)],
    [processNames.inThread, memoryOf(0, inThread, "pss")],
    [processNames.library, memoryOf(0, "library", "pss")],
  ];
  for (const [name, subjects] of processes) {
    if (subjects.every(Number.isFinite)) add({ id: "PSS", name, unit, subjects });
  }
}

/** The sizes at which a scenario ran; 0 stands for the real agent's settings. */
export function sizes(results, scenario) {
  const found = [...results.keys()].flatMap((name) => {
    const match = new RegExp(`^${scenario} (\\d+) library$`).exec(name);
    return match === null ? [] : [Number(match[1])];
  });
  return found.sort((a, b) => a - b);
}

function named(size) {
  return size === 0 ? "the real agent's settings" : `${size.toLocaleString("en")} settings`;
}
