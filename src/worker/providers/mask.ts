/** Hides credentials in settings that leave the process. Pure. */
import { looksLikeCredential, withoutUrlLogins } from "../../shared/text/credential-names.js";
import type { ConfigValue } from "../../shared/types.js";

/** Stands for a hidden value; always the same, so that it does not show the length. */
export const mask = "********";

/** The source of settings that a secrets backend resolved. */
const secretSource = "secret";

const privateKeyBlock = /-----BEGIN [A-Z ]*PRIVATE KEY-----/;

/**
 * A setting's value as it may leave the process. Hidden is what a secrets backend resolved (`source`), and what has a name that
 * looks like that of a credential: the setting's own, that of a section around it, or one inside the value; except what cannot be
 * one: null, booleans, empty text. Private keys and logins inside URLs are hidden under any name.
 */
export function maskedSetting(key: string, value: ConfigValue, source: string): ConfigValue {
  const isSecret = source === secretSource || key.split(".").some(looksLikeCredential);
  return isSecret ? hidden(value) : maskedWithin(value);
}

/** Keeps the shape, so that it still shows whether something is set and how much. */
function hidden(value: ConfigValue): ConfigValue {
  if (value === null || typeof value === "boolean" || value === "") return value;
  if (isList(value)) return value.map(hidden);
  if (typeof value === "object") return mapped(value, (_name, item) => hidden(item));
  return mask;
}

function maskedWithin(value: ConfigValue): ConfigValue {
  if (typeof value === "string") return privateKeyBlock.test(value) ? mask : withoutUrlLogins(value, mask);
  if (typeof value !== "object" || value === null) return value;
  if (isList(value)) return value.map(maskedWithin);
  return mapped(value, (name, item) => maskedSetting(name, item, ""));
}

function isList(value: ConfigValue): value is readonly ConfigValue[] {
  return Array.isArray(value);
}

type Entries = { readonly [name: string]: ConfigValue };

function mapped(value: Entries, change: (name: string, item: ConfigValue) => ConfigValue): ConfigValue {
  // fromEntries defines properties, so that a name such as `__proto__` stays a plain one.
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, change(name, item)]));
}
