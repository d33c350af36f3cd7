/** Writes and reads the file of the last state: complete or not there, for its owner alone. */
import { constants } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { isMissing } from "configstream-consumer/internal";
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
  // One name, so that what a killed process left is replaced; made anew, so that nothing of others is written into.
  const temporary = `${path}.tmp`;
  await rm(temporary, { force: true });
  const file = await open(temporary, "wx", 0o600);
  try {
    await file.writeFile(text);
    // Some file systems refuse it; the checksum then finds what a loss of power has cut.
    await file.sync().catch(() => {});
  } finally {
    await file.close();
  }
  await rename(temporary, path);
}
