// Where a build puts things.
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));
/** What is shipped. */
export const dist = join(root, "dist");
/** The modules as the compiler made them, from which `dist` is put together. */
export const modules = join(root, "build");
/** The package of the command and the core agent. */
export const companion = join(root, "packages", "configstream");
/** Its modules as the compiler made them. */
export const companionModules = join(companion, "build");
