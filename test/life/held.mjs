/** What a process holds, and how it is printed. */
import { existsSync, readdirSync, readlinkSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

/**
 * Heap after a collection, memory, handles, and file descriptors: the least of a few looks. Needs --expose-gc.
 *
 * Files that a thread was just opening when it was ended by force stay open in any program, a defect of Node.js: mostly its own
 * code, when it was still being loaded. So files are listed apart from sockets, pipes and event loops.
 */
export async function held() {
  const least = { heapBytes: Infinity, handles: Infinity, descriptors: Infinity, files: Infinity };
  for (let i = 0; i < 5; i++) {
    globalThis.gc();
    await delay(10);
    const look = { heapBytes: process.memoryUsage().heapUsed, handles: handles(), ...descriptors() };
    for (const name of Object.keys(least)) least[name] = Math.min(least[name], look[name]);
  }
  return { ...least, rssBytes: process.memoryUsage().rss };
}

function handles() {
  return process.getActiveResourcesInfo().filter((kind) => kind !== "Immediate" && kind !== "Timeout").length;
}

function descriptors() {
  // Only Linux can list them.
  const targets = existsSync("/proc/self/fd") ? readdirSync("/proc/self/fd").map(targetOf) : [];
  const files = targets.filter((target) => target.startsWith("/") && !/^\/(dev|proc)\//.test(target)).length;
  return { descriptors: targets.length - files, files };
}

function targetOf(name) {
  try {
    return readlinkSync(`/proc/self/fd/${name}`);
  } catch {
    // That of the listing itself, or one that has been closed meanwhile.
    return "/proc/";
  }
}

export const mib = (bytes) => `${(bytes / 2 ** 20).toFixed(1)} MiB`;

export function line(facts) {
  const text = Object.entries(facts).map(([name, value]) => `${name} ${value}`);
  process.stdout.write(`${text.join("  ")}\n`);
}

/** Prints the verdict for people and the totals for programs; the process then ends with its code. */
export function verdict(totals, faults) {
  const broken = Object.entries(faults).filter(([, isBroken]) => isBroken);
  line({ totals: JSON.stringify(totals) });
  line({ verdict: broken.length === 0 ? "ok" : `FAILED: ${broken.map(([name]) => name).join("; ")}` });
  process.exitCode = broken.length === 0 ? 0 : 1;
}

export async function until(condition, patienceMs = 120_000) {
  const giveUpAt = performance.now() + patienceMs;
  while (!(await condition())) {
    if (performance.now() > giveUpAt) throw new Error(`Waited in vain for ${condition}.`);
    await delay(5);
  }
}
