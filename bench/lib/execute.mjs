// Runs jobs, one process after the other, never two at a time.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const bench = fileURLToPath(new URL("..", import.meta.url));
/** A scenario that takes longer hangs. */
const longestMs = 5 * 60 * 1_000;

/**
 * Runs every job as often as it says; gives name → results. Round by round, so that what is compared is measured close in
 * time, and a slow minute of the machine hits one sample of each rather than all samples of one.
 */
export async function execute(binary, jobs, onStart) {
  const results = new Map(jobs.map(({ name }) => [name, []]));
  const rounds = Math.max(...jobs.map(({ processes }) => processes));
  for (let round = 0; round < rounds; round++) {
    for (const job of jobs) {
      if (round >= job.processes) continue;
      onStart(job, round);
      results.get(job.name).push(await run(binary, job));
    }
  }
  return results;
}

async function run(binary, { name, file, args }) {
  const child = spawn(binary, ["--expose-gc", "--max-old-space-size=8192", file, JSON.stringify(args)], {
    cwd: bench,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const timer = setTimeout(() => child.kill("SIGKILL"), longestMs);
  const [out, err] = [[], []];
  child.stdout.on("data", (chunk) => out.push(chunk));
  child.stderr.on("data", (chunk) => err.push(chunk));
  const [code, signal] = await new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (...end) => resolve(end));
  });
  clearTimeout(timer);
  if (code !== 0) throw new Error(`"${name}" failed (${signal ?? code}):\n${Buffer.concat(err)}`);
  // A library may have written to stdout before.
  return JSON.parse(Buffer.concat(out).toString().trim().split("\n").at(-1));
}
