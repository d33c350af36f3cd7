/** Processes that end with all that they have started, at the latest with this one: a shell's kill reaches the shell alone. */
import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";

/** Elsewhere a process has no group, or a window of its own with it. */
const hasGroups = process.platform !== "win32";
const running = new Set<ChildProcess>();

/** As `spawn`, in a group of its own. */
export function spawnGroup(file: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  const child = spawn(file, args, { ...options, detached: hasGroups });
  if (running.size === 0) process.on("exit", killAll);
  running.add(child);
  child.once("error", () => forget(child));
  return child;
}

/** Ends what is left of a group, at once. Its output is read no further: what has left the group may keep it open. */
export function killGroup(child: ChildProcess): void {
  if (!running.has(child)) return;
  forget(child);
  kill(child);
  child.stdout?.destroy();
  child.stderr?.destroy();
}

/** What is left of it may go on. */
export function forget(child: ChildProcess): void {
  if (running.delete(child) && running.size === 0) process.off("exit", killAll);
}

function killAll(): void {
  for (const child of running) kill(child);
}

function kill(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    if (hasGroups) process.kill(-child.pid, "SIGKILL");
    else child.kill("SIGKILL");
  } catch {
    // Nothing is left of it.
  }
}
