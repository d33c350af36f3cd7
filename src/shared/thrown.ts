/** Something that foreign code threw, told without its message: libraries and applications quote what they like in one. */

/** The error's name, its code if it has one, and the line of code that it came from. Holds no message. */
export function describeThrown(thrown: unknown): string {
  if (!(thrown instanceof Error)) return `a thrown ${typeof thrown}`;
  const { code } = thrown as NodeJS.ErrnoException;
  const name = typeof code === "string" && /^[A-Z][A-Z0-9_]*$/.test(code) ? `${thrown.name} (${code})` : thrown.name;
  // The message comes first, and might look like a line of the stack.
  const stack = (thrown.stack ?? "").replace(thrown.message, "");
  const from = /^\s+(at .*)$/m.exec(stack)?.[1];
  return from === undefined ? name : `${name} ${from}`;
}
