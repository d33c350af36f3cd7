/**
 * What a plain or tagged YAML scalar is, by the rules of the YAML reader of the agent: YAML 1.1 without its numbers to base 60,
 * with timestamps as text. Pure. test/fixtures/yaml-vectors.json holds what that reader itself answers.
 */

/** A scalar's value; `undefined` if the tag does not fit the text. */
export type ScalarValue = null | boolean | number | string;

const words: ReadonlyMap<string, ScalarValue> = new Map<string, ScalarValue>([
  ...named(["", "~", "null", "Null", "NULL"], null),
  ...named(["y", "Y", "yes", "Yes", "YES", "on", "On", "ON", "true", "True", "TRUE"], true),
  ...named(["n", "N", "no", "No", "NO", "off", "Off", "OFF", "false", "False", "FALSE"], false),
  ...named([".nan", ".NaN", ".NAN"], Number.NaN),
  ...named([".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"], Number.POSITIVE_INFINITY),
  ...named(["-.inf", "-.Inf", "-.INF"], Number.NEGATIVE_INFINITY),
]);

const whole = /^([-+]?)(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|0|[1-9]\d*)$/;
const fractional = /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/;
/** Longest text of digits that a double always holds exactly. */
const exactDigits = 15;

/** A plain scalar without a tag. */
export function plainScalar(text: string): ScalarValue {
  const word = words.get(text);
  if (word !== undefined) return word;
  const first = text.charCodeAt(0);
  // A number begins with a digit, a sign or a point: most texts end here.
  if (first > 57 || first < 43 || first === 44 || first === 47) return text;
  return numberOf(text) ?? text;
}

/** A scalar with one of YAML's own tags, by the tag's last part; `undefined` when the text does not fit. */
export function taggedScalar(tag: string, text: string): ScalarValue | undefined {
  if (tag === "binary") return binary(text);
  const value = plainScalar(text);
  switch (tag) {
    case "int":
      return typeof value === "number" && whole.test(text.replaceAll("_", "")) ? value : undefined;
    case "float":
      return typeof value === "number" ? value : undefined;
    case "bool":
      return typeof value === "boolean" ? value : undefined;
    case "null":
      return value === null ? null : undefined;
    default:
      return text;
  }
}

function numberOf(text: string): number | undefined {
  // A text that begins with a point keeps its rule on underscores: one between two digits.
  const digits = text.startsWith(".") ? text.replace(/(?<=\d)_(?=\d)/g, "") : text.replaceAll("_", "");
  const parts = whole.exec(digits);
  if (parts !== null) {
    const value = integer(parts[1] === "-", parts[2] as string);
    if (value !== undefined) return value;
  }
  if (!fractional.test(digits)) return undefined;
  const value = Number(digits);
  return Number.isFinite(value) ? value : undefined;
}

/** `undefined`: not within 64 bits. */
function integer(negative: boolean, digits: string): number | undefined {
  const octal = /^0[oO]?(?=[0-7])/.exec(digits);
  const literal = octal === null ? digits.toLowerCase() : `0o${digits.slice(octal[0].length)}`;
  if (digits.length <= exactDigits) return (negative ? -1 : 1) * Number(literal) + 0;
  const value = BigInt(literal);
  if (value > (negative ? 2n ** 63n : 2n ** 64n - 1n)) return undefined;
  return Number(negative ? -value : value);
}

function binary(text: string): string | undefined {
  const packed = text.replace(/[\r\n]/g, "");
  const isBase64 = packed.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(packed);
  return isBase64 ? Buffer.from(packed, "base64").toString("utf8") : undefined;
}

function named(texts: readonly string[], value: ScalarValue): [string, ScalarValue][] {
  return texts.map((text) => [text, value]);
}
