/**
 * Reads a small regular file, at once and never longer than the disk takes: a named pipe is refused instead of waited for, and because
 * the calling thread itself reads, a thread pool that is busy or stuck holds nothing up.
 */
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { FileTooLargeError, NotRegularFileError, systemCode } from "./file-faults.js";

/** Which version of a file stands there; equal texts mean that it is the same one. */
export type FileVersion = string;

export interface ReadFile {
  readonly bytes: Buffer;
  readonly version: FileVersion;
}

/**
 * The whole file; `undefined` when it still is of the version `known`. Throws errors of the system, `NotRegularFileError` and
 * `FileTooLargeError`, which file-faults.ts puts in words.
 */
export function readRegularFile(path: string, maxBytes: number, known?: FileVersion): ReadFile | undefined {
  const file = opened(path);
  try {
    // Of the open file, not of the path: nothing can take its place meanwhile.
    const stats = fstatSync(file, { bigint: true });
    if (stats.isDirectory()) throw Object.assign(new Error("A directory."), { code: "EISDIR" });
    if (!stats.isFile()) throw new NotRegularFileError();
    if (stats.size > maxBytes) throw new FileTooLargeError(Number(stats.size), maxBytes);
    const version = [stats.dev, stats.ino, stats.size, stats.mtimeNs, stats.ctimeNs].join(" ");
    if (version === known) return undefined;
    return { bytes: wholeOf(file, maxBytes), version };
  } finally {
    closeSync(file);
  }
}

function opened(path: string): number {
  try {
    // Without O_NONBLOCK, opening a named pipe would wait for something that writes.
    return openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (thrown) {
    const code = systemCode(thrown);
    // What a socket, or a device without a driver, answers when it is opened.
    throw code === "ENXIO" || code === "ENODEV" ? new NotRegularFileError() : thrown;
  }
}

/** Longest text that is read where no limit is given: 64 MiB. */
export const maxTextBytes = 2 ** 26;

/** The text of a whole file. Throws as {@link readRegularFile} does. */
export function readTextFile(path: string, maxBytes = maxTextBytes): string {
  return readRegularFile(path, maxBytes)?.bytes.toString("utf8") ?? "";
}

function wholeOf(file: number, maxBytes: number): Buffer {
  const pieces: Buffer[] = [];
  let length = 0;
  for (;;) {
    const piece = Buffer.allocUnsafe(65_536);
    const read = readSync(file, piece, 0, piece.length, null);
    if (read === 0) return Buffer.concat(pieces, length);
    length += read;
    // It grew since, or its size is not given, as in /proc.
    if (length > maxBytes) throw new FileTooLargeError(length, maxBytes);
    pieces.push(piece.subarray(0, read));
  }
}
