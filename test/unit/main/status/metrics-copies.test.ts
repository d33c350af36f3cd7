/** Two copies of this package in one process, as where two packages bring one each. */
import { Registry } from "prom-client";
import { expect, it, vi } from "vitest";
import { addMetrics, type MetricsRegistry } from "../../../../src/main/status/metrics.js";
import { count } from "../../../../src/memory/facts.js";
import { newRegion } from "../../../support/memory/region.js";

async function publishes(registry: MetricsRegistry): Promise<Record<string, number>> {
  const metric = await registry.getSingleMetric("configstream_consumer_publishes")?.get();
  return Object.fromEntries((metric?.values ?? []).map(({ labels, value }) => [String(labels.client), value]));
}

it("one registry takes the consumers of both copies of this package", async () => {
  const registry = new Registry();
  const source = addMetrics(registry, "a", newRegion());
  vi.resetModules();
  const copy = await import("../../../../src/main/status/metrics.js");
  expect(copy.addMetrics).not.toBe(addMetrics);
  const region = newRegion();
  count(region, "publishes", 3);
  copy.addMetrics(registry, "b", region);
  expect(await publishes(registry)).toEqual({ a: 0, b: 3 });
  source.release();
  expect(await publishes(registry)).toEqual({ b: 3 });
});
