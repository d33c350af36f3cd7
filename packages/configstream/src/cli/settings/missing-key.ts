/** What to say about a key that the core agent does not have. */
import type { Reader } from "configstream-consumer";
import { didYouMean, suggest } from "configstream-consumer/internal";
import { formatCount } from "../terminal/format.js";
import { printable } from "../terminal/printable.js";

/** @param near Names that are close to it. */
export function noSetting({ key, near }: { readonly key: string; readonly near: readonly string[] }): string {
  return `There is no setting "${printable(key)}".${didYouMean(near.map(printable))}`;
}

export function missingKey(reader: Reader, key: string): string {
  const shown = printable(key);
  if (reader.hasSection(key)) {
    const names = reader.getSubfields(key).map(printable);
    const some = names.slice(0, 5).join(", ");
    return `"${shown}" is a section, not a setting; in it are ${some}${names.length > 5 ? ", …" : ""}.`;
  }
  const keys = reader.allKeysLowercased();
  const none = `There is no setting "${shown}" among the ${formatCount(keys.length)} that the core agent has.`;
  return none + didYouMean(suggest(key, keys).map(printable));
}
