/**
 * prom-client, loaded when metrics are first asked for: with all that it needs it took a good part of the time that importing
 * this package takes, and most processes ask late or never.
 *
 * Bundlers cannot see through this. They know the condition `module` of package.json, and get `prom-client-bundled.ts` instead.
 */
import { createRequire } from "node:module";
import type * as promClient from "prom-client";
import { ConfigStreamError } from "../shared/errors.js";

/** What the metrics need of prom-client. */
export type PromClient = Pick<typeof promClient, "Counter" | "Gauge" | "Registry">;

/** Loads it with the first call; the application's own one, where both find the same. Throws `ConfigStreamError`. */
export function loadPromClient(): PromClient {
  try {
    const require = createRequire(import.meta.url);
    return require("prom-client") as PromClient;
  } catch (cause) {
    const { code = "unknown error" } = cause as NodeJS.ErrnoException;
    throw new ConfigStreamError(
      "internal",
      `The metrics need the package prom-client, which could not be loaded (${code}). It must be installed beside this one. ` +
        'In a bundle, the bundler must know the condition "module"; docs/bundles.md tells more.',
      { cause },
    );
  }
}
