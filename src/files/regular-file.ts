/** Reads a configuration file without ever waiting for its other end: a FIFO or a device in its place is refused. */
import { constants, open, stat } from "node:fs/promises";
import { ConfigStreamError } from "../shared/errors.js";

/** Absent on some systems, where no file has another end to wait for. */
const nonBlocking = constants.O_NONBLOCK ?? 0;

/** The bytes of a file; `undefined` when it does not exist. Rejects with code `invalid_config_file`, naming the path. */
export async function readRegularFile(path: string): Promise<Buffer | undefined> {
  try {
    const file = await open(path, constants.O_RDONLY | nonBlocking);
    try {
      if (!(await file.stat()).isFile()) throw notRegular(path);
      return await file.readFile();
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof ConfigStreamError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    // What a socket, or a device without a driver, answers when it is opened.
    if (code === "ENXIO" || code === "ENODEV" || code === "EISDIR") throw notRegular(path);
    throw unreadable(path, String(code), error);
  }
}

/** Differs when the file may have changed, whichever links lead to it. */
export async function fileSignature(path: string): Promise<string> {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
    return `${dev} ${ino} ${size} ${mtimeNs} ${ctimeNs}`;
  } catch (error) {
    return String((error as NodeJS.ErrnoException).code);
  }
}

function notRegular(path: string): ConfigStreamError {
  return unreadable(path, "it is no regular file", undefined);
}

function unreadable(path: string, reason: string, cause: unknown): ConfigStreamError {
  return new ConfigStreamError("invalid_config_file", `The configuration file ${path} cannot be read (${reason}).`, {
    cause,
  });
}
