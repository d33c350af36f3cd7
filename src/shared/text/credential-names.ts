/** Which settings are taken for credentials: the one definition, for everything that prints or keeps settings. Pure. */
import type { ConfigValue } from "../types.js";

// A word of a name that makes its value a credential.
const credentialWords =
  /(^|[._-])(api_?keys?|app(lication)?_?keys?|access_?keys?|private_?keys?|client_?keys?|encryption_?keys?|session_?keys?|keys?|passwords?|passwd|pwd|passphrase|tokens?|secrets?|credentials?|auth|authorization|bearer|community(_strings?)?|dsn|connection_?strings?)$|(passw(or)?d|secret|token|api_?key|app_?key|private_?key|credential)s?$/;
// The same as one word in camel case: apiKey, authToken.
const camelCase = /([a-z0-9])([A-Z])/g;
// Maps from an address to the keys that are used there.
const endpointMaps = /(^|[._-])additional_endpoints$/;
const backendSettings = /(^|\.)secret_backend_(arguments|config)$|(^|\.)multi_secret_backends$/;
// `tag_key`, `sort_keys` and the like name a key of another kind.
const harmless = /(tag|label|sort|group|primary|partition|routing|public|additional|stripped|annotation|metric)_keys?$/;

/**
 * User name and password inside a URL, up to the last `@` before the path. It begins at what never repeats, so that the time
 * grows no faster than the text, whatever it contains.
 */
const urlLogins = /(?<=[a-z0-9+.-]:\/\/)[^\s/?#]*@/gi;
const privateKeyBlock = /-----BEGIN [A-Z ]*PRIVATE KEY-----/;

/** True when a name looks like that of a credential. */
export function looksLikeCredential(name: string): boolean {
  const lower = name.replace(camelCase, "$1_$2").toLowerCase();
  if (harmless.test(lower)) return false;
  return credentialWords.test(lower) || endpointMaps.test(lower) || backendSettings.test(lower);
}

/** `text` with the login of each URL replaced. */
export function withoutUrlLogins(text: string, replacement: string): string {
  return text.replace(urlLogins, () => `${replacement}@`);
}

/**
 * True when a setting seems to hold a credential: by its own name, that of a section around it, a name inside its value, or the
 * value's form. Stricter than {@link looksLikeCredential}: for what leaves the process.
 */
export function holdsCredential(key: string, value: ConfigValue): boolean {
  return key.split(".").some(isCredentialWord) || valueHoldsCredential(value);
}

function valueHoldsCredential(value: ConfigValue): boolean {
  if (typeof value === "string") return privateKeyBlock.test(value) || withoutUrlLogins(value, "") !== value;
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(value)) return value.some(valueHoldsCredential);
  return Object.entries(value).some(([name, item]) => holdsCredential(name, item));
}

const mostVerdicts = 10_000;
/** Verdicts on the parts of names: there are few, however many settings there are. */
const verdicts = new Map<string, boolean>();

function isCredentialWord(word: string): boolean {
  let verdict = verdicts.get(word);
  if (verdict === undefined) {
    verdict = looksLikeCredential(word);
    if (verdicts.size >= mostVerdicts) verdicts.clear();
    verdicts.set(word, verdict);
  }
  return verdict;
}
