/** What a writer makes visible at once. */
import type { EffectiveChange } from "../../shared/types.js";

/** How much is known of the layers below the winners. */
export type LowerLayers = "all" | "some";

/** One atomic change of what readers see. */
export interface Publication {
  readonly sequenceId: number;
  readonly origin: string;
  /** Each key at most once. */
  readonly changes: readonly EffectiveChange[];
  /**
   * What is known of the layers below the winners. `all`: each was sent. `some`: some may be missing, or have changed since they
   * were sent. Default: `some`.
   */
  readonly lowerLayers?: LowerLayers;
  /** When an earlier process published this state, in ms since the epoch. Default: now. */
  readonly atMs?: number;
}

/** Makes states visible to readers. */
export interface Publisher {
  /**
   * Publishes all changes at once, or throws a `ConfigStreamError` with code `limit_exceeded` and publishes nothing.
   * A publication without changes still moves the visible sequence id.
   */
  publish(publication: Publication): void;
}
