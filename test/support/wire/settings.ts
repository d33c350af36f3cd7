/** Settings as the wire carries them. */
import type { ConfigValue, WireSetting } from "../../../src/shared/types.js";

/** A source sets a key. */
export function set(source: string, key: string, value: ConfigValue): WireSetting {
  return { source, key, value, unsetSource: "" };
}

/** A source lets go of a key, which then has the value of another, if there is one. */
export function unset(unsetSource: string, key: string, source = "", value: ConfigValue = null): WireSetting {
  return { source, key, value, unsetSource };
}
