/** Puts complete files in place at once: a reader finds the former one or the new one, also when the machine loses power. */
import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, link, open, rename, rm } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { systemCode } from "./file-faults.js";

/** Only the owner may read or write. */
const mode = 0o600;

/** What becomes of a file that stands there already: the new one takes its place, or it stays. */
export type Existing = "replace" | "keep";

/** Writes a file of mode 0600. Throws system errors; then nothing has changed and nothing is left. */
export async function writeWholeFile(path: string, pieces: Iterable<string>, existing: Existing): Promise<void> {
  // In the same folder, because only within a file system a rename is one step. A fresh name, and never the file of another process.
  const temporary = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  const file = await open(temporary, "wx", mode);
  try {
    try {
      for (const piece of pieces) await file.writeFile(piece);
      await flush(file);
    } finally {
      await file.close();
    }
    if (existing === "replace") await rename(temporary, path);
    else await putIfAbsent(temporary, path);
  } catch (thrown) {
    await rm(temporary, { force: true });
    throw thrown;
  }
  await syncFolder(dirname(path));
}

/** Whether a file of this name, in the folder of `path`, was being written to take its place. */
export function isTemporaryOf(path: string, name: string): boolean {
  const prefix = `${basename(path)}.`;
  return name.startsWith(prefix) && /^[0-9a-f]{12}\.tmp$/.test(name.slice(prefix.length));
}

/** When another process was faster, its file stays. */
async function putIfAbsent(temporary: string, path: string): Promise<void> {
  try {
    await link(temporary, path);
  } catch (thrown) {
    // Some file systems have no hard links.
    if (systemCode(thrown) !== "EEXIST") return await rename(temporary, path);
  }
  await rm(temporary, { force: true });
}

/**
 * Makes what was written last, where that can be done. Some file systems refuse it, and the file handles of Yarn's Plug'n'Play have
 * no `sync`; the file is complete all the same.
 */
async function flush(file: FileHandle): Promise<void> {
  try {
    await file.sync();
  } catch {
    // See above.
  }
}

/** Makes the rename last. Some systems cannot, and the file is in place all the same. */
async function syncFolder(path: string): Promise<void> {
  try {
    const folder = await open(path, constants.O_RDONLY);
    try {
      await flush(folder);
    } finally {
      await folder.close();
    }
  } catch {
    // See above.
  }
}
