/** From the content of a YAML file to dotted leaves. Pure. */
import { ConfigStreamError, InvalidOptionError } from "../shared/errors.js";
import type { ConfigValue } from "../shared/types.js";
import { type KeyShapes, leavesOf, toValue } from "./leaves.js";
import { decodeUtf8 } from "./utf8.js";
import { readYaml, YamlFault, type YamlReading } from "./yaml-tree.js";

/** Takes a sentence about something in a file that is tolerated, ignored or kept as it is. Names of keys may appear, values never. */
export type FileNote = (sentence: string) => void;

/**
 * Parses a file into the leaves that it sets, in time that grows with its size.
 *
 * @throws ConfigStreamError with code `invalid_config_file`, naming path, line and column.
 */
export function parseYaml(
  path: string,
  content: string | Uint8Array,
  known: KeyShapes,
  note: FileNote = () => {},
): Map<string, ConfigValue> {
  const noteLine = (line: number, sentence: string): void =>
    note(`In the configuration file ${path}, line ${line}: ${sentence}.`);
  try {
    const reading = readYaml(typeof content === "string" ? content : decodeUtf8(content), noteLine);
    checkRoot(reading);
    return leavesOf(reading, known, noteLine);
  } catch (error) {
    if (error instanceof YamlFault) throw invalidFile(path, error.place.line, error.place.column, `${error.message}.`);
    // A value that no reader could take, such as one that is nested too deeply; the sentence names its key.
    if (error instanceof InvalidOptionError) throw invalidFile(path, 1, 1, error.message);
    throw error;
  }
}

/**
 * The value of a whole document, whatever it is, by the rules of configuration files and as fast. The sentence of the error says where it is
 * malformed and quotes nothing of the text.
 *
 * @throws InvalidOptionError
 */
export function parseYamlValue(content: string | Uint8Array): ConfigValue {
  try {
    return toValue(readYaml(typeof content === "string" ? content : decodeUtf8(content), () => {}).root);
  } catch (error) {
    if (!(error instanceof YamlFault)) throw error;
    throw new InvalidOptionError(`line ${error.place.line}, column ${error.place.column}: ${error.message}`);
  }
}

function checkRoot({ root }: YamlReading): void {
  if (root === null || root instanceof Map) return;
  throw new YamlFault("its top level must be a map of settings", { line: 1, column: 1 });
}

/** `reason` is a sentence. */
function invalidFile(path: string, line: number, column: number, reason: string): ConfigStreamError {
  return new ConfigStreamError(
    "invalid_config_file",
    `The configuration file ${path} is not valid at line ${line}, column ${column}: ${reason} Correct it there.`,
  );
}
