/** Hides credentials in what is printed. Pure. */
import type { ConfigValue } from "../shared/types.js";

/** Stands for a hidden value; always the same, so that it does not tell the length. */
export const mask = "********";

// A word of a name that makes its value a credential.
const credentialWords =
  /(^|[._-])(api_?keys?|app(lication)?_?keys?|access_?keys?|private_?keys?|client_?keys?|encryption_?keys?|session_?keys?|keys?|passwords?|passwd|pwd|passphrase|tokens?|secrets?|credentials?|auth|authorization|bearer|community(_strings?)?|dsn|connection_?strings?)$|(passw(or)?d|secret|token|api_?key|app_?key|private_?key|credential)s?$/;
// The same as one word in camel case: apiKey, authToken.
const camelCase = /([a-z0-9])([A-Z])/g;
// Maps from an address to the keys that are used there.
const endpointMaps = /(^|[._-])(\w+_)?additional_endpoints$/;
const backendSettings = /(^|\.)secret_backend_(arguments|config)$|(^|\.)multi_secret_backends$/;
// `tag_key`, `sort_keys` and the like name a key of another kind.
const harmless = /(tag|label|sort|group|primary|partition|routing|public|additional|stripped|annotation|metric)_keys?$/;

/** True when a name looks like that of a credential. */
export function looksLikeCredential(name: string): boolean {
  const lower = name.replace(camelCase, "$1_$2").toLowerCase();
  if (harmless.test(lower)) return false;
  return credentialWords.test(lower) || endpointMaps.test(lower) || backendSettings.test(lower);
}

/**
 * A value as it may be printed. What stands under a name that looks like a credential is replaced, except what cannot be
 * one: nothing, booleans, empty text. User names and passwords inside URLs are replaced under any name.
 */
export function maskValue(name: string, value: ConfigValue): ConfigValue {
  return looksLikeCredential(name) ? hide(value) : maskWithin(value);
}

/** As {@link maskValue}, also for a key that has no value. */
export function maskSetting(key: string, value: ConfigValue | undefined, show: boolean): ConfigValue | undefined {
  return value === undefined || show ? value : maskValue(key, value);
}

/** Keeps the shape, so that one still sees whether something is set and how much. */
function hide(value: ConfigValue): ConfigValue {
  if (value === null || typeof value === "boolean" || value === "") return value;
  if (Array.isArray(value)) return value.map(hide);
  if (typeof value === "object") return mapEntries(value as Entries, (_name, item) => hide(item));
  return mask;
}

function maskWithin(value: ConfigValue): ConfigValue {
  if (typeof value === "string") return maskUrl(value);
  if (Array.isArray(value)) return value.map(maskWithin);
  if (typeof value === "object" && value !== null) return mapEntries(value as Entries, maskValue);
  return value;
}

function maskUrl(text: string): string {
  return text.replace(/([a-z][a-z0-9+.-]*:\/\/)[^\s/?#@]*@/gi, `$1${mask}@`);
}

type Entries = { readonly [name: string]: ConfigValue };

function mapEntries(value: Entries, change: (name: string, item: ConfigValue) => ConfigValue): ConfigValue {
  // fromEntries defines properties, so that a name such as `__proto__` stays a plain one.
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, change(name, item)]));
}
