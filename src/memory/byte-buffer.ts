/** Private memory that grows: many small pieces of bytes one after the other, without an array for each. */

const FIRST_BYTES = 4_096;
/** A buffer that grew larger than this is given back when it is cleared. */
const KEPT_BYTES = 256 * 1_024;

export class ByteBuffer {
  /** Valid until the next {@link reserve}, which may replace it. */
  bytes = new Uint8Array(FIRST_BYTES);
  /** Bytes that are in use. */
  length = 0;

  /** Takes `count` bytes more and gives the offset of the first. Their content is whatever was there before. */
  reserve(count: number): number {
    const at = this.length;
    const needed = at + count;
    if (needed > this.bytes.length) {
      const larger = new Uint8Array(Math.max(needed, this.bytes.length * 2));
      larger.set(this.bytes.subarray(0, at));
      this.bytes = larger;
    }
    this.length = needed;
    return at;
  }

  /** Gives back all bytes from an offset on. */
  truncate(at: number): void {
    this.length = at;
  }

  clear(): void {
    this.length = 0;
    if (this.bytes.length > KEPT_BYTES) this.bytes = new Uint8Array(FIRST_BYTES);
  }
}
