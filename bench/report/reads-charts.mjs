// The pictures of the reading path.
import { summary } from "../lib/distribution.mjs";
import { peers } from "../peers/names.mjs";
import { barChart, rangeChart } from "./bar-chart.mjs";
import { figure } from "./figure.mjs";
import { lineChart } from "./line-chart.mjs";
import { duration } from "./svg.mjs";

export function readsCharts({ details }) {
  if (details["keys 1000"] === undefined) return [];
  return [onePeerEach(details), singleReads(details), growth(details), afterChange(details)];
}

function onePeerEach(details) {
  const own = (name, what, className) => {
    const { median, low, high } = summary(details["keys 1000"].map(({ constant }) => constant[what].median));
    return { name, className, value: median, low, high };
  };
  const others = Object.keys(peers).map((name) => {
    const { median, low, high } = summary(details[`peer ${name}`].map(({ results }) => results.peer.median));
    return { name, className: "other", value: median, low, high };
  });
  const rows = [
    own("field getter", "field", "other"),
    own("handle.value", "handle.value", "ours"),
    own("Map.get", "Map.get", "other"),
    own("getInt(key)", "getInt", "ours"),
    own("view.getInt(key)", "view.getInt", "ours"),
    ...others,
  ].sort((a, b) => a.value - b.value);
  return figure({
    title: "One read, beside what applications read with today",
    text: "Time of a read of one key among 1,000, logarithmic. Each step to the right is ten times slower. Peers get their best case: names without dots, values in memory, nothing logged.",
    svg: barChart(rows, "Read cost of this library and its peers"),
    isWide: true,
  });
}

function singleReads(details) {
  const ofSelf = (what) => medians(details["keys 1000"].map(({ single }) => single[what]));
  const clock = ofSelf("the clock alone");
  const own = ["handle.value", "getInt", "view.getInt"].map((name) => ({ name, className: "ours", ...ofSelf(name) }));
  const others = Object.keys(peers).map((name) => ({
    name,
    className: "other",
    ...medians(details[`peer ${name}`].map(({ single }) => single)),
  }));
  const rows = [
    { name: "the clock alone", className: "other", ...clock },
    ...own,
    { name: "Map.get", className: "other", ...ofSelf("Map.get") },
    ...others,
  ];
  rows.sort((a, b) => a.p50 - b.p50);
  return figure({
    title: "Every read counts: the distribution",
    text: "Single reads over 1,000 rotating keys, each timed by itself: p50, p99, p99.9 and, hollow, the slowest. The dashed line is what reading the clock costs; below it nothing can be seen. The far right is the machine and the garbage collector.",
    svg: rangeChart(rows, "Distribution of single reads", clock.p50),
    isWide: true,
  });
}

function growth(details) {
  const sizes = [100, 1_000, 100_000, 1_000_000].filter((size) => details[`keys ${size}`] !== undefined);
  const points = (pick) =>
    sizes.map((size) => {
      const { median, low, high } = summary(details[`keys ${size}`].map((run) => pick(run).median));
      return [size, median, low, high];
    });
  return figure({
    title: "Reads as the number of settings grows",
    text: "A different key at every read. What grows is the wait for memory, for a Map as for this library.",
    legend: [
      ["ours", "getInt, rotating keys"],
      ["ours dashed", "handle.value"],
      ["other", "Map.get, rotating keys"],
    ],
    svg: lineChart(
      [
        { name: "Map.get", className: "other", points: points(({ rotating }) => rotating["Map.get"]) },
        { name: "getInt", className: "ours", points: points(({ rotating }) => rotating.getInt) },
        {
          name: "handle.value",
          className: "ours",
          isDashed: true,
          points: points(({ constant }) => constant["handle.value"]),
        },
      ],
      {
        label: "Read cost against number of settings",
        xLabel: "settings",
        yLabel: "time of a read",
        logX: true,
        logY: true,
        formatY: duration,
      },
    ),
  });
}

function afterChange(details) {
  const { rates } = details["under updates"][0];
  const points = (what) =>
    rates.map(({ rate }) => {
      const costs = details["under updates"].map(
        (run) => run.rates.find((entry) => entry.rate === rate).costs[what].median,
      );
      const { median, low, high } = summary(costs);
      return [Math.max(rate, 1), median, low, high];
    });
  return figure({
    title: "Reads while settings change",
    text: "Another thread publishes; rotating over 1,000 keys. A read pays for a change of its own key, once, and for nothing else.",
    legend: [
      ["ours", "getInt, rotating keys"],
      ["ours dashed", "handle.value"],
      ["other", "Map.get (not updated)"],
    ],
    svg: lineChart(
      [
        { name: "Map.get", className: "other", points: points("Map.get") },
        { name: "getInt", className: "ours", points: points("getInt") },
        { name: "handle.value", className: "ours", isDashed: true, points: points("handle.value") },
      ],
      {
        label: "Read cost against rate of updates",
        xLabel: "updates a second",
        yLabel: "time of a read",
        logX: true,
        formatX: (rate) => (rate === 1 ? "0" : rate.toLocaleString("en")),
        formatY: duration,
      },
    ),
  });
}

function medians(distributions) {
  const of = (quantile) => summary(distributions.map((one) => one[quantile])).median;
  return { p50: of("p50"), p99: of("p99"), p999: of("p999"), max: of("max") };
}
