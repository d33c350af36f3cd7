/** A reading that keeps its record and decodes it when it is first asked for: a view of 100,000 keys decodes few. */

import type { ConfigChange, ConfigValue, SourceValue } from "../../shared/types.js";
import type { RecordCopy } from "../arena-reader.js";
import { checksum, recordSeed } from "../checksum.js";
import { decodeRecord } from "../codec.js";
import { layersOf, Reading } from "./entry.js";

/** What a reading takes of a record. */
type Record = Pick<RecordCopy, "publish" | "source" | "hasLayers" | "sum" | "length" | "bytes">;

const noRecord: Record = { publish: 0, source: 0, hasLayers: false, sum: 0, length: 0, bytes: new Uint8Array() };

export class StoredReading extends Reading {
  /** Lower-case key. */
  readonly key: string;
  /** Publish that wrote the record; 0 when the slot was empty. */
  readonly publish: number;
  readonly sourceId: number;
  readonly source: string;
  readonly #hasLayers: boolean;
  readonly #sum: number;
  #record: Uint8Array | undefined;

  /** Takes what it needs out of `copy`, which is reused. */
  constructor(key: string, copy: Record, source: string) {
    super();
    this.key = key;
    this.publish = copy.publish;
    this.sourceId = copy.length === 0 ? 0 : copy.source;
    this.#hasLayers = copy.hasLayers;
    this.#sum = copy.sum;
    this.#record = copy.length === 0 ? undefined : copy.bytes.slice(0, copy.length);
    this.source = copy.length === 0 ? "" : source;
  }

  /** What a key holds by a change that it was told of, without the layers below. */
  static of({ key, newValue: value, source, sequenceId }: ConfigChange, publish: number): StoredReading {
    const reading = new StoredReading(key, { ...noRecord, publish }, "");
    if (value !== undefined) reading.update({ value, source, sequenceId, layers: undefined });
    return reading;
  }

  /** True when the key exists. */
  get exists(): boolean {
    return this.#record !== undefined || this.state.value !== undefined;
  }

  /** Value of a key that exists. */
  get value(): ConfigValue {
    return this.decode().state.value ?? null;
  }

  /** Layers of a key that exists, lowest priority first. */
  get layers(): readonly SourceValue[] {
    return layersOf(this.decode().state);
  }

  /** G9, as for {@link RecordCopy.matches}. */
  matches(slot: number): boolean {
    const record = this.#record;
    return record === undefined || checksum(record, record.length, recordSeed(slot, this.publish)) === this.#sum;
  }

  /** Decodes the record; harmless when that has been done. */
  decode(): this {
    const record = this.#record;
    if (record !== undefined) {
      this.#record = undefined;
      const { value, layers, sequenceId } = decodeRecord(record, record.length, this.#hasLayers);
      this.update({ value, source: this.source, sequenceId, layers });
    }
    return this;
  }
}
