/**
 * Follows ranges of a store: reads them whole at one revision, then watches from the next one. Whatever ends the watch (a lost leader, a
 * compaction, an expired token, a network, a cluster that was restored from a backup) leads to the same: another member, and
 * everything read again. Nothing is resumed, because what a resumed watch would miss cannot be seen from its messages.
 */
import { type Backoff, type Clock, createBackoff } from "configstream-consumer/internal";
import { type Connect, type Connection, StoreError, type StoreFault, type Watching } from "./etcd/connection.js";
import { coveringRange, type KeyRange } from "./etcd/ranges.js";
import { createGatherer, type Revision } from "./gather.js";
import { readRanges, type WholeState } from "./reading.js";

/** How long an open watch may take to be confirmed, in ms. */
const createdTimeoutMs = 5_000;
/** Members of a cluster choose a new leader within a second or two; a fleet must not come back in step. */
const backoffParams = { initialMs: 500, maxMs: 10_000, floorMs: 50, factor: 2, resetAfterMs: 10_000 };

export interface FollowerParams {
  /** `host:port` of the members. */
  readonly endpoints: readonly string[];
  readonly ranges: readonly KeyRange[];
  readonly connect: Connect;
  readonly clock: Pick<Clock, "setTimer" | "monotonic">;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Everything, as it stood at one revision. What it throws ends the watch, and everything is read again. */
  readonly onWhole: (state: WholeState, endpoint: string) => void;
  /** What one revision changed; as `onWhole` otherwise. */
  readonly onRevision: (revision: Revision) => void;
  /** The store cannot be followed now. Called at each attempt that fails. `fault`: where the store is the cause. */
  readonly onAway: (reason: string, fault: StoreFault | undefined) => void;
}

export interface Follower {
  /** The revision up to which everything was told. */
  readonly revision: number;
  close(): Promise<void>;
}

export function createFollower(params: FollowerParams): Follower {
  const { endpoints, ranges, clock, random } = params;
  const covering = coveringRange(ranges);
  const stopping = new AbortController();
  const { signal } = stopping;
  let revision = 0;
  // Somewhere, so that a fleet does not begin at the same member.
  let next = Math.floor(random() * endpoints.length);
  let backoff: Backoff = createBackoff(backoffParams);

  /** Resolves when the watch is over, with why; when the follower was closed, with undefined. */
  const watch = (connection: Connection, state: WholeState): Promise<Error | undefined> =>
    new Promise((resolve) => {
      const gatherer = createGatherer(state.clusterId, state.revision);
      let watching: Watching | undefined;
      const end = (error: Error | undefined): void => {
        timer.cancel();
        watching?.cancel();
        signal.removeEventListener("abort", onStop);
        resolve(error);
      };
      const onStop = (): void => end(undefined);
      const timer = clock.setTimer(createdTimeoutMs, () =>
        end(new StoreError("unavailable", `The store at ${connection.endpoint} did not begin to watch in time.`)),
      );
      watching = connection.watch(
        { ...covering, start_revision: state.revision + 1 },
        {
          onResponse(response) {
            if (response.created === true) timer.cancel();
            try {
              for (const whole of gatherer.take(response)) params.onRevision(whole);
              revision = gatherer.revision;
            } catch (error) {
              end(error as Error);
            }
          },
          onEnd: end,
        },
      );
      signal.addEventListener("abort", onStop);
    });

  const once = async (endpoint: string): Promise<Error | undefined> => {
    const connection = await params.connect(endpoint, signal);
    try {
      const state = await readRanges(connection, ranges);
      if (signal.aborted) return undefined;
      params.onWhole(state, endpoint);
      revision = state.revision;
      const sinceMs = clock.monotonic();
      const error = await watch(connection, state);
      backoff = backoff.afterLive(clock.monotonic() - sinceMs);
      return error;
    } finally {
      connection.close();
    }
  };

  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      const endpoint = endpoints[next % endpoints.length] ?? "";
      next += 1;
      const error = await once(endpoint).catch((thrown: unknown) => thrown as Error);
      if (signal.aborted) return;
      params.onAway(
        error?.message ?? "The store ended the watch.",
        error instanceof StoreError ? error.fault : undefined,
      );
      const step = backoff.next(random());
      backoff = step.next;
      await pause(step.delayMs);
    }
  };

  const pause = (delayMs: number): Promise<void> =>
    new Promise((resolve) => {
      const end = (): void => {
        timer.cancel();
        signal.removeEventListener("abort", end);
        resolve();
      };
      const timer = clock.setTimer(delayMs, end);
      signal.addEventListener("abort", end);
    });

  const running = run();
  return {
    get revision() {
      return revision;
    },
    async close() {
      stopping.abort();
      await running;
    },
  };
}
