// Drawing: scales, axes and the few shapes that the charts need, as text.

/** Escapes text for HTML and SVG. */
export function esc(text) {
  return String(text)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

/** A linear scale from [from, to] to [start, end]. */
export function linear(from, to, start, end) {
  const scale = (value) => start + ((value - from) / (to - from || 1)) * (end - start);
  return Object.assign(scale, { ticks: () => linearTicks(from, to) });
}

/** A logarithmic one; values below `from` lie at its edge. */
export function logarithmic(from, to, start, end) {
  const [low, high] = [Math.log10(from), Math.log10(to)];
  const scale = (value) => start + ((Math.log10(Math.max(value, from)) - low) / (high - low || 1)) * (end - start);
  return Object.assign(scale, { ticks: () => logTicks(low, high) });
}

/** The powers of ten around some numbers. */
export function decades(values) {
  const positive = values.filter((value) => value > 0);
  const low = 10 ** Math.floor(Math.log10(Math.min(...positive)));
  const high = 10 ** Math.ceil(Math.log10(Math.max(...positive)) + 1e-9);
  return [low, high === low ? low * 10 : high];
}

function logTicks(low, high) {
  const first = Math.ceil(low - 1e-9);
  return Array.from({ length: Math.floor(high + 1e-9) - first + 1 }, (_, i) => 10 ** (first + i));
}

function linearTicks(from, to) {
  const rough = (to - from) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((size) => size >= rough);
  const ticks = [];
  for (let at = Math.ceil(from / step) * step; at <= to + step * 1e-9; at += step)
    ticks.push(Number(at.toPrecision(12)));
  return ticks;
}

export function text(x, y, content, { anchor = "start", className = "" } = {}) {
  return `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}"${attribute("class", className)}>${esc(content)}</text>`;
}

export function line(x1, y1, x2, y2, className) {
  return `<line x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}" class="${className}"/>`;
}

export function path(points, className) {
  const commands = points.map(([x, y], i) => `${i === 0 ? "M" : "L"}${round(x)} ${round(y)}`).join("");
  return `<path d="${commands}" class="${className}"/>`;
}

export function dot(x, y, radius, className, title) {
  return `<circle cx="${round(x)}" cy="${round(y)}" r="${radius}" class="${className}"><title>${esc(title)}</title></circle>`;
}

export function bar(x, y, width, height, className, title) {
  const size = `width="${round(Math.max(1, width))}" height="${round(height)}" rx="3"`;
  return `<rect x="${round(x)}" y="${round(y)}" ${size} class="${className}"><title>${esc(title)}</title></rect>`;
}

/** An SVG that is as wide as its place, described in words for readers who cannot see it. */
export function drawing(width, height, label, parts) {
  const content = parts.flat(Number.POSITIVE_INFINITY).join("");
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${esc(label)}">${content}</svg>`;
}

/** Nanoseconds as people read them. */
export function duration(ns) {
  if (ns >= 1e9) return `${short(ns / 1e9)} s`;
  if (ns >= 1e6) return `${short(ns / 1e6)} ms`;
  if (ns >= 1e3) return `${short(ns / 1e3)} µs`;
  return `${short(ns)} ns`;
}

/** A number with two or three digits that count, and thousands as k and M. */
export function short(value) {
  if (value >= 1e6) return `${trimmed(value / 1e6)}M`;
  if (value >= 1e4) return `${trimmed(value / 1e3)}k`;
  return trimmed(value);
}

function trimmed(value) {
  return value.toLocaleString("en", { maximumSignificantDigits: value >= 100 ? 3 : 2 });
}

function attribute(name, value) {
  return value === "" ? "" : ` ${name}="${value}"`;
}

function round(value) {
  return Math.round(value * 10) / 10;
}
