/**
 * What Node.js loads as `#bundled-worker`: nothing. Bundlers know the condition `module` of package.json and get the file
 * that scripts/build/bundle-worker.mjs makes instead: the worker with all that it needs, as text.
 */
export const bundledWorker: string | undefined = undefined;
