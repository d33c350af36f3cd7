/**
 * Finds the core agent by its own `datadog.yaml`, again at every attempt: the file may come, and change, after this process
 * began.
 */
import { resolve } from "node:path";
import { isMissing, readFault } from "../../shared/disk/file-faults.js";
import { type FileVersion, readRegularFile } from "../../shared/disk/regular-file.js";
import { ConfigStreamError } from "../../shared/errors.js";
import type { DiscoveryParams } from "../../shared/params.js";
import { locate, type Place } from "../../shared/place/place.js";
import type { ConfigValue } from "../../shared/types.js";

/** Largest file that is read, in bytes. */
const maxBytes = 64 * 1024 * 1024;

type Settings = ReadonlyMap<string, ConfigValue>;

/** Where the core agent is, by what the file holds now. */
export interface AgentFinder {
  /** Rejects with `credentials` when a given file is missing or cannot be read, and with `invalid_config_file`. */
  find(): Promise<Place>;
}

const names = {
  address: "an option",
  authTokenFile: "an option",
  ipcCertFile: "an option",
  dataDir: "an option",
} as const;

/** Makes the finder. A file is parsed once for each version of it. */
export function createAgentFinder(discovery: DiscoveryParams): AgentFinder {
  const { configFile, given, variables, directory } = discovery;
  let seen: { readonly version: FileVersion; readonly settings: Settings } | undefined;

  const settingsNow = async (): Promise<Settings | undefined> => {
    const file = read(discovery, seen?.version);
    if (file === "missing") return undefined;
    if (file !== undefined) seen = { version: file.version, settings: await parse(configFile, file.bytes) };
    return seen?.settings;
  };
  return {
    async find() {
      const file = { path: configFile, settings: await settingsNow() };
      const { address, authTokenFile, ipcCertFile } = locate(given, names, variables, file);
      const absolute = ({ value, from }: typeof address) => ({ value: resolve(directory, value), from });
      return { address, authTokenFile: absolute(authTokenFile), ipcCertFile: absolute(ipcCertFile) };
    },
  };
}

function read({ configFile, isGiven }: DiscoveryParams, known: FileVersion | undefined) {
  try {
    return readRegularFile(configFile, maxBytes, known);
  } catch (thrown) {
    // There may be none in the usual place.
    if (!isGiven && isMissing(thrown)) return "missing";
    throw new ConfigStreamError(
      "credentials",
      `The core agent's configuration file ${configFile} ${readFault(thrown)}.`,
      {
        details: { path: configFile },
      },
    );
  }
}

async function parse(path: string, bytes: Buffer): Promise<Settings> {
  // Loaded only here, because most consumers are given the place of the core agent.
  const { parseYaml } = await import("../../files/yaml.js");
  return parseYaml(path, bytes.toString("utf8"), { declaredType: () => undefined, isSection: () => false });
}
