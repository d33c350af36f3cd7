/** A core agent in a process of its own: `configstream agent`, told over IPC what to change. */
import { type ChildProcess, fork } from "node:child_process";
import type { Order, PlannedWrite, Report } from "../agent/control.js";
import { CommandFailure } from "../exit.js";
import { packageFile } from "../package-root.js";
import type { Workspace } from "./workspace.js";

export type Started = Extract<Report, { kind: "started" }>;
export type Wrote = Extract<Report, { kind: "wrote" }>;

export interface AgentProcess {
  readonly pid: number;
  /** Resolves when it listens; rejects when it ended instead. */
  readonly started: Promise<Started>;
  /** Resolves to a failure if the process ends before `stop` was called. */
  readonly died: Promise<CommandFailure>;
  /** Orders changes; each promise resolves when its change has been made. */
  write(writes: readonly Omit<PlannedWrite, "id">[]): readonly Promise<Wrote>[];
  /** Ends the process. True when it ended by itself, with exit code 0. */
  stop(): Promise<boolean>;
}

interface Pending {
  readonly resolve: (report: Wrote) => void;
  readonly reject: (error: Error) => void;
}

const stopTimeoutMs = 3_000;
const lastWordsMs = 100;

export function startAgentProcess(workspace: Workspace, env: NodeJS.ProcessEnv): AgentProcess {
  const child = launch(workspace, env);
  const pending = new Map<number, Pending>();
  let nextId = 1;
  let stopping = false;
  let lastWords: string | undefined;
  const ended = new Promise<number | null>((resolve) => {
    child.once("error", () => resolve(null));
    // Not 'close', which does not come when this side has disconnected. What it reported last needs a moment to arrive.
    child.once("exit", (code) => setTimeout(resolve, stopping ? 0 : lastWordsMs, code));
  });
  const failure = (code: number | null): CommandFailure => {
    const why = lastWords ?? (code === null ? "It was killed or could not be started." : `Its exit code is ${code}.`);
    return new CommandFailure(`The core agent's process ended. ${why}`);
  };
  const died = ended.then((code) => {
    const error = failure(code);
    for (const { reject } of pending.values()) reject(error);
    pending.clear();
    // Never settles once the end is wanted.
    return stopping ? new Promise<never>(() => {}) : error;
  });
  const started = new Promise<Started>((resolve, reject) => {
    child.on("message", (message) => {
      const report = message as Report;
      if (report.kind === "started") resolve(report);
      if (report.kind === "failed") lastWords = report.why;
      if (report.kind === "wrote") {
        pending.get(report.id)?.resolve(report);
        pending.delete(report.id);
      }
    });
    void ended.then((code) => reject(failure(code)));
  });
  // A caller that waits for it gets it; no other needs it.
  started.catch(() => {});

  return {
    pid: child.pid ?? 0,
    started,
    died,
    write(writes) {
      const planned = writes.map((write) => ({ ...write, id: nextId++ }));
      const reports = planned.map(({ id }) => {
        const report = new Promise<Wrote>((resolve, reject) => pending.set(id, { resolve, reject }));
        report.catch(() => {});
        return report;
      });
      const order: Order = { kind: "write", writes: planned };
      if (child.connected) child.send(order, () => {});
      return reports;
    },
    async stop() {
      stopping = true;
      if (child.connected) child.disconnect();
      const timer = setTimeout(() => child.kill("SIGKILL"), stopTimeoutMs);
      const code = await ended;
      clearTimeout(timer);
      return code === 0;
    },
  };
}

function launch(workspace: Workspace, env: NodeJS.ProcessEnv): ChildProcess {
  const { yamlFile, dataDir, defaultsFile } = workspace;
  const args = ["agent", "--config", yamlFile, "--data-dir", dataDir, "--defaults", defaultsFile];
  return fork(packageFile("dist/cli/main.js"), [...args, "--address", "127.0.0.1:0"], {
    // The demo is the same everywhere: what the environment sets for a real agent stays out of it.
    env: Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith("DD_"))),
    execArgv: [],
    stdio: ["ignore", "ignore", "ignore", "ipc"],
    // Ctrl-C goes to a terminal's whole process group; this one is to be ended in order.
    detached: true,
  });
}
