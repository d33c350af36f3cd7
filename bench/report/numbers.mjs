// Numbers, bounds and verdicts of rows, in words.

export function number(value) {
  if (value === null || !Number.isFinite(value)) return "–";
  return value.toLocaleString("en", { maximumSignificantDigits: 3 });
}

export function boundText({ bar, barIs, unit, isSpeedUp }) {
  // The first form of the results did not say more.
  if (barIs === null) return number(bar);
  const sign = barIs.startsWith("at most") ? "≤" : "≥";
  if (barIs.endsWith("value")) return `${sign} ${number(bar)} ${unit}`;
  return `${sign} ${number(bar)}${isSpeedUp ? "× faster" : "×"}`;
}

/** What a row is judged by. */
export function judgedText({ barIs, value, unit, ratio, isSpeedUp }) {
  if (ratio === null && value === null) return "–";
  if (barIs?.endsWith("value") || ratio === null) return `${number(value)} ${unit}`;
  return `${number(ratio)}×${isSpeedUp ? " faster" : ""}`;
}

/** The range over the processes, of the ratio where there is one. */
export function spreadText({ ratio, low, high, valueLow, valueHigh }) {
  const [from, to] = ratio === null ? [valueLow, valueHigh] : [low, high];
  return from === null ? "–" : `${number(from)}–${number(to)}`;
}

/** When a suite ran, how long, and how busy the machine was before. */
export function partText({ suite, date, minutes, load }) {
  if (date === undefined || minutes === undefined) return `${suite}: as recorded in results.json`;
  return `${suite}: ${date.slice(0, 16).replace("T", " ")} UTC, ${minutes.toFixed(1)} min, load before ${load}`;
}

export function majorOf(node) {
  return node.slice(1).split(".")[0];
}
