/** Remote agents as they registered, as long as their sessions live. */
import type { ReadRegisterRequest } from "configstream-consumer/internal";
import type { SessionRegistry } from "../serving/sessions.js";

export interface Registration {
  readonly sessionId: string;
  readonly name: string;
  readonly flavor: string;
  readonly pid: string;
  /** Milliseconds since the epoch. */
  readonly sinceMs: number;
  readonly uri: string;
  readonly services: readonly string[];
}

export class Registrations {
  readonly #sessions: Pick<SessionRegistry, "has" | "size">;
  readonly #now: () => number;
  readonly #bySession = new Map<string, Registration>();

  constructor(sessions: Pick<SessionRegistry, "has" | "size">, now: () => number) {
    this.#sessions = sessions;
    this.#now = now;
  }

  add(sessionId: string, request: Omit<ReadRegisterRequest, "processInstanceId">): void {
    const { displayName: name, flavor, pid, apiEndpointUri: uri, services } = request;
    // A process that registers again has lost its former session, also while that has not expired.
    for (const known of this.#bySession.values()) {
      if (known.pid === pid && known.flavor === flavor) this.#bySession.delete(known.sessionId);
    }
    this.#bySession.set(sessionId, { sessionId, name, flavor, pid, sinceMs: this.#now(), uri, services });
    if (this.#bySession.size > 2 * this.#sessions.size) this.#forgetExpired();
  }

  /** Oldest first. */
  present(): readonly Registration[] {
    this.#forgetExpired();
    return [...this.#bySession.values()];
  }

  #forgetExpired(): void {
    for (const sessionId of this.#bySession.keys()) {
      if (!this.#sessions.has(sessionId)) this.#bySession.delete(sessionId);
    }
  }
}
