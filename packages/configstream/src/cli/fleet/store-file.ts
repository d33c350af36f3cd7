/** Reads the file of `--store`. */
import { ConfigStreamError, parseYamlValue, readFault, readTextFile } from "configstream-consumer/internal";
import { type ResolvedStore, resolveStore, type StoreOptions } from "../../store/index.js";
import { CommandFailure } from "../exit.js";

/**
 * YAML or JSON, with what `createCoreAgent({ store })` takes: `endpoints`, `layers`, `tls`, `auth`. Throws a sentence that names the path,
 * and quotes no password.
 */
export function readStoreFile(path: string): { readonly given: StoreOptions; readonly resolved: ResolvedStore } {
  let text: string;
  try {
    text = readTextFile(path);
  } catch (error) {
    throw new CommandFailure(`The store file ${path} ${readFault(error)}.`, undefined, { cause: error });
  }
  let given: unknown;
  try {
    given = parseYamlValue(text);
  } catch (error) {
    throw new CommandFailure(`The store file ${path} is not valid YAML at ${(error as Error).message}.`);
  }
  try {
    const resolved = resolveStore("store", given ?? {});
    return { given: given as StoreOptions, resolved: resolved as ResolvedStore };
  } catch (error) {
    if (!(error instanceof ConfigStreamError)) throw error;
    throw new CommandFailure(`The store file ${path} cannot be used: ${error.message}`);
  }
}
