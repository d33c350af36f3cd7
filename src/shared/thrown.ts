/**
 * Describes something that foreign code threw without its message, because libraries and applications may quote anything in one.
 * Nothing here throws, whatever was thrown: an object of another realm, a proxy, one whose getters throw.
 */
import { types } from "node:util";

/** Names as programs give them; anything else could be a message, or break a log line. */
const plainName = /^[\w$.-]{1,100}$/;
const plainCode = /^[A-Z][A-Z0-9_]{0,99}$/;

/** Whether it is an error, of this realm or of another one. */
export function isError(thrown: unknown): boolean {
  try {
    // The first one knows errors of other realms, the second one a DOMException.
    return types.isNativeError(thrown) || thrown instanceof Error;
  } catch {
    return false;
  }
}

/** A property that is a text; `undefined` for any other, and when it cannot be read. */
export function textIn(thrown: unknown, name: string): string | undefined {
  try {
    const value: unknown = (thrown as Record<string, unknown> | null | undefined)?.[name];
    return typeof value === "string" ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The error's name, its code if it has one, and the line of code that it came from. Holds no message. */
export function describeThrown(thrown: unknown): string {
  if (!isError(thrown)) return `a thrown ${typeof thrown}`;
  const given = textIn(thrown, "name") ?? "";
  const code = textIn(thrown, "code") ?? "";
  const name = plainName.test(given) ? given : "Error";
  const named = plainCode.test(code) ? `${name} (${code})` : name;
  // The message comes first, and its lines might look like those of the stack.
  const lines = (textIn(thrown, "stack") ?? "").split("\n");
  const from = lines[lines.findLastIndex((line) => !/^\s+at /.test(line)) + 1];
  return from === undefined ? named : `${named} ${from.trim()}`;
}

/** If what a foreign function returned is a promise, of this realm or another one, reports its rejection. */
export function whenRejected(returned: unknown, report: (thrown: unknown) => void): void {
  if (!types.isPromise(returned)) return;
  // Not by a method of the object, which may have been replaced.
  Promise.prototype.then.call(returned, undefined, report);
}
