// Times as a histogram of bars. Pure.

const bounds = [1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 100, 200, 500, 1_000];
const eighths = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/** One line for each range of ms from the first to the last that has some. `width`: of the longest bar, in columns. */
export function histogramLines(times, width = 40) {
  const counts = new Array(bounds.length + 1).fill(0);
  for (const ms of times) {
    const at = bounds.findIndex((bound) => ms < bound);
    counts[at === -1 ? bounds.length : at] += 1;
  }
  const first = counts.findIndex((count) => count > 0);
  const last = counts.findLastIndex((count) => count > 0);
  const most = Math.max(...counts);
  return counts.slice(first, last + 1).map((count, offset) => {
    const at = first + offset;
    const from = at === 0 ? 0 : bounds[at - 1];
    const label = at === bounds.length ? `${from} ms or more` : `${from} to ${bounds[at]} ms`;
    return `${label.padStart(16)}  ${bar((count / most) * width).padEnd(width)}  ${count}`;
  });
}

/** @param share 0 to 1. */
export function quantile(times, share) {
  return times.toSorted((a, b) => a - b)[Math.min(times.length - 1, Math.floor(share * times.length))];
}

function bar(columns) {
  // What is there is seen, however little.
  const parts = Math.max(columns > 0 ? 1 : 0, Math.round(columns * 8));
  return "█".repeat(Math.floor(parts / 8)) + eighths[parts % 8];
}
