/** The registry of a scripted core agent: gives out sessions, and forgets or refuses them when the script says so. */
import { randomUUID } from "node:crypto";
import { type handleUnaryCall, type sendUnaryData, status, type UntypedServiceImplementation } from "@grpc/grpc-js";
import type { ReadRegisterRequest, RefreshRequest, Registration } from "configstream-consumer/internal";
import type { Refusal } from "../../core-agent/serving/auth.js";

export class ScriptedRegistry {
  /** What consumers have said of themselves, in order. */
  readonly registrations: ReadRegisterRequest[] = [];
  /** Session ids in the order in which they were given out. */
  readonly sessionIds: string[] = [];
  /** Refreshes that were answered, refusals included. */
  refreshes = 0;
  /** What refreshes are answered with, instead of what is right. */
  refreshRefusal: Refusal | undefined;
  readonly #live = new Set<string>();
  readonly #refreshSeconds: number;

  constructor(refreshSeconds: number) {
    this.#refreshSeconds = refreshSeconds;
  }

  has(sessionId: string): boolean {
    return this.#live.has(sessionId);
  }

  /** All sessions so far are unknown from now on. */
  forget(): void {
    this.#live.clear();
  }

  get implementation(): UntypedServiceImplementation {
    const register: handleUnaryCall<ReadRegisterRequest, Registration> = (call, answer) => {
      this.registrations.push(call.request);
      const sessionId = randomUUID();
      this.sessionIds.push(sessionId);
      this.#live.add(sessionId);
      answer(null, { sessionId, recommendedRefreshIntervalSecs: this.#refreshSeconds });
    };
    const refresh: handleUnaryCall<RefreshRequest, object> = (call, answer) => this.#refresh(call.request, answer);
    return { RegisterRemoteAgent: register, RefreshRemoteAgent: refresh };
  }

  #refresh({ sessionId }: RefreshRequest, answer: sendUnaryData<object>): void {
    this.refreshes += 1;
    const unknown = { code: status.NOT_FOUND, details: "The session is unknown." };
    const refusal = this.refreshRefusal ?? (this.has(sessionId) ? undefined : unknown);
    if (refusal === undefined) answer(null, {});
    else answer(refusal);
  }
}
