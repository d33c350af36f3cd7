// The pictures of the isolation suite.
import { summary } from "../lib/distribution.mjs";
import { figure } from "./figure.mjs";
import { lineChart } from "./line-chart.mjs";
import { duration, short } from "./svg.mjs";

const contenders = [
  ["in-thread", "theirs", "grpc-js in the main thread"],
  ["clone mirror", "mirror", "worker and structured clone"],
  ["library", "ours", "this library"],
];
const legend = contenders.map(([, className, name]) => [className, name]).reverse();

export function isolationCharts({ details }) {
  if (details["flow library"] === undefined) return [];
  return [
    resyncOverTime(details),
    flowOverTime(details),
    againstRate(
      details,
      "Main-thread CPU against the rate of updates",
      "Share of one core that the main thread spends on staying up to date. What it costs other threads stands in the table.",
      "% of a core",
      ({ mainPercent }) => mainPercent,
    ),
    propagation(details),
    bySize(
      details,
      "resync",
      "Longest stall of the main thread against settings",
      "During a resync in which every setting changes: how late the event loop was, at worst.",
      (run) => run.stall.median * 1e6,
      "stall",
      contenders,
    ),
    bySize(
      details,
      "resync",
      "Resync: until it can be read",
      "From the core agent's first byte to the main thread's read of the new state.",
      (run) => run.visible.median * 1e6,
      "time",
      contenders,
    ),
    bySize(
      details,
      "ready",
      "Time to ready against settings",
      "From loading the code to the first read, worker start and TLS included.",
      (run) => run.ms * 1e6,
      "time",
      [
        ["counting", "other", "bare stream that only decodes"],
        ["in-thread", "theirs", "grpc-js in the main thread"],
        ["library", "ours", "this library"],
      ],
    ),
    memory(details),
  ];
}

/** `series` in buckets of time, as points. */
function overTime({ bucketMs, values }) {
  return values.map((delay, i) => [i * bucketMs, delay]);
}

function resyncOverTime(details) {
  const size = [100_000, 20_000, 10_000].find((count) => details[`resync ${count} library`] !== undefined);
  const series = contenders.map(([who, className, name]) => {
    const runs = [...details[`resync ${size} ${who}`]].sort((a, b) => a.stall.median - b.stall.median);
    return { name, className, points: overTime(runs[runs.length >> 1].series) };
  });
  return figure({
    title: `The event loop during a resync of ${size.toLocaleString("en")} settings`,
    text: "How late the main thread's event loop is, over time; the snapshot is sent at 200 ms. The run with the median stall of each; the sharp edge is one blocked turn.",
    legend,
    svg: lineChart(series, {
      label: "Event-loop delay over time during a resync",
      xLabel: "ms",
      yLabel: "delay of the event loop, ms",
      hasDots: false,
    }),
  });
}

function flowOverTime(details) {
  const at = (who) => details[`flow ${who}`][0].rates.at(-1);
  const { rate } = at("library");
  const series = contenders.map(([who, className, name]) => {
    const { bucketMs, series: values } = at(who).delay;
    return { name, className, points: overTime({ bucketMs, values }) };
  });
  return figure({
    title: `The event loop under ${rate.toLocaleString("en")} updates a second`,
    text: "The greatest delay within each 20 ms, logarithmic. About a tenth of a millisecond is the timer's own.",
    legend,
    svg: lineChart(series, {
      label: "Event-loop delay over time under a flow of updates",
      xLabel: "ms",
      yLabel: "delay of the event loop, ms",
      logY: true,
      hasDots: false,
    }),
  });
}

function againstRate(details, title, text, yLabel, pick) {
  const series = contenders.map(([who, className, name]) => {
    const points = details[`flow ${who}`][0].rates.map(({ rate }) => {
      const values = details[`flow ${who}`].map(({ rates }) => pick(rates.find((entry) => entry.rate === rate)));
      const { median, low, high } = summary(values);
      return [rate, median, low, high];
    });
    return { name, className, points };
  });
  return figure({
    title,
    text,
    legend,
    svg: lineChart(series, {
      label: title,
      xLabel: "updates a second",
      yLabel,
      formatX: (rate) => rate.toLocaleString("en"),
    }),
  });
}

