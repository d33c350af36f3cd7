/** The part `pattern` of a rule. The engine takes time linear in the text, because values are foreign text. */
import { loadRe2 } from "#guard-engines";
import type { ConfigValue } from "../types.js";

/** Longer texts do not meet any pattern: linear is not short. */
export const maxPatternText = 65_536;

/** Throws what re2js throws for an expression that it does not have. */
export function patternCheck(pattern: string): (value: ConfigValue) => string | undefined {
  const test = tester(pattern);
  const broken = `must match ${JSON.stringify(pattern)}`;
  return (value) => {
    const texts: readonly ConfigValue[] = Array.isArray(value) ? value : [value];
    return texts.every((text) => typeof text === "string" && test(text)) ? undefined : broken;
  };
}

/** Whether a text is short enough and the pattern matches somewhere in it. */
export function tester(pattern: string): (text: string) => boolean {
  const compiled = loadRe2().compile(pattern);
  return (text) => text.length <= maxPatternText && compiled.test(text);
}
