/** Finds the core agent as the library does, by what the command line says; see src/shared/place/place.ts of the library. */
import {
  InvalidOptionError,
  isMissing,
  locate,
  type Place,
  parseYaml,
  readFault,
  readTextFile,
} from "configstream-consumer/internal";
import { wrongUsage } from "../exit.js";
import type { Io } from "../io.js";

export type { Found, Place } from "configstream-consumer/internal";

/** What the command line says about it. */
export interface PlaceOptions {
  readonly address?: string;
  readonly authTokenFile?: string;
  readonly ipcCertFile?: string;
  readonly dataDir?: string;
  /** A `datadog.yaml`. */
  readonly config?: string;
}

const names = {
  address: "--address",
  authTokenFile: "--auth-token-file",
  ipcCertFile: "--ipc-cert-file",
  dataDir: "--data-dir",
} as const;

type Surroundings = Pick<Io, "env" | "systemConfigFile">;

/** Rejects with a failure of wrong usage when a credential file is not known, or a given configuration file cannot be used. */
export async function findPlace(given: PlaceOptions, { env, systemConfigFile }: Surroundings): Promise<Place> {
  const path = given.config ?? systemConfigFile;
  const settings = await readSettings(path, given.config !== undefined);
  const hasToken = given.authTokenFile ?? given.dataDir ?? (env.DD_AUTH_TOKEN_FILE_PATH || settings);
  if (hasToken === undefined || hasToken === "") {
    return wrongUsage(
      "The core agent's token file is not known: give --data-dir DIR, --auth-token-file FILE or --config FILE, or set DD_AUTH_TOKEN_FILE_PATH.",
    );
  }
  try {
    return locate(given, names, env, { path, settings });
  } catch (thrown) {
    if (thrown instanceof InvalidOptionError) return wrongUsage(thrown.message);
    throw thrown;
  }
}

async function readSettings(path: string, isGiven: boolean) {
  let text: string;
  try {
    text = readTextFile(path);
  } catch (thrown) {
    // The file in the usual place is used if it is there.
    if (!isGiven && isMissing(thrown)) return undefined;
    return isGiven ? wrongUsage(`The configuration file ${path} ${readFault(thrown)}.`) : undefined;
  }
  return parseYaml(path, text, { declaredType: () => undefined, isSection: () => false });
}
