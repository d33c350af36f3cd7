/** What a writer makes visible at once. */
import type { ConfigStreamError } from "../../shared/errors.js";
import type { EffectiveChange } from "../../shared/types.js";
import type { LowerLayers } from "../layout.js";

/** One atomic change of what readers see. */
export interface Publication {
  readonly sequenceId: number;
  readonly origin: string;
  /** Each key at most once. */
  readonly changes: readonly EffectiveChange[];
  /**
   * What is known of the layers below the winners. Default: `some`.
   */
  readonly lowerLayers?: LowerLayers;
  /** When an earlier process published this state, in ms since the epoch. Default: now. */
  readonly atMs?: number;
}

/** A setting that no reader could ever read, and so is left out, with the reason. */
export interface Skipped {
  readonly key: string;
  readonly error: ConfigStreamError;
}

/** Makes states visible to readers. */
export interface Publisher {
  /**
   * Encodes what {@link publish} is to make visible next, and gives the changes that cannot be: their key or value is over the
   * limits of one setting, or the value cannot be encoded. Never throws; no reader sees anything yet.
   */
  prepare(publication: Publication): readonly Skipped[];
  /**
   * Publishes all changes that were prepared at once, or throws a `ConfigStreamError` with code `limit_exceeded` and publishes nothing.
   * A publication without changes still moves the visible sequence id.
   */
  publish(publication: Publication): void;
}
