// Rows of the isolation suite, from the results of its scenarios.
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
      name: `main-thread CPU at ${named}, against in-thread`,
      unit: "% of a core",
      subjects: cpu("library"),
      baselines: cpu(inThread),
      bar: isBar ? { atMost: 1 / 20 } : undefined,
    });
    add({
      name: `main-thread CPU at ${named}, clone mirror against in-thread`,
      unit: "% of a core",
      subjects: cpu("clone mirror"),
      baselines: cpu(inThread),
    });
    const all = (who) => at(who, ({ processPercent }) => processPercent);
    add({
      name: `CPU of all threads at ${named}, against in-thread`,
      unit: "% of a core",
      subjects: all("library"),
      baselines: all(inThread),
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
      id: isBar ? "P7" : "",
      name: `longest main-thread stall, resync of ${named(size)}, against in-thread`,
      unit: "ms",
      subjects: stall("library"),
      baselines: stall(inThread),
      bar: isBar ? { atMost: 2, of: "value" } : undefined,
    });
    add({
      name: `longest main-thread stall, resync of ${named(size)}, clone mirror against in-thread`,
      unit: "ms",
      subjects: stall("clone mirror"),
      baselines: stall(inThread),
    });
    const own = (who) => pick(`resync ${size} ${who}`, (run) => run.ownStall.median);
    // Where the kernel does not report it, there is no such row.
    if (own("library").every(Number.isFinite)) {
      add({
        id: isBar ? "P7" : "",
        name: `the same, less what the main thread waited for a core, resync of ${named(size)}`,
        unit: "ms",
        subjects: own("library"),
        baselines: own(inThread),
        bar: isBar ? { atMost: 2, of: "value" } : undefined,
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
    bar: { atLeast: 0.6 },
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
    const isBar = size === 100_000;
    add({
      id: isBar ? "P10" : "",
      name: `time to ready, ${named(size)}, against a bare stream's decoding`,
      unit: "ms",
      subjects: ms("library"),
      baselines: ms("counting"),
      bar: isBar ? { atMost: 1.6 } : undefined,
    });
  }
  memory(results, add);
  return rows;
}

function propagation(of, add) {
  for (const { rate } of of("propagation library")[0].rates) {
    const at = (who, quantile) =>
      of(`propagation ${who}`).map(({ rates }) => rates.find((entry) => entry.rate === rate)[quantile]);
    const named = `${rate.toLocaleString("en")} updates/s`;
    const isBar = rate === 1_000;
    for (const quantile of ["p50", "p99", "max"]) {
      const judged = isBar && quantile === "p99";
      add({
        id: judged ? "P8" : "",
        name: `core agent's write to main thread's read, ${quantile} at ${named}, against in-thread`,
        unit: "ms",
        subjects: at("library", quantile),
        baselines: at("in-thread", quantile),
        bar: judged ? { atMost: 2 } : undefined,
      });
      if (judged) {
        add({
          id: "P8",
          name: `core agent's write to main thread's read, p99 at ${named}, in itself`,
          unit: "ms",
          subjects: at("library", quantile),
          bar: { atMost: 5, of: "value" },
        });
      }
    }
  }
}

function memory(results, add) {
  for (const size of sizes(results, "ready")) {
    const bytes = (who, what) => results.get(`ready ${size} ${who}`).map(({ memory }) => memory[what] / 2 ** 20);
    const unit = "MiB";
    add({ name: `memory of the region, ${named(size)}`, unit, subjects: bytes("library", "region") });
    add({
      name: `memory of the main thread's heap, ${named(size)}, against in-thread`,
      unit,
      subjects: bytes("library", "main"),
      baselines: bytes("in-thread", "main"),
    });
    add({
      name: `memory of the process, ${named(size)}, against in-thread`,
      unit,
      subjects: bytes("library", "all"),
      baselines: bytes("in-thread", "all"),
    });
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
