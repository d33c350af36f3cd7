/** The store as a whole: contents, follower, and the last state on disk. */
import { join } from "node:path";
import { type Clock, readFault } from "configstream-consumer/internal";
import { type Change, createContents, type Judge, type StoreWrite } from "./contents.js";
import type { Connect, StoreFault } from "./etcd/connection.js";
import { distinctRanges } from "./etcd/ranges.js";
import { createFollower, type Follower } from "./follower.js";
import type { ResolvedStore } from "./options.js";
import { parseSaved, SavedStateRefused, savedText } from "./saved-state.js";
import { createSaver, type Saver } from "./saver.js";
import { readStateFile, removeLeftovers, writeStateFile } from "./state-file.js";

/** Where a core agent stands with its store. */
export interface StoreStatus {
  /** `starting`: nothing was heard yet. `away`: the last state serves. */
  readonly state: "starting" | "live" | "away";
  /** How long it has been in that state, in ms. */
  readonly forMs: number;
  /** The store's revision that is served; 0: none. */
  readonly revision: number;
  /** The member that is followed, or was last. */
  readonly endpoint: string | undefined;
  /** Why it is away. */
  readonly reason: string | undefined;
  /**
   * The same for programs: `refused` (user, password, certificate or right), when it lasts, does not pass by itself, although it is tried
   * on. `undefined` while the store is followed, and where a change was not taken by the core agent itself.
   */
  readonly fault: StoreFault | undefined;
  /** True while what is served was read from disk at start. */
  readonly fromDisk: boolean;
  /** Keys of the store whose newest value is not used; the last good one is. */
  readonly badKeys: readonly string[];
  /** How often everything was read again. */
  readonly reads: number;
}

export interface StoreParams extends ResolvedStore {
  readonly connect: Connect;
  /** Folder of the last state; `undefined`: it is not kept. */
  readonly dataDir: string | undefined;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: (level: "info" | "warn", message: string) => void;
  readonly judge: Judge;
  /** Makes one change set. What it throws leaves everything as it was. `revision`: of the store; 0 for what was on disk. */
  readonly onChange: (writes: readonly StoreWrite[], revision: number) => void;
}

export interface Store {
  /** Reads what is on disk, then waits for the store as long as it was told. Never rejects because the store is away. */
  open(): Promise<void>;
  close(): Promise<void>;
  status(): StoreStatus;
}

/** Name of the file of the last state, in the data directory. */
export const stateFileName = "store_state";

export function createStore(params: StoreParams): Store {
  const { clock, layers, log } = params;
  const path = params.dataDir === undefined ? undefined : join(params.dataDir, stateFileName);
  const contents = createContents({ layers, judge: params.judge, warn: (message) => log("warn", message) });
  let state: StoreStatus["state"] = "starting";
  let sinceMs = clock.monotonic();
  let endpoint: string | undefined;
  let reason: string | undefined;
  let fault: StoreFault | undefined;
  let revision = 0;
  let fromDisk = false;
  let reads = 0;
  let follower: Follower | undefined;
  let saver: Saver | undefined;

  const enter = (next: StoreStatus["state"]): void => {
    if (state === next) return;
    state = next;
    sinceMs = clock.monotonic();
  };

  /** What is refused as a whole, such as a message that is too large, is not kept either, and so tried again. */
  const make = (change: Change, at: number): void => {
    if (change.writes.length > 0) params.onChange(change.writes, at);
    change.keep();
    revision = at;
    if (at > 0) saver?.changed();
  };

  const follow = (onLive: () => void): Follower =>
    createFollower({
      ...params,
      ranges: distinctRanges(Object.values(layers)),
      onWhole(whole, member) {
        const change = contents.whole(whole.kvs);
        make(change, whole.revision);
        reads += 1;
        endpoint = member;
        reason = undefined;
        fault = undefined;
        fromDisk = false;
        if (state !== "live") {
          log(
            "info",
            `The store at ${member} is followed from revision ${whole.revision}; ${change.writes.length} settings differed.`,
          );
        }
        enter("live");
        onLive();
      },
      onRevision: (next) => make(contents.events(next.events), next.revision),
      onAway(why, cause) {
        reason = why;
        fault = cause;
        // At the start it is said when the time to wait is over.
        if (state === "starting") return;
        if (state !== "away") log("warn", `The store is away, and its last state serves: ${why}`);
        enter("away");
      },
    });

  const restore = async (file: string): Promise<void> => {
    try {
      const text = await readStateFile(file);
      if (text === undefined) return;
      const saved = parseSaved(text, layers);
      make(contents.saved(saved.settings), 0);
      revision = saved.revision;
      fromDisk = true;
    } catch (error) {
      const why = error instanceof SavedStateRefused ? error.message : readFault(error);
      log("warn", `The store's last state in ${file} ${why}; it is not used.`);
    }
  };

  return {
    async open() {
      if (path !== undefined) {
        await removeLeftovers(path);
        await restore(path);
        saver = createSaver({
          clock,
          write: () => writeStateFile(path, savedText(layers, revision, clock.now(), contents.entries())),
          onFault: (why) => log("warn", `The store's last state cannot be saved to ${path}: ${why}.`),
        });
      }
      await new Promise<void>((resolve) => {
        const timer = clock.setTimer(params.startTimeoutMs, resolve);
        follower = follow(() => {
          timer.cancel();
          resolve();
        });
      });
      if (state !== "live") {
        const serves = fromDisk ? `the state of revision ${revision} from disk serves` : "its layers are empty";
        log(
          "warn",
          `The store did not answer in ${params.startTimeoutMs} ms, and ${serves}: ${reason ?? "no answer yet"}`,
        );
        enter("away");
      }
    },
    async close() {
      await follower?.close();
      await saver?.close();
    },
    status: () => ({
      state,
      forMs: clock.monotonic() - sinceMs,
      // What is confirmed when nothing happens counts as well.
      revision: state === "live" ? Math.max(revision, follower?.revision ?? 0) : revision,
      endpoint,
      reason,
      fault,
      fromDisk,
      badKeys: [...contents.bad],
      reads,
    }),
  };
}
