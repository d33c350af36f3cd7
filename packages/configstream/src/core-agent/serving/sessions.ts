/** The Remote Agent Registry: gives out sessions and forgets the idle ones. Pure; time and ids come in. */
import type { Clock } from "configstream-consumer/internal";

export interface SessionRegistry {
  /** Sessions that have not expired. */
  readonly size: number;
  /** Opens a session and returns its id. */
  register(): string;
  /** Counts as activity. False when the session is unknown or has expired. */
  refresh(sessionId: string): boolean;
  /** Does not count as activity. */
  has(sessionId: string): boolean;
  /** Forgets all sessions. */
  clear(): void;
}

/** @param idleTimeoutMs A session without a refresh for this long is forgotten. */
export function createSessionRegistry(
  clock: Pick<Clock, "monotonic">,
  idleTimeoutMs: number,
  newId: () => string,
): SessionRegistry {
  /** Session id → time of the last activity, longest idle first: a refresh moves a session to the end. */
  const lastActivity = new Map<string, number>();
  const expire = (): void => {
    const oldest = clock.monotonic() - idleTimeoutMs;
    for (const [id, at] of lastActivity) {
      if (at > oldest) return;
      lastActivity.delete(id);
    }
  };
  return {
    get size() {
      expire();
      return lastActivity.size;
    },
    register() {
      expire();
      const id = newId();
      lastActivity.set(id, clock.monotonic());
      return id;
    },
    refresh(id) {
      expire();
      if (!lastActivity.delete(id)) return false;
      lastActivity.set(id, clock.monotonic());
      return true;
    },
    has(id) {
      expire();
      return lastActivity.has(id);
    },
    clear: () => lastActivity.clear(),
  };
}
