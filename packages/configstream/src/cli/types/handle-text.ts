/** The handle of a setting, as code, and the type of its value. Pure. */
import { jsonText } from "../terminal/printable.js";
import type { Leaf } from "./setting-tree.js";
import type { TypeText } from "./type-text.js";

export interface HandleText {
  /** `cfg.setting("a").asInt()`. */
  readonly code: string;
  /** Of `value`. */
  readonly type: TypeText;
}

const conversions: { readonly [type: TypeText]: { readonly call: string; readonly type: TypeText } } = {
  string: { call: "asString()", type: "string" },
  boolean: { call: "asBool()", type: "boolean" },
  number: { call: "asFloat()", type: "number" },
  // In milliseconds, as getDuration gives it.
  Duration: { call: "asDuration()", type: "number" },
  "readonly string[]": { call: "asStringSlice()", type: "readonly string[]" },
};

/** Other types have no conversion: what arrives is taken for what the schema says, or is missing. */
export function handleText({ key, type }: Leaf): HandleText {
  const known = Object.hasOwn(conversions, type) ? conversions[type] : undefined;
  const setting = `cfg.setting(${jsonText(key)})`;
  if (known !== undefined) return { code: `${setting}.${known.call}`, type: known.type };
  const taken = `${type} | undefined`;
  return { code: `${setting}.as((value) => value as ${taken})`, type: taken };
}
