/** What is wrong with a file, from the error of the system: in words, in one place. */
import { describeThrown } from "../thrown.js";

/** A path led to something that is no regular file, such as a named pipe, which could make a reader wait for ever. */
export class NotRegularFileError extends Error {
  override name = "NotRegularFileError";

  constructor() {
    super("Not a regular file.");
  }
}

/** A file is larger than its reader takes. */
export class FileTooLargeError extends Error {
  override name = "FileTooLargeError";
  readonly bytes: number;
  readonly maxBytes: number;

  constructor(bytes: number, maxBytes: number) {
    super("The file is too large.");
    this.bytes = bytes;
    this.maxBytes = maxBytes;
  }
}

/** The system's code, such as `ENOENT`; `undefined` for an error that has none. */
export function systemCode(thrown: unknown): string | undefined {
  const code = typeof thrown === "object" && thrown !== null ? (thrown as NodeJS.ErrnoException).code : undefined;
  return typeof code === "string" ? code : undefined;
}

/** There is no such file. */
export function isMissing(thrown: unknown): boolean {
  const code = systemCode(thrown);
  return code === "ENOENT" || code === "ENOTDIR";
}

/** The system does not let this process's user do it. */
export function isForbidden(thrown: unknown): boolean {
  const code = systemCode(thrown);
  return code === "EACCES" || code === "EPERM";
}

/** Nothing listens at a socket, or the socket is not there. */
export function isUnattended(thrown: unknown): boolean {
  return isMissing(thrown) || systemCode(thrown) === "ECONNREFUSED";
}

/** Completes "The file X …", without a full stop. */
export function readFault(thrown: unknown): string {
  if (thrown instanceof NotRegularFileError) return "is not a regular file; a pipe or a device cannot be used";
  if (thrown instanceof FileTooLargeError) return `has ${thrown.bytes} bytes, more than ${thrown.maxBytes}`;
  if (isMissing(thrown)) return "does not exist";
  const code = systemCode(thrown);
  switch (code) {
    case "EACCES":
    case "EPERM":
      return `cannot be read (${code}); let this process's user read it`;
    case "EISDIR":
      return "is a directory, not a file";
    case "ERR_ACCESS_DENIED":
      return `cannot be read (${code}); start Node.js with --allow-fs-read for it`;
    default:
      return `cannot be read (${code ?? describeThrown(thrown)})`;
  }
}

/** Completes "The file X cannot be written: …", without a full stop. */
export function writeFault(thrown: unknown): string {
  const code = systemCode(thrown);
  switch (code) {
    case "ENOENT":
      return "its folder does not exist (ENOENT)";
    case "ENOTDIR":
      return "a part of its path is no folder (ENOTDIR)";
    case "EISDIR":
      return "it is a folder (EISDIR)";
    case "EEXIST":
      return "something else is there already (EEXIST)";
    case "EACCES":
    case "EPERM":
      return `this process's user has not the right to (${code})`;
    case "ENOSPC":
    case "EDQUOT":
      return `no space is left (${code})`;
    case "EROFS":
      return "the file system is read-only (EROFS)";
    default:
      return describeThrown(thrown);
  }
}
