/**
 * What a publish changes, by columns. A snapshot changes every key; an object and an array of bytes for each would be most of
 * its garbage, just when memory is short already.
 */
import { ByteBuffer } from "../shared/byte-buffer.js";
import { appendRecord } from "../shared/codec.js";
import type { ResolvedSetting } from "../shared/types.js";

/** One row is one key that gets a record, or that is removed. To be filled anew for each publish. */
export class SlotWrites {
  /** All records, one after the other. */
  readonly bytes = new ByteBuffer();
  keys: string[] = [];
  /** Source of the record; empty for a removal. */
  sources: string[] = [];
  /** Where the record begins in {@link bytes}. */
  starts: number[] = [];
  /** Bytes of the record, negative when it holds layers; 0: the key is removed. */
  #sizes: number[] = [];

  get count(): number {
    return this.keys.length;
  }

  /** Bytes of the record of a row; 0: the key is removed. */
  length(row: number): number {
    return Math.abs(this.#sizes[row] as number);
  }

  hasLayers(row: number): boolean {
    return (this.#sizes[row] as number) < 0;
  }

  clear(): void {
    this.bytes.clear();
    this.keys = [];
    this.sources = [];
    this.starts = [];
    this.#sizes = [];
  }

  addRemoval(key: string): void {
    this.#add(key, "", this.bytes.length, 0);
  }

  /** Encodes a setting. Gives the length of its record. */
  addSetting(key: string, setting: ResolvedSetting, sequenceId: number): number {
    const start = this.bytes.length;
    const length = appendRecord(this.bytes, setting, sequenceId);
    this.#add(key, setting.source, start, setting.layers === undefined ? length : -length);
    return length;
  }

  /** Makes room for a record that is there already, and gives the place where its bytes are to be put. */
  addRecord(key: string, source: string, length: number, hasLayers: boolean): Uint8Array {
    const start = this.bytes.reserve(length);
    this.#add(key, source, start, hasLayers ? -length : length);
    return this.bytes.bytes.subarray(start, start + length);
  }

  #add(key: string, source: string, start: number, size: number): void {
    this.keys.push(key);
    this.sources.push(source);
    this.starts.push(start);
    this.#sizes.push(size);
  }
}
