/** Where the worker's code comes from: a file of this package, or, where a bundle holds the package, a text inside it. */
import { bundledWorker } from "#bundled-worker";

/** A module that runs as a worker, and gives `createRuntime` when it is loaded by any other thread. */
export type WorkerCode =
  | { readonly kind: "file"; readonly url: URL }
  | { readonly kind: "text"; readonly text: string };

/** What to do when the file is not there. */
export const missingCodeHint =
  'In a bundle, the bundler must know the condition "module", or the option workerUrl must name the file that ' +
  "configstream-consumer/worker stands for; docs/bundles.md tells more.";

// Apart from the call of `new URL`: where both are one expression, bundlers copy the file, without what it imports.
const here = import.meta.url;

/** `workerUrl` is the application's own choice and comes first. */
export function workerCode(workerUrl: URL | undefined): WorkerCode {
  if (workerUrl !== undefined) return { kind: "file", url: workerUrl };
  // A bundle is one file without a place for a second, and neither its name nor its folder is ours to know.
  if (bundledWorker !== undefined) return { kind: "text", text: bundledWorker };
  return { kind: "file", url: new URL("../worker/entry.js", here) };
}
