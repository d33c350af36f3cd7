/** Where Yarn's Plug'n'Play resolver is: it takes the place of node_modules, and each thread has to load it. */
import module from "node:module";
import { fileURLToPath } from "node:url";

/** What Yarn adds to the module `node:module`. */
interface PnpModule {
  findPnpApi?(path: string): { resolveRequest(request: "pnpapi", issuer: null): string | null } | null;
}

/** Path of the resolver's file; `undefined` where there is none. */
export function yarnResolver(): string | undefined {
  const api = (module as PnpModule).findPnpApi?.(fileURLToPath(import.meta.url));
  return api?.resolveRequest("pnpapi", null) ?? undefined;
}
