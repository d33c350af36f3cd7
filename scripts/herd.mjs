// A herd in simulation: many consumers lose one core agent and it comes back. Prints a Markdown table; with --write it also
// goes between the markers of docs/design.md. Virtual time, seeded chance: the same output at every run. Needs dist/.
import { readFileSync, realpathSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createBackoff } from "../dist/shared/backoff.js";

const page = fileURLToPath(new URL("../docs/design.md", import.meta.url));
const beginMark = "<!-- herd:begin -->";
const endMark = "<!-- herd:end -->";
const consumers = 1_000;
const outagesMs = [5_000, 60_000, 300_000];
const seeds = 25;

/** Each policy makes one consumer's sequence of delays, in ms. */
export const policies = {
  "this library": (random) => {
    let backoff = createBackoff({ initialMs: 500, maxMs: 30_000, floorMs: 250, factor: 2, resetAfterMs: 60_000 });
    return () => {
      const { delayMs, next } = backoff.next(random());
      backoff = next;
      return delayMs;
    };
  },
  "fixed 5 s": () => () => 5_000,
};

/** Uniform in [0, 1), the same sequence for the same seed (mulberry32). */
export function seededRandom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * All consumers lose the core agent at 0; every attempt before `outageMs` is refused at once, the first one after it
 * succeeds.
 *
 * @param policy Makes a consumer's delays from a source of chance.
 * @returns Times in ms: `allLiveMs` and `medianLiveMs` count from the return of the core agent. `peakPerSecond` is the most
 * arrivals in any window of 1 s, `peakPer100Ms` in any of 100 ms; `refusedPerConsumer` are attempts during the outage.
 */
export function simulateHerd(policy, { consumers: count, outageMs, random }) {
  const arrivals = [];
  let refused = 0;
  for (let consumer = 0; consumer < count; consumer++) {
    const nextDelay = policy(random);
    let atMs = nextDelay();
    for (; atMs < outageMs; atMs += nextDelay()) refused++;
    arrivals.push(atMs);
  }
  arrivals.sort((a, b) => a - b);
  return {
    peakPerSecond: busiest(arrivals, 1_000),
    peakPer100Ms: busiest(arrivals, 100),
    medianLiveMs: arrivals[Math.floor(count / 2)] - outageMs,
    allLiveMs: arrivals.at(-1) - outageMs,
    refusedPerConsumer: refused / count,
  };
}

/** Most arrivals in any window of the given length. */
function busiest(arrivals, windowMs) {
  let most = 0;
  let first = 0;
  for (let last = 0; last < arrivals.length; last++) {
    while (arrivals[last] - arrivals[first] >= windowMs) first++;
    most = Math.max(most, last - first + 1);
  }
  return most;
}

/** The table: the worst of several seeds for peaks and for the last consumer, means for the rest. */
export function herdTable() {
  const lines = [
    "| Outage | Back-off | Peak arrivals in 1 s | in 100 ms | Half of them live after | All live after | Refused attempts per consumer |",
    "|---|---|---|---|---|---|---|",
  ];
  for (const outageMs of outagesMs) {
    for (const [name, policy] of Object.entries(policies)) {
      const runs = Array.from({ length: seeds }, (_unused, seed) => {
        const random = seededRandom(seed + 1);
        // Up to 5 s more, so that no fixed pause happens to be in step with the outage.
        return simulateHerd(policy, { consumers, outageMs: outageMs + 5_000 * random(), random });
      });
      const worst = (field) => Math.max(...runs.map((run) => run[field]));
      const mean = (field) => runs.reduce((sum, run) => sum + run[field], 0) / runs.length;
      lines.push(
        `| ${outageMs / 1_000} to ${outageMs / 1_000 + 5} s | ${name} | ${worst("peakPerSecond")} | ${worst("peakPer100Ms")} | ${seconds(mean("medianLiveMs"))} | ${seconds(worst("allLiveMs"))} | ${mean("refusedPerConsumer").toFixed(1)} |`,
      );
    }
  }
  return lines.join("\n");
}

function seconds(ms) {
  return `${(ms / 1_000).toFixed(1)} s`;
}

/** A page with the table between its markers. */
export function withTable(text, table) {
  const begin = text.indexOf(beginMark);
  const end = text.indexOf(endMark);
  if (begin < 0 || end < begin) throw new Error(`docs/design.md needs the markers ${beginMark} and ${endMark}.`);
  return `${text.slice(0, begin + beginMark.length)}\n\n${table}\n\n${text.slice(end)}`;
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const table = herdTable();
  console.log(table);
  if (process.argv.includes("--write")) writeFileSync(page, withTable(readFileSync(page, "utf8"), table));
}
