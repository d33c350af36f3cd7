/** The history's file: read once, then appended to; rewritten when much of it was given up. */
import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { writeFault, writeWholeFile } from "configstream-consumer/internal";
import type { Life } from "./entry.js";
import { entryLine, entryText, headLine, lifeLine, parseLog } from "./log-text.js";

/** After a write, how long what comes next is gathered, in ms: a write for each of many changes would cost more than all else. */
const gatherMs = 5;
/** Largest file that is read, in bytes. */
const maxBytes = 512 * 1024 * 1024;

export interface LogFile {
  /** Appends a line: of a life that begins, or of a change set. Never throws, and never waits. */
  append(line: string): void;
  /** Bytes that were appended since the file was written as a whole. */
  readonly appended: number;
  /** Rewrites the file. */
  rewrite(lives: readonly Life[]): void;
  /** Resolves when everything is written. */
  close(): Promise<void>;
}

export interface OpenedLog {
  readonly file: LogFile;
  readonly lives: readonly Life[];
  /** True when a damaged end was cut off. */
  readonly cut: boolean;
}

/** Rejects with a system error when there is a file that cannot be read or written. `onFault`: called once, when writing fails. */
export async function openLog(path: string, onFault: (reason: string) => void): Promise<OpenedLog> {
  // What is appended goes to the end, whatever else happens. Without O_NONBLOCK, opening a named pipe would wait.
  const flags = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | (constants.O_NONBLOCK ?? 0);
  let handle: FileHandle | undefined = await open(path, flags, 0o600);
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) throw new Error("it is not a regular file");
    if (stats.size > maxBytes) throw new Error(`it has ${stats.size} bytes, more than ${maxBytes}`);
    if ((stats.mode & 0o077) !== 0) await handle.chmod(0o600);
    const bytes = await handle.readFile();
    const { lives, goodBytes } = parseLog(bytes);
    if (goodBytes < bytes.length) await handle.truncate(goodBytes);
    if (goodBytes === 0) await handle.appendFile(headLine);
    return { file: createLogFile(path, handle, onFault), lives, cut: goodBytes < bytes.length };
  } catch (error) {
    await handle.close();
    handle = undefined;
    throw error;
  }
}

function createLogFile(path: string, opened: FileHandle, onFault: (reason: string) => void): LogFile {
  let handle = opened;
  let pending = "";
  let appended = 0;
  let whole: readonly Life[] | undefined;
  let writing: Promise<void> | undefined;
  let failed = false;
  let closing = false;

  const work = async (): Promise<void> => {
    try {
      while (pending !== "" || whole !== undefined) {
        if (whole !== undefined) {
          const lives = whole;
          whole = undefined;
          await writeWholeFile(path, textOf(lives), "replace");
          await handle.close();
          handle = await open(path, constants.O_WRONLY | constants.O_APPEND, 0o600);
          continue;
        }
        const text = pending;
        pending = "";
        await handle.appendFile(text);
        if (!closing) await pause(gatherMs);
      }
    } catch (error) {
      // Part of a line may be there now: what came after it would be cut off, so that nothing more is written.
      failed = true;
      onFault(writeFault(error));
    } finally {
      writing = undefined;
    }
  };
  const begin = (): void => {
    if (!failed) writing ??= work();
  };
  return {
    append(line) {
      if (failed) return;
      pending += line;
      appended += line.length;
      begin();
    },
    get appended() {
      return appended;
    },
    rewrite(lives) {
      whole = lives;
      // What waits is part of the lives.
      pending = "";
      appended = 0;
      begin();
    },
    async close() {
      closing = true;
      while (writing !== undefined) await writing;
      // What is changed from now on is not kept.
      failed = true;
      await handle.close();
    },
  };
}

function* textOf(lives: readonly Life[]): Generator<string> {
  yield headLine;
  for (const life of lives) {
    yield lifeLine(life);
    for (const entry of life.entries) yield entryLine(entryText(entry));
  }
}
