/**
 * Reads protobuf's wire format (protobuf.dev/programming-guides/encoding) out of one message's bytes.
 *
 * proto-loader would make a message object and then a plain object for each message and each value inside, which for a snapshot
 * of 100,000 settings is more work and more garbage than all the rest of taking it in. The contract's events use five kinds of
 * fields, so little of the format is needed.
 */

import { knownText } from "./known-texts.js";

/** Wire types: the low three bits of a tag. */
const wireType = { varint: 0, fixed64: 1, lengthDelimited: 2, startGroup: 3, endGroup: 4, fixed32: 5 } as const;

/** A cursor. Every method throws a `RangeError` when the bytes end too early or are invalid. */
export class WireReader {
  readonly #bytes: Buffer;
  #at = 0;
  #end: number;
  /** The text that was read last by {@link repeatedText}, and where its bytes are. */
  #last = "";
  #lastAt = 0;
  #lastLength = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.#end = bytes.length;
  }

  /** The next field's number and wire type, as they are on the wire; 0 at the end of the current message. */
  tag(): number {
    if (this.#at >= this.#end) return 0;
    const tag = this.uint32();
    if (tag >>> 3 === 0) throw new RangeError("A field has the number 0.");
    return tag;
  }

  /** Goes into a message in a field; give the result to {@link close} at its end. */
  open(): number {
    const length = this.#length();
    const outer = this.#end;
    this.#end = this.#at + length;
    return outer;
  }

  close(outer: number): void {
    this.#end = outer;
  }

  /** The low 32 bits of a varint. */
  uint32(): number {
    const bytes = this.#bytes;
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.#at >= this.#end) throw truncated();
      const byte = bytes[this.#at++] as number;
      if (shift < 32) value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
    throw new RangeError("A number is longer than ten bytes.");
  }

  int32(): number {
    return this.uint32() | 0;
  }

  /** True when any bit of a varint is set. */
  bool(): boolean {
    let any = false;
    for (let i = 0; i < 10; i++) {
      if (this.#at >= this.#end) throw truncated();
      const byte = this.#bytes[this.#at++] as number;
      any ||= (byte & 0x7f) !== 0;
      if (byte < 0x80) return any;
    }
    throw new RangeError("A number is longer than ten bytes.");
  }

  double(): number {
    if (this.#end - this.#at < 8) throw truncated();
    const value = this.#bytes.readDoubleLE(this.#at);
    this.#at += 8;
    return value;
  }

  /** UTF-8; bytes that are none become U+FFFD. */
  text(): string {
    const length = this.#length();
    const from = this.#at;
    this.#at += length;
    return this.#bytes.toString("utf8", from, from + length);
  }

  /** As {@link text}, for a name that earlier messages are likely to have had. Not for values, because it is kept. */
  knownText(): string {
    const length = this.#length();
    const from = this.#at;
    this.#at += length;
    return knownText(this.#bytes, from, length);
  }

  /** As {@link text}, for a field that is mostly the same in one setting after the other. */
  repeatedText(): string {
    const length = this.#length();
    const from = this.#at;
    this.#at += length;
    if (length === this.#lastLength && this.#isLast(from)) return this.#last;
    this.#last = this.#bytes.toString("utf8", from, from + length);
    this.#lastAt = from;
    this.#lastLength = length;
    return this.#last;
  }

  /** Skips a field that is not used. */
  skip(tag: number): void {
    const type = tag & 7;
    if (type === wireType.varint) this.uint32();
    else if (type === wireType.fixed64) this.#pass(8);
    else if (type === wireType.lengthDelimited) this.#pass(this.#length());
    else if (type === wireType.fixed32) this.#pass(4);
    else if (type === wireType.startGroup) this.#skipGroup((tag & ~7) | wireType.endGroup);
    else throw new RangeError(`A field has the wire type ${type}.`);
  }

  #skipGroup(end: number): void {
    for (let tag = this.tag(); tag !== end; tag = this.tag()) {
      if (tag === 0) throw truncated();
      this.skip(tag);
    }
  }

  #isLast(from: number): boolean {
    const bytes = this.#bytes;
    for (let i = 0; i < this.#lastLength; i++) if (bytes[from + i] !== bytes[this.#lastAt + i]) return false;
    return true;
  }

  #length(): number {
    const length = this.uint32();
    if (length > this.#end - this.#at) throw truncated();
    return length;
  }

  #pass(length: number): void {
    if (length > this.#end - this.#at) throw truncated();
    this.#at += length;
  }
}

function truncated(): RangeError {
  return new RangeError("The message ends too early.");
}
