/** Which processes `--import` leaves alone when it is in `NODE_OPTIONS`, which every process of Node.js inherits. Pure. */

const managers = /\/node_modules\/(npm|pnpm|yarn|corepack|@yarnpkg\/cli-dist|@pnpm\/exe)\//;
/** Where Yarn keeps itself in a project, and corepack what it has downloaded. */
const releases = /\/\.yarn\/releases\/yarn-[^/]+\.c?js$|\/corepack\/v1\/(npm|pnpm|yarn)\//;

/**
 * Whether a process runs a package manager. It reads no settings, starts the application as another process, and would wait for a
 * core agent at every call. `script`: the real path of what runs.
 */
export function isPackageManager(script: string): boolean {
  const path = script.replaceAll("\\", "/");
  return managers.test(path) || releases.test(path);
}
