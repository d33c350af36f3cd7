/**
 * What a publish changes, by columns. A snapshot changes every key; an object and an array of bytes for each would be most of
 * its garbage, just when memory is short already.
 */

import type { ResolvedSetting } from "../../shared/types.js";
import { ByteBuffer } from "../byte-buffer.js";
import { appendRecord } from "../codec.js";

/** One row is one key that gets a record, or that is removed. */
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
  /** Rows. The columns may have room for more. */
  count = 0;

  /** Forgets all rows. `capacity`: how many there are to be; columns that have to grow leave garbage behind. */
  begin(capacity: number): void {
    this.bytes.clear();
    this.keys = new Array(capacity);
    this.sources = new Array(capacity);
    this.starts = new Array(capacity);
    this.#sizes = new Array(capacity);
    this.count = 0;
  }

  /** Bytes of the record of a row; 0: the key is removed. */
  length(row: number): number {
    return Math.abs(this.#sizes[row] as number);
  }

  hasLayers(row: number): boolean {
    return (this.#sizes[row] as number) < 0;
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

  /** Takes back the rows from `count` on. */
  drop(count: number): void {
    if (count === this.count) return;
    this.bytes.truncate(this.starts[count] as number);
    this.count = count;
  }

  /** Makes room for a record that is there already, and gives the place where its bytes are to be put. */
  addRecord(key: string, source: string, length: number, hasLayers: boolean): Uint8Array {
    const start = this.bytes.reserve(length);
    this.#add(key, source, start, hasLayers ? -length : length);
    return this.bytes.bytes.subarray(start, start + length);
  }

  #add(key: string, source: string, start: number, size: number): void {
    const row = this.count++;
    this.keys[row] = key;
    this.sources[row] = source;
    this.starts[row] = start;
    this.#sizes[row] = size;
  }
}
