/**
 * Where the worker's code comes from: files of this package, or, where a bundle holds the package, a text inside it.
 *
 * A thread loads a file that the build makes of all its modules, because loading them one by one takes much of the time until the
 * first setting can be read. The application's own thread loads the modules themselves: it shares some of them.
 */
import { bundledWorker } from "#bundled-worker";

/** Code that runs as a worker, and gives `createRuntime` when it is loaded by any other thread. */
export type WorkerCode =
  | { readonly kind: "file"; readonly url: URL }
  | { readonly kind: "text"; readonly text: string };

/** What to do when the file is not there. */
export const missingCodeHint =
  'In a bundle, the bundler must know the condition "module", or the option workerUrl must name the file that ' +
  "configstream-consumer/worker stands for; docs/bundles.md tells more.";

// Separate from the call of `new URL`: where both are one expression, bundlers copy the file, without what it imports.
const here = import.meta.url;

/** For a thread of its own. `workerUrl` is the application's own choice and comes first. */
export function workerCode(workerUrl: URL | undefined): WorkerCode {
  return chosen(workerUrl) ?? { kind: "file", url: new URL("../../worker/thread.generated.cjs", here) };
}

/** For the thread that asks. */
export function inlineCode(workerUrl: URL | undefined): WorkerCode {
  return chosen(workerUrl) ?? { kind: "file", url: new URL("../../worker/thread.js", here) };
}

function chosen(workerUrl: URL | undefined): WorkerCode | undefined {
  if (workerUrl !== undefined) return { kind: "file", url: workerUrl };
  // A bundle is one file without a place for a second, and its name and folder are not known here.
  return bundledWorker === undefined ? undefined : { kind: "text", text: bundledWorker };
}
