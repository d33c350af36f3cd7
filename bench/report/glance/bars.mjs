// Bars of a page that is read at a glance. They are lists with their numbers as text, so that a phone, a printer and a screen reader have
// them as well.
import { esc } from "../svg.mjs";

/**
 * `rows`: [{ name, className, value, text, more }], `value` as the scale takes it; `scale`: { place, steps, ticks }, with places between 0
 * and 1. `label` says what is seen.
 */
export function bars(rows, { label, scale }) {
  const items = rows.map(
    ({ name, className, value, text, more }) =>
      `<li class="${className}"><span class="who">${esc(name)}</span><span class="track"><i style="width:${percent(scale.place(value))}"></i></span><span class="much"><b>${esc(text)}</b>${more === undefined ? "" : ` <small>${esc(more)}</small>`}</span></li>`,
  );
  const ticks = scale.ticks.map(({ at, text }) => `<span style="left:${percent(at)}">${esc(text)}</span>`);
  const foot = ticks.length === 0 ? "" : `<div class="ticks" aria-hidden="true"><div>${ticks.join("")}</div></div>`;
  return `<div class="bars" style="--steps:${scale.steps}"><ul role="list" aria-label="${esc(label)}">\n${items.join("\n")}\n</ul>${foot}</div>`;
}

/** Whole decades around the values; `text` writes a tick. */
export function decadeScale(values, text) {
  const low = Math.floor(Math.log10(Math.min(...values)) - 1e-9);
  const high = Math.ceil(Math.log10(Math.max(...values)));
  const steps = Math.max(1, high - low);
  return {
    steps,
    place: (value) => (Math.log10(value) - low) / steps,
    ticks: Array.from({ length: steps + 1 }, (_, i) => ({ at: i / steps, text: text(10 ** (low + i)) })),
  };
}

/** From nothing to the largest, without ticks: each bar has its number. */
export function shareScale(values) {
  const most = Math.max(...values) || 1;
  return { steps: 1, place: (value) => value / most, ticks: [] };
}

/** Anything is seen: the thinnest of bars has a width of its own in the style. */
function percent(place) {
  return `${Number((Math.min(1, Math.max(0, place)) * 100).toFixed(2))}%`;
}
