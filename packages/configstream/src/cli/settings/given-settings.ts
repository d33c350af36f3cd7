/** Reads settings from a command line: `KEY VALUE`, or any number of `KEY=VALUE`. Pure. */
import type { ConfigValue } from "configstream-consumer";
import { lowerCase, parseYamlValue } from "configstream-consumer/internal";
import { wrongUsage } from "../exit.js";
import { printable } from "../terminal/printable.js";

export interface GivenSetting {
  readonly key: string;
  readonly value: ConfigValue;
}

/** @param asText Values are taken as text, whatever they look like. */
export function givenSettings(words: readonly string[], asText: boolean): readonly GivenSetting[] {
  const read = (key: string, text: string): GivenSetting => ({ key, value: asText ? text : readValue(key, text) });
  const [first = "", second] = words;
  if (!first.includes("=") && second !== undefined && words.length === 2) return [read(first, second)];
  const settings = words.map((word) => {
    const at = word.indexOf("=");
    if (at < 1) wrongUsage(`"${printable(word)}" is not KEY=VALUE. Give KEY VALUE, or KEY=VALUE as often as you like.`);
    return read(word.slice(0, at), word.slice(at + 1));
  });
  const names = new Set<string>();
  for (const { key } of settings) {
    const name = lowerCase(key);
    if (names.has(name)) wrongUsage(`"${printable(key)}" is given twice; give it one value.`);
    names.add(name);
  }
  return settings;
}

/** By the rules of the agent's own files; an empty argument is an empty text. */
function readValue(key: string, text: string): ConfigValue {
  if (text === "") return "";
  const name = `The value of "${printable(key)}"`;
  let value: ConfigValue;
  try {
    value = parseYamlValue(text);
  } catch (thrown) {
    const { message } = thrown as Error;
    return wrongUsage(
      `${name} is not valid YAML at ${message}. Put quotes around it inside the argument, or give --string.`,
    );
  }
  if (holdsInfinite(value)) {
    wrongUsage(`${name} holds a number that is not finite, which the stream cannot carry. Give --string for text.`);
  }
  return value;
}

function holdsInfinite(value: ConfigValue): boolean {
  if (typeof value === "number") return !Number.isFinite(value);
  return typeof value === "object" && value !== null && Object.values(value).some(holdsInfinite);
}
