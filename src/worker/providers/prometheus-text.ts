/** The consumer's metrics in Prometheus' text format, as `consumer.metrics` shows them in the application's thread. */
import { readCounter } from "../../memory/facts.js";
import type { Region } from "../../memory/region.js";
import { counterMetrics, gaugeMetrics, metricPrefix, stateMetric, states } from "../../status/metric-table.js";
import { consumerStatus } from "../../status/status.js";

/** Counters are those of the process, whichever worker counted. */
export function prometheusText(region: Region, clientName: string): string {
  const label = `client="${escaped(clientName)}"`;
  const metrics: string[] = [];
  const add = (
    name: string,
    help: string,
    type: string,
    samples: readonly (readonly [labels: string, value: number])[],
  ) => {
    const full = metricPrefix + name;
    const lines = samples.map(([labels, value]) => `${full}{${labels}} ${value}`);
    metrics.push([`# HELP ${full} ${help}`, `# TYPE ${full} ${type}`, ...lines].join("\n"));
  };
  for (const [name, counter, help] of counterMetrics)
    add(name, help, "counter", [[label, readCounter(region, counter)]]);
  for (const [name, help, read] of gaugeMetrics) {
    const value = read(region);
    add(name, help, "gauge", value === undefined ? [] : [[label, value]]);
  }
  const present = consumerStatus(region).state;
  const samples = states.map((state) => [`${label},state="${state}"`, state === present ? 1 : 0] as const);
  add(stateMetric.name, stateMetric.help, "gauge", samples);
  return `${metrics.join("\n\n")}\n`;
}

function escaped(label: string): string {
  return label.replaceAll("\\", "\\\\").replaceAll('"', '\\"');
}
