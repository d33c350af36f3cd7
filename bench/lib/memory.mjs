// What this process has of the machine's memory, in MiB.
import { readFileSync } from "node:fs";

/**
 * `pss`: its own pages and its share of those that it shares with others, such as the code of Node.js; NaN where the system does
 * not report it. `most`: the most that was resident until now.
 */
export function memoryNow() {
  return {
    pss: kernelFigure("/proc/self/smaps_rollup", "Pss"),
    resident: process.memoryUsage.rss() / 2 ** 20,
    most: process.resourceUsage().maxRSS / 2 ** 10,
  };
}

function kernelFigure(file, name) {
  try {
    const found = new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(readFileSync(file, "utf8"));
    return Number(found?.[1] ?? Number.NaN) / 2 ** 10;
  } catch {
    return Number.NaN;
  }
}
