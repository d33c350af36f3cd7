/**
 * `node --import configstream-consumer/register app.js`: settings are there before the first line of the application, which gets
 * them by `getRegisteredReader()` and `getRegisteredConsumer()` of `configstream-consumer`. The environment variables are listed
 * in docs/start-up.md.
 */
import { realpathSync } from "node:fs";
import { isMainThread } from "node:worker_threads";
import { isPackageManager } from "./tools.js";

// Worker threads inherit --import. They read what the main thread shares, and must not start a consumer each.
if (isMainThread && !isPackageManager(runningScript())) {
  // Later, so that a process that is left alone does not load the library either.
  const { register } = await import("./register.js");
  await register(process.env);
}

/** The real path: package managers are started by a link to their file. */
function runningScript(): string {
  const script = process.argv[1] ?? "";
  try {
    return realpathSync(script);
  } catch {
    return script;
  }
}
