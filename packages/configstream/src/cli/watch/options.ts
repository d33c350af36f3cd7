/** The options of `configstream watch`. */

import type { ChangeFilter } from "configstream-consumer";
import { lowerCase } from "configstream-consumer/internal";
import type { ConnectionOptions } from "../connection/options.js";

export interface WatchOptions extends ConnectionOptions {
  readonly key?: readonly string[];
  readonly prefix?: string;
  readonly json?: boolean;
  readonly plain?: boolean;
  readonly showSecrets?: boolean;
}

/** The filter of the subscription. */
export function filterOf({ key, prefix }: WatchOptions): ChangeFilter {
  return { ...(key === undefined ? {} : { keys: key }), ...(prefix === undefined ? {} : { prefix }) };
}

/** The same filter as a test of a lower-case key, for what is already there. */
export function fits({ key, prefix }: WatchOptions): (name: string) => boolean {
  if (key === undefined && prefix === undefined) return () => true;
  const keys = new Set((key ?? []).map(lowerCase));
  const start = prefix === undefined ? undefined : lowerCase(prefix);
  return (name) => keys.has(name) || (start !== undefined && name.startsWith(start));
}

/** In words, for a title; empty: everything. */
export function scopeOf({ key, prefix }: WatchOptions): string {
  if (prefix !== undefined) return `only ${prefix}…`;
  return key === undefined ? "" : `only ${key.join(", ")}`;
}
