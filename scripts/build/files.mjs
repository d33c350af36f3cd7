// Files of a build, and whether they have to be made again.
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

/** Every file in a folder and below. */
export function filesBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
}

/** The same, and the folders, which are newer than the last file that was put into them or removed. */
export function allBelow(folder) {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return [folder, ...entries.map(({ parentPath, name }) => join(parentPath, name))];
}

/** True when all of `made` is there, and none of `sources` is newer. */
export function isUpToDate(made, sources) {
  if (!made.every((file) => existsSync(file))) return false;
  const oldest = Math.min(...made.map((file) => statSync(file).mtimeMs));
  return sources.every((file) => statSync(file).mtimeMs < oldest);
}
