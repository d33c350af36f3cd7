/** Ranges of keys: an interval from its first key up to one that is not in it any more. Pure. */

export interface KeyRange {
  readonly key: Uint8Array;
  readonly range_end: Uint8Array;
}

/** All keys that begin with a text, which must not be empty. */
export function prefixRange(prefix: string): KeyRange {
  const key = Buffer.from(prefix);
  const end = Buffer.from(key);
  // UTF-8 has no byte 255, so that the last byte can always be raised.
  end[end.length - 1] = (end.at(-1) ?? 0) + 1;
  return { key, range_end: end };
}

/** The ranges that are not part of another one, in the order of their keys. */
export function distinctRanges(prefixes: readonly string[]): readonly KeyRange[] {
  const outer = prefixes.filter((prefix) => !prefixes.some((other) => other !== prefix && prefix.startsWith(other)));
  return [...new Set(outer)].map(prefixRange).sort((a, b) => Buffer.compare(a.key, b.key));
}

/**
 * The smallest one range that covers several: events of one revision that stand in different ranges so arrive in one answer, where
 * several watches would give them in several.
 */
export function coveringRange(ranges: readonly KeyRange[]): KeyRange {
  const [first, ...others] = ranges;
  if (first === undefined) throw new RangeError("There is no range to cover.");
  return others.reduce(
    (covering, { key, range_end }) => ({
      key: Buffer.compare(key, covering.key) < 0 ? key : covering.key,
      range_end: Buffer.compare(range_end, covering.range_end) > 0 ? range_end : covering.range_end,
    }),
    first,
  );
}
