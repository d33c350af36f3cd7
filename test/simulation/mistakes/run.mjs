// Runs a bundled simulation in a process of its own, because a mistake can keep a thread busy for ever.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { root } from "../../../scripts/places.mjs";

/** One story takes a tenth of a second, or some on a busy machine. */
const longestStoryMs = 90_000;

/**
 * `seeds`: how many stories came to their end. `failure`: what the simulation found wrong with the last one. `unfinished`: how a story
 * came to no end, which is no finding.
 */
export async function runBundle(file, seeds, storyMs = longestStoryMs) {
  const args = ["--max-old-space-size=1500", join(root, "test/simulation/run-bundle.mjs"), file, String(seeds)];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "ignore"] });
  let last = { seeds: 0 };
  let hangs = false;
  const hung = () => {
    hangs = true;
    child.kill("SIGKILL");
  };
  let late = setTimeout(hung, storyMs);
  createInterface({ input: child.stdout }).on("line", (line) => {
    clearTimeout(late);
    late = setTimeout(hung, storyMs);
    if (line.startsWith("{")) last = JSON.parse(line);
  });
  const [code, signal] = await once(child, "close");
  clearTimeout(late);
  if (hangs) return { ...last, unfinished: `does not end within ${storyMs / 1_000} s` };
  return code === 0 ? last : { ...last, unfinished: `ends the process with ${signal ?? code}` };
}
