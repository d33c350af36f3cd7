/** Reads text as Go's strconv, time and strings packages do. `undefined`: not of that form, or out of range. */

/**
 * Longest text that is read as a number or a duration. Go takes any number of leading zeros; no real number is as long as this,
 * and longer texts are not looked at.
 */
export const maxNumberText = 1_024;

const digitsOf: ReadonlyMap<string, RegExp> = new Map([
  ["0b", /^[01]+$/],
  ["0o", /^[0-7]+$/],
  ["0x", /^[0-9a-f]+$/],
]);

/**
 * `strconv.ParseInt` with base 0: a sign, the prefixes `0x`, `0o`, `0b` and a leading `0` for octal, underscores
 * between digits. The result is a safe integer.
 */
export function parseGoInt(text: string): number | undefined {
  if (text.length > maxNumberText) return undefined;
  const sign = text[0] === "-" ? -1 : 1;
  const body = (text[0] === "-" || text[0] === "+" ? text.slice(1) : text).toLowerCase();
  const prefix = body.slice(0, 2);
  const prefixed = digitsOf.has(prefix);
  const octal = !prefixed && body.length > 1 && body[0] === "0";
  const digits = withoutUnderscores(prefixed ? body.slice(2) : octal ? body.slice(1) : body, prefixed || octal);
  const form = prefixed ? digitsOf.get(prefix) : octal ? /^[0-7]+$/ : /^\d+$/;
  if (digits === undefined || form === undefined || !form.test(digits)) return undefined;
  const value = Number((prefixed ? prefix : octal ? "0o" : "") + digits);
  return Number.isSafeInteger(value) ? sign * value + 0 : undefined;
}

/** Digits without their separators; `undefined` when one is not between two digits (or prefix and digit). */
function withoutUnderscores(digits: string, afterPrefix: boolean): string | undefined {
  if (!digits.includes("_")) return digits;
  if (digits.endsWith("_") || digits.includes("__") || (digits.startsWith("_") && !afterPrefix)) return undefined;
  return digits.replaceAll("_", "");
}

/** `strconv.ParseFloat` for 64 bits: decimal, hexadecimal with `p` exponent, and the names of infinity and NaN. */
export function parseGoFloat(text: string): number | undefined {
  if (text.length > maxNumberText) return undefined;
  const special = /^(?:([+-]?)inf(?:inity)?|nan)$/i.exec(text);
  if (special !== null) return special[1] === undefined ? Number.NaN : special[1] === "-" ? -Infinity : Infinity;
  const hex = /^[+-]?0x/i.test(text);
  const digits = text.replaceAll(hex ? /(?<=[0-9a-fx])_(?=[0-9a-f])/gi : /(?<=\d)_(?=\d)/g, "");
  const value = hex ? hexFloat(digits) : decimalFloat(digits);
  return value !== undefined && Number.isFinite(value) ? value : undefined;
}

function decimalFloat(text: string): number | undefined {
  return /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
}

function hexFloat(text: string): number | undefined {
  const parts = /^([+-]?)0x([0-9a-f]*)(?:\.([0-9a-f]*))?p([+-]?\d+)$/i.exec(text);
  if (parts === null) return undefined;
  const [, sign = "", whole = "", fraction = "", exponent = ""] = parts;
  if (whole + fraction === "") return undefined;
  const mantissa = Number(`0x${whole}${fraction}`);
  return (sign === "-" ? -1 : 1) * mantissa * 2 ** (Number(exponent) - 4 * fraction.length);
}

/** `strconv.ParseBool`. */
export function parseGoBool(text: string): boolean | undefined {
  if (/^(?:1|t|T|true|TRUE|True)$/.test(text)) return true;
  return /^(?:0|f|F|false|FALSE|False)$/.test(text) ? false : undefined;
}

/** `strconv.FormatFloat` with format `f` and the fewest digits: never an exponent. */
export function formatGoFloat(value: number): string {
  const text = Object.is(value, -0) ? "-0" : String(value);
  const parts = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(text);
  if (parts === null) return text;
  const [, sign = "", lead = "", fraction = "", exponent = ""] = parts;
  const shift = Number(exponent);
  if (shift < 0) return `${sign}0.${"0".repeat(-shift - 1)}${lead}${fraction}`;
  return `${sign}${lead}${fraction.padEnd(shift, "0")}`;
}

const white = /\p{White_Space}/u;
const notWhite = /\P{White_Space}/u;

/** `strings.TrimSpace`: without Unicode white space at both ends. */
export function trimSpace(text: string): string {
  const start = text.search(notWhite);
  if (start < 0) return "";
  // By hand: an expression that ends in `+$` starts over at each blank of a run.
  let end = text.length;
  while (white.test(text[end - 1] as string)) end--;
  return text.slice(start, end);
}

/** `strings.Fields`: the pieces between runs of Unicode white space. */
export function fields(text: string): string[] {
  return text.split(/\p{White_Space}+/u).filter((piece) => piece !== "");
}

const nanosecondsPer: ReadonlyMap<string, bigint> = new Map([
  ["ns", 1n],
  ["us", 1_000n],
  ["\u00b5s", 1_000n],
  ["\u03bcs", 1_000n],
  ["ms", 1_000_000n],
  ["s", 1_000_000_000n],
  ["m", 60_000_000_000n],
  ["h", 3_600_000_000_000n],
]);

/** Most nanoseconds that a Go duration holds, on the negative side. */
export const maxDurationNs = 2n ** 63n;
const mostDigits = 19;

/** `time.ParseDuration`, in nanoseconds. */
export function parseGoDuration(text: string): bigint | undefined {
  if (text.length > maxNumberText) return undefined;
  const negative = text.startsWith("-");
  const body = negative || text.startsWith("+") ? text.slice(1) : text;
  if (body === "0") return 0n;
  if (!/^(?:(?:\d+(?:\.\d*)?|\.\d+)[^\d.]+)+$/.test(body)) return undefined;
  let total = 0n;
  for (const [, whole = "", fraction = "", unit = ""] of body.matchAll(/(\d*)(?:\.(\d*))?([^\d.]+)/gy)) {
    const scale = nanosecondsPer.get(unit);
    if (scale === undefined) return undefined;
    // More digits than an int64 has; reading them would take time that grows faster than they do.
    if (whole.length > mostDigits && whole.replace(/^0+/, "").length > mostDigits) return undefined;
    // Each number by itself, and fractions by way of a double, whose error is part of the result.
    total += BigInt(whole === "" ? 0 : whole) * scale + fractionOf(fraction, scale);
    if (total > maxDurationNs) return undefined;
  }
  if (!negative && total === maxDurationNs) return undefined;
  return negative ? -total : total;
}

/** Nanoseconds of the digits behind a point. Those that an int64 cannot take in any more are left out. */
function fractionOf(digits: string, scale: bigint): bigint {
  let value = 0n;
  let power = 1;
  for (const digit of digits) {
    if (value > (maxDurationNs - 1n) / 10n) break;
    value = value * 10n + BigInt(digit);
    power *= 10;
  }
  return BigInt(Math.trunc(Number(value) * (Number(scale) / power)));
}
