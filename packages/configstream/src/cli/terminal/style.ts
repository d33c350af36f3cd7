/** Colours, or none. */
import type { Io, Output } from "../io.js";

const codes = {
  bold: [1, 22],
  dim: [2, 22],
  inverse: [7, 27],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  blue: [94, 39],
  magenta: [35, 39],
  cyan: [36, 39],
  brightYellow: [93, 39],
} as const;

export type StyleName = keyof typeof codes;

/** Colours a text, or returns it as it is. */
export type Style = (name: StyleName, text: string) => string;

export const plainStyle: Style = (_name, text) => text;

export const ansiStyle: Style = (name, text) => {
  const [on, off] = codes[name];
  return text === "" ? "" : `\u001b[${on}m${text}\u001b[${off}m`;
};

/**
 * Colours only for a terminal, and only unless NO_COLOR is set (https://no-color.org). FORCE_COLOR decides against both, as
 * in Node.js itself: `0` and `false` for none, anything else for colours.
 */
export function styleFor(output: Pick<Output, "isTerminal">, env: Io["env"]): Style {
  const forced = env.FORCE_COLOR;
  const wanted =
    forced === undefined
      ? output.isTerminal && (env.NO_COLOR ?? "") === "" && env.TERM !== "dumb"
      : forced !== "0" && forced !== "false";
  return wanted ? ansiStyle : plainStyle;
}

const sourceStyles: { readonly [source: string]: StyleName } = {
  default: "dim",
  schema: "dim",
  unknown: "dim",
  file: "cyan",
  "environment-variable": "cyan",
  "fleet-policies": "blue",
  "agent-runtime": "magenta",
  "remote-config": "blue",
  cli: "green",
};

/** Each source has its colour, which shows where values come from. */
export function styleOfSource(source: string): StyleName {
  return sourceStyles[source] ?? "cyan";
}
