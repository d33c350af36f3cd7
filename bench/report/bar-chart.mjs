// Horizontal bars and ranges on a logarithmic axis, one line a subject.
import { bar, decades, dot, drawing, duration, line, logarithmic, text } from "./svg.mjs";

const width = 1_080;
const rowHeight = 27;
const area = { left: 250, right: 96, top: 8, bottom: 34 };

/** `rows`: `[{ name, className, value, low, high }]` in ns. */
export function barChart(rows, label) {
  const [from, to] = decades(rows.flatMap(({ low, high }) => [low, high]));
  const x = logarithmic(from, to, area.left, width - area.right);
  return rowsChart(rows, label, x, ({ name, className, value, low, high }, y) => [
    bar(area.left, y - 8, x(value) - area.left, 16, `fill ${className}`, `${name}: ${duration(value)}`),
    line(x(low), y, x(high), y, "whisker"),
    text(Math.max(x(value), x(high)) + 8, y + 4, duration(value), { className: "value" }),
  ]);
}

/** `rows`: `[{ name, className, p50, p99, p999, max }]` in ns; `floor`: what the clock itself costs. */
export function rangeChart(rows, label, floor) {
  const [from, to] = decades(rows.flatMap(({ p50, max }) => [p50, max]));
  const x = logarithmic(from, to, area.left, width - area.right);
  const drawn = rowsChart(
    rows,
    label,
    x,
    ({ name, className, p50, p99, p999, max }, y) => [
      line(x(p50), y, x(p999), y, `span ${className}`),
      line(x(p999), y, x(max), y, `tail ${className}`),
      [
        [p50, "p50", 6],
        [p99, "p99", 5],
        [p999, "p99.9", 4],
        [max, "max", 3],
      ].map(([value, quantile, radius]) =>
        dot(
          x(value),
          y,
          radius,
          `dot ${className}${quantile === "max" ? " hollow" : ""}`,
          `${name}, ${quantile}: ${duration(value)}`,
        ),
      ),
    ],
    floor,
  );
  return drawn;
}

function rowsChart(rows, label, x, drawRow, floor) {
  const height = area.top + rows.length * rowHeight + area.bottom;
  const foot = height - area.bottom;
  return drawing(width, height, label, [
    x
      .ticks()
      .map((tick) => [
        line(x(tick), area.top, x(tick), foot, "grid"),
        text(x(tick), foot + 18, duration(tick), { anchor: "middle", className: "tick" }),
      ]),
    floor === undefined ? [] : line(x(floor), area.top, x(floor), foot, "floor"),
    rows.map((row, i) => {
      const y = area.top + rowHeight * (i + 0.5);
      const name = text(area.left - 12, y + 4, row.name, {
        anchor: "end",
        className: row.className === "ours" ? "name strong" : "name",
      });
      return [name, drawRow(row, y)];
    }),
  ]);
}
