/** The cache file on disk: what is read is checked before a byte is used, what is written is complete or not there. */
import { constants, type Stats } from "node:fs";
import { type FileHandle, open, readdir, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isTemporaryOf, writeWholeFile } from "../../shared/disk/atomic-file.js";
import { CacheRefused } from "./format.js";

/** A temporary file this old, in ms, was left behind by a process that was killed while it wrote. */
const leftBehindMs = 60_000;

/** What the cache does on disk; tests bring their own. */
export interface CacheFiles {
  read(path: string, maxBytes: number): Promise<Uint8Array | undefined>;
  write(path: string, pieces: Iterable<string>): Promise<void>;
  removeLeftovers(path: string, nowMs: number): Promise<void>;
}

/** The real disk. */
export const diskFiles: CacheFiles = {
  read: readCacheFile,
  // A machine that lost power may have kept half of a file that could not be flushed; its checksum shows that.
  write: (path, pieces) => writeWholeFile(path, pieces, "replace"),
  removeLeftovers,
};

/** The whole file; `undefined` when there is none. Throws {@link CacheRefused}, or a system error. */
async function readCacheFile(path: string, maxBytes: number): Promise<Uint8Array | undefined> {
  let file: FileHandle;
  try {
    // Without O_NONBLOCK, opening a named pipe would wait for a writer.
    file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw thrown;
  }
  try {
    // Of the open file, not of the path: it cannot be exchanged meanwhile.
    check(await file.stat(), maxBytes);
    return await file.readFile();
  } finally {
    await file.close();
  }
}

function check(stats: Stats, maxBytes: number): void {
  if (!stats.isFile()) throw new CacheRefused("is not a regular file");
  if (stats.size > maxBytes) throw new CacheRefused(`has ${stats.size} bytes, more than limits.maxRegionBytes`);
  const userId = process.geteuid?.();
  // Windows has neither; there the folder's rights decide.
  if (userId === undefined) return;
  if (stats.uid !== userId) {
    throw new CacheRefused(`belongs to user ${stats.uid}, while this process runs as user ${userId}`);
  }
  if ((stats.mode & 0o077) !== 0) {
    const found = (stats.mode & 0o777).toString(8).padStart(4, "0");
    throw new CacheRefused(`has mode ${found}, but only its owner may have access (0600)`);
  }
}

/** Removes the temporary files of processes that were killed. Never throws. */
async function removeLeftovers(path: string, nowMs: number): Promise<void> {
  const folder = dirname(path);
  try {
    for (const name of await readdir(folder)) {
      if (!isTemporaryOf(path, name)) continue;
      const leftover = join(folder, name);
      if (nowMs - (await stat(leftover)).mtimeMs > leftBehindMs) await rm(leftover, { force: true });
    }
  } catch {
    // Whatever is wrong with the folder, reading or writing the file will show it.
  }
}
