/** Reads YAML files, watches them, and reports what they set. */
import { basename, dirname, resolve } from "node:path";
import { type FSWatcher, watch } from "chokidar";
import type { Clock, Timer } from "../shared/clock.js";
import type { ConfigStreamError } from "../shared/errors.js";
import type { FileStatus } from "../shared/types.js";
import { fileSignature, readConfigFile } from "./config-file.js";
import { type KeyShapes, mergeLeaves } from "./leaves.js";
import { type Leaves, WatchedFile } from "./watched-file.js";
import { parseYaml } from "./yaml.js";

/** Events of one save arrive within a few milliseconds of each other. */
const settleMs = 25;
/** Between two looks that must agree, in ms. */
const agreeMs = 40;
/** How often every file is looked at whatever the system reports, in ms: it reports nothing of links on the way to a file. */
const pollMs = 1_000;
/** How long `close` waits for a look that is under way, in ms: a file system may never answer. */
const closeGraceMs = 1_000;
/** Sentences about the contents of files that are remembered as said. */
const mostSaid = 1_000;

/** Takes log lines. Names of files and settings may appear, values never. */
export type FileLog = (level: "debug" | "info" | "warn" | "error", message: string) => void;

export interface ConfigFilesParams {
  readonly paths: readonly string[];
  readonly known: KeyShapes;
  readonly clock: Pick<Clock, "setTimer" | "monotonic">;
  readonly log: FileLog;
  /** The leaves of all files together changed, or may have. */
  readonly onChange: (leaves: Leaves) => void;
  /** An edit could not be used; the last good settings of its file stay in force. */
  readonly onRefused?: (error: ConfigStreamError) => void;
  /** Reads a file. Default: from the disk. */
  readonly readFile?: typeof readConfigFile;
}

export interface ConfigFiles {
  /** Reads all files, once, and reports what they set. Rejects with code `invalid_config_file` when one is malformed. */
  read(): Promise<void>;
  /** From now on reports every edit, also those since `read`. Does not keep the process alive once it is up. */
  watch(): Promise<void>;
  /** Where each file stands. */
  status(): readonly FileStatus[];
  close(): Promise<void>;
}

export function createConfigFiles(params: ConfigFilesParams): ConfigFiles {
  const { known, clock, log, onChange, onRefused, readFile: read = readConfigFile } = params;
  const said = new Set<string>();
  const files = new Map<string, WatchedFile>();
  const signatures = new Map<string, string>();
  let watcher: FSWatcher | undefined;
  let timer: Timer | undefined;
  let pollTimer: Timer | undefined;
  let closed = false;
  let running: Promise<void> | undefined;
  let runAgain = false;

  const note = (sentence: string): void => {
    if (said.has(sentence)) return;
    if (said.size >= mostSaid) said.clear();
    said.add(sentence);
    log("warn", sentence);
  };
  for (const given of params.paths) {
    const path = resolve(given);
    const parse = (bytes: Buffer): Leaves => parseYaml(path, bytes, known, note);
    files.set(path, new WatchedFile({ path, read, parse, monotonic: () => clock.monotonic() }));
  }

  const emit = (): void => onChange(mergeLeaves([...files.values()].map((file) => file.leaves)));

  const schedule = (delayMs = settleMs): void => {
    if (closed) return;
    timer ??= clock.setTimer(delayMs, () => {
      timer = undefined;
      look();
    });
  };

  /** One look at a time; what happens meanwhile leads to one more. */
  const look = (): void => {
    if (running !== undefined) {
      runAgain = true;
      return;
    }
    running = lookAtAll()
      .catch((error: unknown) => log("error", `The configuration files could not be applied. ${reasonOf(error)}`))
      .finally(() => {
        running = undefined;
        if (runAgain) schedule(agreeMs);
        runAgain = false;
      });
  };

  const lookAtAll = async (): Promise<void> => {
    let changed = false;
    for (const [path, file] of files) {
      const existed = file.exists;
      const found = await file.look();
      if (closed) return;
      if (found === "again") runAgain = true;
      if (found === "refused" && file.error !== undefined) {
        log("warn", `${file.error.message} The last good settings of the file stay in force.`);
        onRefused?.(file.error);
      }
      if (found !== "changed") continue;
      changed = true;
      if (!file.exists) log("warn", `The configuration file ${path} is gone; its settings are withdrawn.`);
      // Its directory may be a new one.
      else if (!existed) watcher?.add(dirname(path));
    }
    if (changed) emit();
  };

  const poll = (): void => {
    pollTimer = clock.setTimer(pollMs, () => {
      void comparedSignatures().then((changed) => {
        if (closed) return;
        if (changed) schedule();
        poll();
      });
    });
  };

  const comparedSignatures = async (): Promise<boolean> => {
    let changed = false;
    for (const [path, file] of files) {
      const signature = await fileSignature(path);
      changed ||= signatures.get(path) !== signature || file.wantsRetry;
      signatures.set(path, signature);
    }
    return changed;
  };

  return {
    async read() {
      for (const [path, file] of files) {
        await file.start();
        if (!file.exists) log("warn", `The configuration file ${path} does not exist yet; it is waited for.`);
      }
      emit();
    },
    async watch() {
      if (files.size === 0 || closed) return;
      watcher = watchFiles([...files.keys()], schedule, (error) => {
        log("warn", `Watching the configuration files failed; edits may go unnoticed. ${reasonOf(error)}`);
      });
      await new Promise<void>((done) => watcher?.once("ready", done));
      // Catches an edit between the first read and the start of the watch.
      look();
      await running;
      poll();
    },
    status: () => [...files.values()].map((file) => file.status),
    async close() {
      closed = true;
      timer?.cancel();
      pollTimer?.cancel();
      await watcher?.close();
      if (running === undefined) return;
      let grace: Timer | undefined;
      await Promise.race([
        running,
        new Promise<void>((done) => {
          grace = clock.setTimer(closeGraceMs, done);
        }),
      ]);
      grace?.cancel();
    },
  };
}

/**
 * Watches the directories rather than the files: a file that is replaced by a rename, or that appears later, is another
 * file for the system, and a watch on the old one would see nothing more.
 */
function watchFiles(paths: readonly string[], onEvent: () => void, onError: (error: unknown) => void): FSWatcher {
  const directories = new Set(paths.map((path) => dirname(path)));
  const names = new Set(paths.map((path) => basename(path)));
  const watcher = watch([...directories], {
    depth: 0,
    ignoreInitial: true,
    persistent: false,
    ignored: (path) => !directories.has(path) && !names.has(basename(path)),
  });
  // Every event of the system: the refined ones are throttled, and may skip the last of several quick edits.
  watcher.on("raw", () => onEvent());
  watcher.on("all", () => onEvent());
  watcher.on("error", onError);
  return watcher;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
