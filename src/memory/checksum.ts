/**
 * 32-bit checksum of a record. It is a net below the protocol, not a part of it: it makes a defect visible instead of
 * silent. Over `length` bytes beginning at `from`. Word-wise multiply and mix after the finalizer of MurmurHash3 (Austin Appleby, public domain).
 */
export function checksum(bytes: Uint8Array, length: number, seed: number, from = 0): number {
  let hash = seed ^ length;
  const whole = from + (length & ~3);
  for (let i = from; i < whole; i += 4) {
    const word =
      (bytes[i] as number) |
      ((bytes[i + 1] as number) << 8) |
      ((bytes[i + 2] as number) << 16) |
      ((bytes[i + 3] as number) << 24);
    hash = mix(hash, word);
  }
  let tail = 0;
  for (let i = from + length - 1; i >= whole; i--) tail = (tail << 8) | (bytes[i] as number);
  hash = mix(hash, tail);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

function mix(hash: number, word: number): number {
  const scrambled = Math.imul(word, 0xcc9e2d51);
  const rotated = hash ^ Math.imul((scrambled << 15) | (scrambled >>> 17), 0x1b873593);
  return (Math.imul((rotated << 13) | (rotated >>> 19), 5) + 0xe6546b64) | 0;
}

/** Seed of a record's checksum: a record that is in the wrong slot, or belongs to another publish, does not pass. */
export function recordSeed(slotIndex: number, publish: number): number {
  return Math.imul(slotIndex + 1, 0x9e3779b1) ^ publish;
}

/** 32-bit hash of a key, over its UTF-16 code units (FNV-1a, two bytes at a time, then mixed). */
export function hashKey(key: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return hash ^ (hash >>> 12);
}
