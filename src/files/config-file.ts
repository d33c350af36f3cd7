/** Reads one configuration file, which may be missing for a while. */
import { stat } from "node:fs/promises";
import { isMissing, readFault, systemCode } from "../shared/disk/file-faults.js";
import { maxTextBytes, readRegularFile } from "../shared/disk/regular-file.js";
import { ConfigStreamError } from "../shared/errors.js";

/** The bytes of a file; `undefined` when it does not exist. Rejects with code `invalid_config_file`, naming the path. */
export async function readConfigFile(path: string): Promise<Buffer | undefined> {
  try {
    return readRegularFile(path, maxTextBytes)?.bytes;
  } catch (cause) {
    if (isMissing(cause)) return undefined;
    throw new ConfigStreamError("invalid_config_file", `The configuration file ${path} ${readFault(cause)}.`, {
      cause,
    });
  }
}

/** Differs when the file may have changed, whichever links lead to it. */
export async function fileSignature(path: string): Promise<string> {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
    return `${dev} ${ino} ${size} ${mtimeNs} ${ctimeNs}`;
  } catch (error) {
    return String(systemCode(error));
  }
}
