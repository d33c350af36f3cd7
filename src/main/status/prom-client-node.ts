/**
 * What Node.js loads as `#prom-client`: prom-client is loaded when it is first asked for. With its dependencies it would be a
 * good part of the time that importing this package takes, and most processes ask for it late or never.
 *
 * Bundlers cannot see through this. They know the condition `module` of package.json, and get `prom-client-bundled.ts` instead.
 */
import { createRequire } from "node:module";
import type * as promClient from "prom-client";

/** What the metrics need of prom-client. */
export type PromClient = Pick<typeof promClient, "Counter" | "Gauge" | "Registry">;

/** Loads it with the first call; the application's own one, where both find the same. Throws what `require` throws. */
export function requirePromClient(): PromClient {
  const require = createRequire(import.meta.url);
  return require("prom-client") as PromClient;
}
