/**
 * Decodes what most settings are, booleans and whole numbers, out of msgpack. A general decoder prepares itself for whatever may
 * come, which takes longer than the rest of reading such a setting again.
 */

/** The value that bytes `at` to `end` are, as a whole; `undefined` when it is of another kind. */
export function simpleValue(bytes: Uint8Array, at: number, end: number): number | boolean | null | undefined {
  const kind = bytes[at] as number;
  if (end - at === 1) {
    if (kind < 0x80) return kind;
    if (kind >= 0xe0) return kind - 256;
    if (kind === 0xc2 || kind === 0xc3) return kind === 0xc3;
    return kind === 0xc0 ? null : undefined;
  }
  if (end - at === 2) {
    if (kind === 0xcc) return bytes[at + 1];
    return kind === 0xd0 ? ((bytes[at + 1] as number) << 24) >> 24 : undefined;
  }
  if (end - at === 3) {
    const short = ((bytes[at + 1] as number) << 8) | (bytes[at + 2] as number);
    if (kind === 0xcd) return short;
    return kind === 0xd1 ? (short << 16) >> 16 : undefined;
  }
  if (end - at !== 5) return undefined;
  const word =
    ((bytes[at + 1] as number) << 24) |
    ((bytes[at + 2] as number) << 16) |
    ((bytes[at + 3] as number) << 8) |
    (bytes[at + 4] as number);
  if (kind === 0xce) return word >>> 0;
  return kind === 0xd2 ? word : undefined;
}
