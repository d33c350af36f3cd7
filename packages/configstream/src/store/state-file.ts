/** Writes and reads the file of the last state: complete or not there, for its owner alone. */
import { constants } from "node:fs";
import { open, readdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isMissing, isTemporaryOf, writeWholeFile } from "configstream-consumer/internal";
import { SavedStateRefused } from "./saved-state.js";

/** Largest file that is read, in bytes. */
const maxBytes = 512 * 1024 * 1024;

/** `undefined`: there is none. Rejects with {@link SavedStateRefused}, or a system error. */
export async function readStateFile(path: string): Promise<string | undefined> {
  try {
    // Without O_NONBLOCK, opening a named pipe would wait for something that writes.
    const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      const stats = await file.stat();
      const { size, mode, uid } = stats;
      if (!stats.isFile()) throw new SavedStateRefused("is not a regular file");
      if (size > maxBytes) throw new SavedStateRefused(`has ${size} bytes, more than ${maxBytes}`);
      const user = process.geteuid?.();
      if (user !== undefined && (uid !== user || (mode & 0o077) !== 0)) {
        throw new SavedStateRefused("can be written or read by others than this process's user; make it 0600");
      }
      return await file.readFile("utf8");
    } finally {
      await file.close();
    }
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Puts a complete file in place at once, also when the process is killed while it writes. Rejects with a system error. */
export async function writeStateFile(path: string, text: string): Promise<void> {
  await writeWholeFile(path, [text], "replace");
}

/** Removes what processes left that were killed while they wrote. Never rejects. */
export async function removeLeftovers(path: string): Promise<void> {
  try {
    const names = await readdir(dirname(path));
    for (const name of names) if (isTemporaryOf(path, name)) await rm(join(dirname(path), name), { force: true });
  } catch {
    // What is wrong with the folder is said when the file is written.
  }
}
