/** Hides credentials in what is printed. Pure. */
import { type ConfigValue, looksLikeCredential, withoutUrlLogins } from "configstream-consumer/internal";

/** Stands for a hidden value; always the same, so that it does not show the length. */
export const mask = "********";

/**
 * A value as it may be printed. What has a name that looks like a credential is replaced, except what cannot be one: nothing,
 * booleans, empty text. User names and passwords inside URLs are replaced under any name.
 */
export function maskValue(name: string, value: ConfigValue): ConfigValue {
  return looksLikeCredential(name) ? hide(value) : maskWithin(value);
}

/** As {@link maskValue}, also for a key that has no value. */
export function maskSetting(key: string, value: ConfigValue | undefined, show: boolean): ConfigValue | undefined {
  return value === undefined || show ? value : maskValue(key, value);
}

/** Keeps the shape, so that it still shows whether something is set and how much. */
function hide(value: ConfigValue): ConfigValue {
  if (value === null || typeof value === "boolean" || value === "") return value;
  if (Array.isArray(value)) return value.map(hide);
  if (typeof value === "object") return mapEntries(value as Entries, (_name, item) => hide(item));
  return mask;
}

function maskWithin(value: ConfigValue): ConfigValue {
  if (typeof value === "string") return withoutUrlLogins(value, mask);
  if (Array.isArray(value)) return value.map(maskWithin);
  if (typeof value === "object" && value !== null) return mapEntries(value as Entries, maskValue);
  return value;
}

type Entries = { readonly [name: string]: ConfigValue };

function mapEntries(value: Entries, change: (name: string, item: ConfigValue) => ConfigValue): ConfigValue {
  // fromEntries defines properties, so that a name such as `__proto__` stays a plain one.
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, change(name, item)]));
}
