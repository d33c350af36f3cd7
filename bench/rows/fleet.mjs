// Rows of the fleet suite, from the results of its scenarios.
import { summary } from "../lib/distribution.mjs";
import { row } from "./row.mjs";

export function fleetRows(results) {
  const of = (name) => results.get(name);
  const pick = (name, value) => of(name).map(value);
  const rows = [];
  const add = (options) => rows.push(row({ suite: "fleet", ...options }));

  const [{ subscribers }] = of("fan-out agent");
  const herd = `${subscribers.toLocaleString("en")} mTLS subscribers`;
  const both = (value) => ({ subjects: pick("fan-out agent", value), baselines: pick("fan-out bare", value) });
  add({
    id: "P16",
    name: `${herd}, first to last one of a change, p99, against a bare server that writes ready bytes`,
    unit: "ms",
    ...both((run) => run.firstToLast.p99),
    bar: { atMost: 150, of: "value" },
  });
  add({
    id: "P16",
    name: `${herd}, CPU a subscriber and change, against a bare server that writes ready bytes`,
    unit: "µs",
    ...both((run) => run.cpuMicros),
    bar: { atMost: 1.3 },
  });
  add({
    id: "P16",
    name: `${herd}, all streams up, against a bare server that writes ready bytes`,
    unit: "ms",
    ...both((run) => run.upMs),
    bar: { atMost: 1.5 },
  });

  const yaml = of("yaml");
  const sizes = yaml[0].results.map(({ size }) => size);
  const named = (size) => size.toLocaleString("en");
  const at = (size, value) => yaml.map(({ results: all }) => value(all.find((entry) => entry.size === size)));
  const [least, most] = [sizes[0], sizes.at(-1)];
  add({
    id: "P21",
    name: `YAML of ${named(most)} keys, against JSON.parse of the same`,
    unit: "ms",
    subjects: at(most, ({ yamlMs }) => yamlMs),
    baselines: at(most, ({ jsonMs }) => jsonMs),
    bar: { atMost: 40 },
  });
  add({
    id: "P21",
    name: `YAML, a key of ${named(most)} against one of ${named(least)} (${most / least} were quadratic)`,
    unit: "µs",
    subjects: at(most, ({ size, yamlMs }) => (yamlMs / size) * 1_000),
    baselines: at(least, ({ size, yamlMs }) => (yamlMs / size) * 1_000),
    bar: { atMost: 2 },
  });

  const idle = summary(pick("history nothing", (run) => run.microsPerChange)).median;
  add({
    name: "the history's CPU a change at 10,000 changes/s, against all of the core agent's with one subscriber",
    unit: "µs",
    subjects: pick("history alone", (run) => run.microsPerChange - idle),
    baselines: pick("history agent", (run) => run.microsPerChange - idle),
  });

  const store = of("store");
  // Without etcd there is nothing to measure.
  if (store === undefined) return rows;
  add({
    id: "P22",
    name: "etcd: put to a reader, p99, against a bare watch",
    unit: "ms",
    subjects: store.map((run) => run.putToRead.reader.p99),
    baselines: store.map((run) => run.putToRead.bare.p99),
    bar: { atMost: 3 },
  });
  add({
    id: "P22",
    name: `etcd: ${named(store[0].keys)} keys from nothing, against a bare range`,
    unit: "ms",
    subjects: store.map((run) => run.fromNothing.layerMs),
    baselines: store.map((run) => run.fromNothing.bareMs),
    bar: { atMost: 2 },
  });
  return rows;
}
