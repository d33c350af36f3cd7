/**
 * Names that messages repeat, such as keys and sources, by their bytes. A text that is found here is not made again: that saves the
 * call into the engine that makes it, its hashing, and its garbage, which for an update is a good part of reading it.
 *
 * Each text has one place, where the next one with that place replaces it: what is kept has a bound, whatever the messages hold.
 */

/** A power of two. */
const places = 4_096;
const longest = 128;

const texts = new Array<string>(places).fill("");

/** The text of `length` bytes of UTF-8 that begin at `from`; what is no UTF-8 becomes U+FFFD. */
export function knownText(bytes: Buffer, from: number, length: number): string {
  if (length > longest) return bytes.toString("utf8", from, from + length);
  let hash = length;
  let all = 0;
  for (let i = from; i < from + length; i++) {
    const byte = bytes[i] as number;
    hash = Math.imul(hash ^ byte, 0x01000193);
    all |= byte;
  }
  // Only of ASCII can text and bytes be compared one by one.
  if (all > 0x7f) return bytes.toString("utf8", from, from + length);
  const place = (hash ^ (hash >>> 15)) & (places - 1);
  const known = texts[place] as string;
  if (known.length === length && isText(known, bytes, from)) return known;
  const text = bytes.toString("latin1", from, from + length);
  texts[place] = text;
  return text;
}

function isText(text: string, bytes: Buffer, from: number): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) !== bytes[from + i]) return false;
  return true;
}
