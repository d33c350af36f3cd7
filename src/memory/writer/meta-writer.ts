/** Writes what each publish of an arena says about itself, in turn into one of two copies, with the origin beside each. */
import { block, type LowerLayers, lowerLayers as levels, META_WORDS, meta } from "../layout.js";
import type { Region } from "../region.js";

/** What a publish says about itself. */
export interface PublishInfo {
  readonly sequenceId: number;
  readonly origin: string;
  readonly atMs: number;
  readonly lowerLayers: LowerLayers;
}

/** Letters of an origin that are kept, and the bytes that they may take. */
const ORIGIN_LETTERS = 200;
const ORIGIN_BYTES = ORIGIN_LETTERS * 3;

const encoder = new TextEncoder();

export class MetaWriter {
  readonly #region: Region;
  readonly #blockAt: number;
  /** Each copy has a place for its origin: one that changes with every publish then needs no more space than one that stays. */
  readonly #places: readonly [number, number];
  readonly #origins = ["", ""];
  readonly #lengths = [0, 0];
  #encoded = { name: "", bytes: new Uint8Array(0) };

  constructor(region: Region, blockAt: number, allocate: (length: number) => number) {
    this.#region = region;
    this.#blockAt = blockAt;
    this.#places = [allocate(ORIGIN_BYTES), allocate(ORIGIN_BYTES)];
  }

  /** To be called between the beginning and the end of a publish: readers of the copy then find out. Cannot fail. */
  write(publish: number, info: PublishInfo, logHead: number, liveKeys: number): void {
    const region = this.#region;
    const turn = publish & 1;
    this.#writeOrigin(turn, info.origin);
    const copy = this.#blockAt + block.meta + turn * META_WORDS;
    const { sequenceId, atMs, lowerLayers } = info;
    region.setPlain(copy + meta.sequenceId, sequenceId);
    region.setPlain(copy + meta.logHead, logHead);
    region.setPlain(copy + meta.liveKeys, liveKeys);
    region.setPlain(copy + meta.timeLow, (atMs % 2 ** 32) | 0);
    region.setPlain(copy + meta.timeHigh, Math.floor(atMs / 2 ** 32));
    region.setPlain(copy + meta.lowerLayers, levels.indexOf(lowerLayers));
    region.setPlain(copy + meta.originAt, this.#places[turn as 0 | 1]);
    region.setPlain(copy + meta.originLength, this.#lengths[turn] as number);
  }

  #writeOrigin(turn: number, name: string): void {
    if (this.#origins[turn] === name) return;
    if (this.#encoded.name !== name) this.#encoded = { name, bytes: encoder.encode(name.slice(0, ORIGIN_LETTERS)) };
    const { bytes } = this.#encoded;
    this.#region.copyIn(this.#places[turn as 0 | 1], bytes);
    this.#origins[turn] = name;
    this.#lengths[turn] = bytes.length;
  }
}
