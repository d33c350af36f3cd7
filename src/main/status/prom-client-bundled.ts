/** What bundlers get as `#prom-client`: prom-client is in the bundle, and loaded with it. */
import { Counter, Gauge, Registry } from "prom-client";
import type { PromClient } from "./prom-client-node.js";

export function requirePromClient(): PromClient {
  return { Counter, Gauge, Registry };
}
