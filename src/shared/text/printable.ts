/**
 * Text from outside, made fit to be shown. Names and values of settings, sources, origins, paths and messages come from elsewhere:
 * raw, they could move the cursor, colour the screen, break a line of a log in two, or look like something else. Everything that a
 * command, here or served to the core agent, prints of them goes through {@link printable}. Pure.
 */

/**
 * Control characters, line and paragraph separators, marks that turn the direction of writing, the byte order mark, and lone
 * surrogates. All of them are single UTF-16 units.
 */
const unprintable = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/gu;

/** With each such character as an escape, `\u001b`: on one line, and harmless. In JSON text that keeps its meaning. */
export function printable(text: string): string {
  return text.replace(unprintable, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** As {@link printable}, with the text's own line breaks. */
export function printableLines(text: string): string {
  return text.split("\n").map(printable).join("\n");
}

/** A value as JSON that is safe to print. @param indent Blanks a level; 0: all on one line. */
export function jsonText(value: unknown, indent = 0): string {
  return printableLines(JSON.stringify(value, null, indent) ?? "null");
}
