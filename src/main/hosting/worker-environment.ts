/**
 * The environment variables of the worker: its own, not the application's. What is set there for the application could break or
 * duplicate it, such as preloads in NODE_OPTIONS, another resolver or log of gRPC, or a proxy. Pure.
 */

/** Arguments of Node.js for the worker. Only Yarn's: without its resolver, a thread of a Plug'n'Play project finds no package. */
export function workerArguments(versions: NodeJS.ProcessVersions, findResolver: () => string | undefined): string[] {
  const resolver = versions.pnp === undefined ? undefined : findResolver();
  return resolver === undefined ? [] : ["--require", resolver];
}

/** Variables that the worker itself looks at, beside `DD_*`, whose use it reports when the stream overrules them. */
const kept: ReadonlySet<string> = new Set(["NODE_V8_COVERAGE", "TZ", "SystemRoot", "SYSTEMROOT"]);

export function workerEnvironment(env: NodeJS.ProcessEnv): Record<string, string> {
  const own: Record<string, string> = {};
  for (const [name, text] of Object.entries(env)) {
    if (text !== undefined && (name.startsWith("DD_") || kept.has(name))) own[name] = text;
  }
  return own;
}
