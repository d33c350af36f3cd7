/** What bundlers get as `#prom-client`: prom-client is in the bundle, and loaded with it. */
import { Counter, Gauge, Registry } from "prom-client";
import type { PromClient } from "./prom-client.js";

export function loadPromClient(): PromClient {
  return { Counter, Gauge, Registry };
}
