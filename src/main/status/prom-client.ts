/** prom-client, wherever this package finds it, or an error that says what is missing. */
import { requirePromClient } from "#prom-client";
import { ConfigStreamError } from "../../shared/errors.js";
import type { PromClient } from "./prom-client-node.js";

/** Loads prom-client, when it is not loaded yet. Throws `ConfigStreamError` when there is none. */
export function loadPromClient(): PromClient {
  try {
    return requirePromClient();
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
