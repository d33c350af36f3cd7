/** The cache file on disk: what is read is checked before a byte is used, what is written is complete or not there. */
import { randomBytes } from "node:crypto";
import { constants, type Stats } from "node:fs";
import { type FileHandle, open, readdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { CacheRefused } from "./format.js";

/** Only the owner may read or write. */
const mode = 0o600;
/** A temporary file this old, in ms, was left behind by a process that was killed while it wrote. */
const leftBehindMs = 60_000;

/** What the cache does on disk; tests bring their own. */
export interface CacheFiles {
  read(path: string, maxBytes: number): Promise<Uint8Array | undefined>;
  write(path: string, pieces: Iterable<string>): Promise<void>;
  removeLeftovers(path: string, nowMs: number): Promise<void>;
}

/** The real disk. */
export const diskFiles: CacheFiles = { read: readCacheFile, write: writeCacheFile, removeLeftovers };

/** The whole file; `undefined` when there is none. Throws {@link CacheRefused}, or a system error. */
async function readCacheFile(path: string, maxBytes: number): Promise<Uint8Array | undefined> {
  let file: FileHandle;
  try {
    // Without O_NONBLOCK, opening a named pipe would wait for somebody who writes.
    file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw thrown;
  }
  try {
    // Of the open file, not of the path: nobody can put another one there meanwhile.
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

/**
 * Puts a complete file in place at once: a reader finds the former one or this one, also when the machine loses power.
 * Throws system errors; then nothing has changed and nothing is left.
 */
async function writeCacheFile(path: string, pieces: Iterable<string>): Promise<void> {
  // In the same folder, since only within a file system a rename is one step. A fresh name, and never somebody else's file.
  const temporary = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  const file = await open(temporary, "wx", mode);
  try {
    try {
      for (const piece of pieces) await file.writeFile(piece);
      await flush(file);
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (thrown) {
    await rm(temporary, { force: true });
    throw thrown;
  }
  await syncFolder(dirname(path));
}

/**
 * Makes what was written last, where that can be done. Some file systems refuse it, and the file handles of Yarn's Plug'n'Play have
 * no `sync`; the file is complete all the same, and a checksum tells when a machine that lost power has kept half of it.
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

/** Removes the temporary files of processes that were killed. Never throws. */
async function removeLeftovers(path: string, nowMs: number): Promise<void> {
  const folder = dirname(path);
  const prefix = `${basename(path)}.`;
  try {
    for (const name of await readdir(folder)) {
      if (!name.startsWith(prefix) || !/^[0-9a-f]{12}\.tmp$/.test(name.slice(prefix.length))) continue;
      const leftover = join(folder, name);
      if (nowMs - (await stat(leftover)).mtimeMs > leftBehindMs) await rm(leftover, { force: true });
    }
  } catch {
    // Whatever is wrong with the folder, reading or writing the file will tell.
  }
}
