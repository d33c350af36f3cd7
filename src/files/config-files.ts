/** Reads YAML files, watches them, and tells what they set. */
import { readFile } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import { type FSWatcher, watch } from "chokidar";
import type { Clock, Timer } from "../shared/clock.js";
import { ConfigStreamError } from "../shared/errors.js";
import type { ConfigValue } from "../shared/types.js";
import { type KeyShapes, mergeLeaves, parseYaml } from "./yaml.js";

/** Events of one save arrive within a few milliseconds of each other. */
const settleMs = 25;
/** How often a missing file is looked for, in ms: its directory may be missing too, and then nothing tells of it. */
const missingPollMs = 1_000;

type Leaves = ReadonlyMap<string, ConfigValue>;

/** Takes log lines. Names of files and settings may appear, values never. */
export type FileLog = (level: "debug" | "info" | "warn" | "error", message: string) => void;

export interface ConfigFilesParams {
  readonly paths: readonly string[];
  readonly known: KeyShapes;
  readonly clock: Pick<Clock, "setTimer">;
  readonly log: FileLog;
  /** The leaves of all files together changed, or may have. */
  readonly onChange: (leaves: Leaves) => void;
  /** An edit could not be used; the last good settings of its file stay in force. */
  readonly onRefused?: (error: ConfigStreamError) => void;
}

export interface ConfigFiles {
  /** Reads all files, once, and tells what they set. Rejects with code `invalid_config_file` when one is malformed. */
  read(): Promise<void>;
  /** From now on tells of every edit, also of those since `read`. Does not keep the process alive once it is up. */
  watch(): Promise<void>;
  /** Paths of the files that exist, as far as is known. */
  found(): readonly string[];
  close(): Promise<void>;
}

interface FileState {
  /** `undefined`: the file does not exist. */
  text: string | undefined;
  leaves: Leaves;
}

export function createConfigFiles(params: ConfigFilesParams): ConfigFiles {
  const { known, clock, log, onChange, onRefused } = params;
  const files = new Map<string, FileState>();
  for (const path of params.paths) files.set(resolve(path), { text: undefined, leaves: new Map() });
  let watcher: FSWatcher | undefined;
  let timer: Timer | undefined;
  let missingTimer: Timer | undefined;
  let closed = false;
  let running: Promise<void> | undefined;
  let runAgain = false;
  /** Files that were seen empty once. */
  const emptied = new Set<string>();

  const refuse = (what: string, error: unknown): false => {
    log("warn", what);
    onRefused?.(ConfigStreamError.from(error));
    return false;
  };

  const emit = (): void => onChange(mergeLeaves([...files.values()].map((file) => file.leaves)));

  const schedule = (): void => {
    if (closed) return;
    timer ??= clock.setTimer(settleMs, () => {
      timer = undefined;
      reload();
    });
  };

  /** One reload at a time; what happens meanwhile leads to one more. */
  const reload = (): void => {
    if (running !== undefined) {
      runAgain = true;
      return;
    }
    running = readAll()
      .catch((error: unknown) => log("error", `The configuration files could not be applied. ${reasonOf(error)}`))
      .finally(() => {
        running = undefined;
        if (runAgain) {
          runAgain = false;
          schedule();
        }
      });
  };

  const readAll = async (): Promise<void> => {
    let changed = false;
    for (const [path, file] of files) changed = (await readOne(path, file)) || changed;
    if (changed && !closed) emit();
    pollWhileMissing();
  };

  const pollWhileMissing = (): void => {
    const isMissing = [...files.values()].some((file) => file.text === undefined);
    if (isMissing && !closed) {
      missingTimer ??= clock.setTimer(missingPollMs, () => {
        missingTimer = undefined;
        reload();
      });
    } else {
      missingTimer?.cancel();
      missingTimer = undefined;
    }
  };

  /** The directory of a file that appears may be a new one. One more read catches what happens before the watch is up. */
  const watchAgain = (path: string): void => {
    watcher?.add(dirname(path));
    schedule();
  };

  /** True when the file's leaves were replaced. */
  const readOne = async (path: string, file: FileState): Promise<boolean> => {
    let text: string | undefined;
    try {
      text = await readText(path);
    } catch (error) {
      return refuse(`${reasonOf(error)} Its last good settings stay in force.`, error);
    }
    if (text === file.text) return false;
    // A save that truncates first and writes then must not look like the removal of every setting.
    if (text === "" && file.text !== undefined && !emptied.has(path)) {
      emptied.add(path);
      schedule();
      return false;
    }
    emptied.delete(path);
    if (file.text === undefined) watchAgain(path);
    file.text = text;
    try {
      file.leaves = text === undefined ? new Map() : parseYaml(path, text, known);
    } catch (error) {
      return refuse(`${reasonOf(error)} The last good settings of the file stay in force.`, error);
    }
    if (text === undefined) log("warn", `The configuration file ${path} is gone; its settings are withdrawn.`);
    return true;
  };

  return {
    async read() {
      for (const [path, file] of files) {
        file.text = await readText(path);
        if (file.text === undefined)
          log("warn", `The configuration file ${path} does not exist yet; it is waited for.`);
        else file.leaves = parseYaml(path, file.text, known);
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
      reload();
      await running;
    },
    found: () => [...files].filter(([, { text }]) => text !== undefined).map(([path]) => path),
    async close() {
      closed = true;
      timer?.cancel();
      missingTimer?.cancel();
      await watcher?.close();
      await running;
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
  watcher.on("raw", onEvent);
  watcher.on("all", onEvent);
  watcher.on("error", onError);
  return watcher;
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw new ConfigStreamError("invalid_config_file", `The configuration file ${path} cannot be read (${code}).`, {
      cause: error,
    });
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
