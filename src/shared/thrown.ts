/** Something that foreign code threw, told without its message: libraries and applications quote what they like in one. */

/** The error's name, its code if it has one, and the line of code that it came from. Holds no message. */
export function describeThrown(thrown: unknown): string {
  if (!(thrown instanceof Error)) return `a thrown ${typeof thrown}`;
  const { code } = thrown as NodeJS.ErrnoException;
  const name = typeof code === "string" && /^[A-Z][A-Z0-9_]*$/.test(code) ? `${thrown.name} (${code})` : thrown.name;
  // The message comes first, and its lines might look like those of the stack.
  const lines = (thrown.stack ?? "").split("\n");
  const from = lines[lines.findLastIndex((line) => !/^\s+at /.test(line)) + 1];
  return from === undefined ? name : `${name} ${from.trim()}`;
}
