// Lines over a number, one for each contender.
import { decades, dot, drawing, line, linear, logarithmic, path, short, text } from "./svg.mjs";

const width = 520;
const height = 290;
const area = { left: 76, right: 20, top: 14, bottom: 46 };

/**
 * @param series `[{ name, className, points: [[x, y, low, high]], isDashed }]`; a range, where there is one, is drawn as a bar.
 * @param options `logX`, `logY`, labels of the axes, and how values are written.
 */
export function lineChart(
  series,
  { label, xLabel, yLabel, logX, logY, formatX = short, formatY = short, yMax, hasDots = true },
) {
  const xs = series.flatMap(({ points }) => points.map(([x]) => x));
  const ys = series.flatMap(({ points }) => points.flatMap(([, ...values]) => values.filter(Number.isFinite)));
  const x = logX
    ? logarithmic(Math.min(...xs), Math.max(...xs), area.left, width - area.right - 6)
    : linear(Math.min(0, ...xs), Math.max(...xs), area.left, width - area.right - 6);
  const y = scaleOf(ys, logY, height - area.bottom, area.top, yMax);
  return drawing(width, height, label, [
    y
      .ticks()
      .map((tick) => [
        line(area.left, y(tick), width - area.right, y(tick), "grid"),
        text(area.left - 8, y(tick) + 4, formatY(tick), { anchor: "end", className: "tick" }),
      ]),
    xTicks(x, xs, logX).map((tick) =>
      text(x(tick), height - area.bottom + 18, formatX(tick), { anchor: "middle", className: "tick" }),
    ),
    line(area.left, height - area.bottom, width - area.right, height - area.bottom, "axis"),
    text((area.left + width - area.right) / 2, height - 8, xLabel, { anchor: "middle", className: "label" }),
    `<g transform="translate(13 ${(height - area.bottom + area.top) / 2}) rotate(-90)">${text(0, 0, yLabel, { anchor: "middle", className: "label" })}</g>`,
    series.map((one) => drawSeries(one, { x, y, formatX, formatY, hasDots })),
  ]);
}

function drawSeries({ name, className, points, isDashed }, { x, y, formatX, formatY, hasDots }) {
  const parts = [
    path(
      points.map(([at, value]) => [x(at), y(value)]),
      `line ${className}${isDashed ? " dashed" : ""}`,
    ),
  ];
  if (!hasDots) return parts;
  for (const [at, value, low, high] of points) {
    if (high !== undefined && high > low) parts.push(line(x(at), y(low), x(at), y(high), `range ${className}`));
    parts.push(dot(x(at), y(value), 4, `dot ${className}`, `${name}, ${formatX(at)}: ${formatY(value)}`));
  }
  return parts;
}

function scaleOf(values, isLog, start, end, max) {
  if (isLog) return logarithmic(...decades(values), start, end);
  return linear(Math.min(0, ...values), max ?? (Math.max(...values) * 1.05 || 1), start, end);
}

/** The places that were measured, when they are few; otherwise round ones. */
function xTicks(scale, xs, isLog) {
  const places = [...new Set(xs)].sort((a, b) => a - b);
  if (isLog || places.length > 8) return scale.ticks();
  // From the right, so that of two places too close together the larger one gets the label.
  const named = [];
  for (const place of places.reverse()) {
    if (named.length === 0 || scale(named.at(-1)) - scale(place) > 48) named.push(place);
  }
  return named;
}
