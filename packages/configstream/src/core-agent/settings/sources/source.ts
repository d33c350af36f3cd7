/** Where layers come from. Another origin is one file that implements {@link LayerSource}. */
import type { ConfigValue } from "configstream-consumer/internal";
import type { LayerWrite } from "../change-set.js";

/** All settings of one layer. */
export type Layer = ReadonlyMap<string, ConfigValue>;

/** Who and what made a change set. */
export interface ChangeCause {
  readonly kind: "start" | "file" | "store" | "runtime" | "rollback";
  /** As the caller gave it: who changed it, and why. */
  readonly by?: string | undefined;
  readonly reason?: string | undefined;
  /** Of the store, when it is its change. */
  readonly revision?: number | undefined;
}

/** Takes what sources have. Each call is one change set; what it throws has changed nothing. Returns the number of real changes. */
export interface LayerSink {
  /** Replaces what the source gave for these layers before; values set by hand in them are none of its business. */
  replace(layers: Readonly<Record<string, Layer>>, cause: ChangeCause): number;
  /** Changes single settings of the layers that the source gives, as `judgeSetting` gave them. */
  change(writes: Iterable<LayerWrite>, cause: ChangeCause): number;
}

/** An origin of layers: defaults, files, the environment, a store. */
export interface LayerSource {
  /** Reads what is there, and follows it from then on. */
  open(): Promise<void>;
  close(): Promise<void>;
}