function propagation(details) {
  const series = contenders.flatMap(([who, className, name]) =>
    ["p50", "p99"].map((quantile) => ({
      name: `${name}, ${quantile}`,
      className,
      isDashed: quantile === "p99",
      points: details[`propagation ${who}`][0].rates.map(({ rate }) => {
        const runs = details[`propagation ${who}`].map(
          ({ rates }) => rates.find((entry) => entry.rate === rate)[quantile],
        );
        const { median, low, high } = summary(runs);
        return [rate, median * 1e6, low * 1e6, high * 1e6];
      }),
    })),
  );
  return figure({
    title: "From the core agent's write to the main thread's read",
    text: "p50, and dashed p99. This library's main thread never returns to its event loop here: it sleeps and looks, which adds up to a tenth of a millisecond. The others need their event loop and have it to themselves.",
    legend,
    svg: lineChart(series, {
      label: "Propagation time against rate",
      xLabel: "updates a second",
      yLabel: "time",
      logX: true,
      logY: true,
      formatY: duration,
    }),
  });
}

function bySize(details, scenario, title, text, pick, yLabel, whos) {
  const series = whos.map(([who, className, name]) => ({
    name,
    className,
    points: pointsBySize(details, scenario, who, pick),
  }));
  return figure({
    title,
    text,
    legend: whos.map(([, className, name]) => [className, name]).reverse(),
    svg: lineChart(series, { label: title, xLabel: "settings", yLabel, logX: true, logY: true, formatY: duration }),
  });
}

function memory(details) {
  const mib = (pick) => (run) => Math.max(0.01, pick(run.memory) / 2 ** 20);
  const series = [
    {
      name: "process, in-thread",
      className: "theirs",
      points: pointsBySize(
        details,
        "ready",
        "in-thread",
        mib(({ all }) => all),
      ),
    },
    {
      name: "process, this library",
      className: "ours",
      points: pointsBySize(
        details,
        "ready",
        "library",
        mib(({ all }) => all),
      ),
    },
    {
      name: "main heap, in-thread",
      className: "theirs",
      isDashed: true,
      points: pointsBySize(
        details,
        "ready",
        "in-thread",
        mib(({ main }) => main),
      ),
    },
    {
      name: "main heap, this library",
      className: "ours",
      isDashed: true,
      points: pointsBySize(
        details,
        "ready",
        "library",
        mib(({ main }) => main),
      ),
    },
    {
      name: "region",
      className: "mirror",
      points: pointsBySize(
        details,
        "ready",
        "library",
        mib(({ region }) => region),
      ),
    },
  ];
  return figure({
    title: "Memory against settings",
    text: "What each adds to a process, once it is ready and the garbage of all threads is collected. The worker has a heap of its own; the main thread's stays small.",
    legend: [
      ["ours", "process, this library"],
      ["ours dashed", "main thread's heap"],
      ["mirror", "shared region"],
      ["theirs", "process, in-thread"],
      ["theirs dashed", "main thread's heap"],
    ],
    svg: lineChart(series, {
      label: "Memory against settings",
      xLabel: "settings",
      yLabel: "MiB",
      logX: true,
      logY: true,
      formatY: short,
    }),
  });
}

/** [size, median, low, high] for each size that was measured; the real settings are a case of their own and are in the table. */
function pointsBySize(details, scenario, who, pick) {
  const sizes = Object.keys(details).flatMap((name) => {
    const match = new RegExp(`^${scenario} (\\d+) ${who}$`).exec(name);
    return match === null || match[1] === "0" ? [] : [Number(match[1])];
  });
  return sizes
    .sort((a, b) => a - b)
    .map((size) => {
      const { median, low, high } = summary(details[`${scenario} ${size} ${who}`].map(pick));
      return [size, median, low, high];
    });
}
