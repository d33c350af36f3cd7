/**
 * The session with the Remote Agent Registry: where its id comes from, how it is kept alive, and when it is lost.
 *
 * | kind | id | kept alive by | after a rejection |
 * |---|---|---|---|
 * | `register` | the core agent gives one at registration; kept over broken connections | refreshes on the stream's channel | registered again |
 * | `provider` | the application's function, asked at every connection attempt | the application | asked again |
 * | `fixed` | the application's constant | the application | tried again, because there is no other |
 */
import type { Clock, Timer } from "../../shared/clock.js";
import { ConfigStreamError } from "../../shared/errors.js";
import type { EngineParams } from "../../shared/params.js";
import { isToken } from "../../shared/text/token.js";
import { isError, textIn } from "../../shared/thrown.js";
import { grpcCode, isRejection, isUnanswered } from "../link/grpc-codes.js";
import type { Connection, Endpoint, EnginePorts, TransportError } from "../ports.js";
import { unlessAborted, within } from "./cancel.js";

/** The parameters that sessions look at. */
export type SessionSourceParams = Pick<EngineParams, "session" | "clientName" | "displayName" | "callTimeoutMs">;

/** The ports that sessions use. */
export type SessionPorts = Pick<EnginePorts, "clock" | "random" | "sessionIdProvider" | "status" | "log">;

/** A session that the core agent may accept. */
export interface Session {
  readonly id: string;
  /** When it was obtained, in ms since the epoch. */
  readonly sinceMs: number;
}

/** Why the session's refreshes end the stream. */
export interface SessionLoss {
  /** `rejected`: the core agent no longer knows the session. `unanswered`: there is no answer on this connection. */
  readonly reason: "rejected" | "unanswered";
  readonly error: Error;
}

/** Gives out sessions and keeps them alive. */
export interface SessionSource {
  /** True when a rejected session can be replaced by another one. */
  readonly renewable: boolean;
  /** True while the next {@link obtain} has a session without a call. */
  readonly ready: boolean;
  /** Where the core agent can call back from now on; another place than before is registered again. */
  reachableAt(endpoint: Endpoint | undefined): void;
  /** The session for a stream on this connection. Rejects with a `ConfigStreamError`. */
  obtain(connection: Connection, signal: AbortSignal): Promise<Session>;
  /** The core agent rejected the session; the next {@link obtain} gets another one where possible. */
  invalidate(): void;
  /** Refreshes the session on this connection until it is stopped; `onLoss` is called at most once. */
  keepAlive(connection: Connection, onLoss: (loss: SessionLoss) => void): { stop(): void };
}

/** Makes the session source that the parameters ask for. */
export function createSessionSource(params: SessionSourceParams, ports: SessionPorts): SessionSource {
  const { session } = params;
  switch (session.kind) {
    case "register":
      return new RegisteredSession(params, ports);
    case "provider":
      return new ProvidedSession(params, ports);
    case "fixed":
      return fixedSession(session.sessionId, ports.clock);
  }
}

const nothingToStop = { stop(): void {} };

function fixedSession(id: string, clock: Clock): SessionSource {
  let session: Session | undefined;
  return {
    renewable: false,
    ready: true,
    async obtain() {
      session ??= { id, sinceMs: clock.now() };
      return session;
    },
    // The maker of the session has registered it.
    reachableAt() {},
    invalidate() {},
    keepAlive: () => nothingToStop,
  };
}

/** How long the application's provider may take. It may make a network call of its own. */
const providerTimeoutMs = 30_000;

class ProvidedSession implements SessionSource {
  readonly renewable = true;
  readonly ready = false;
  readonly #clock: Clock;
  readonly #provider: () => Promise<string>;

  constructor(_params: SessionSourceParams, ports: SessionPorts) {
    if (ports.sessionIdProvider === undefined) {
      throw new ConfigStreamError("internal", "The session kind is `provider`, but there is no sessionIdProvider.");
    }
    this.#clock = ports.clock;
    this.#provider = ports.sessionIdProvider;
  }

  async obtain(_connection: Connection, signal: AbortSignal): Promise<Session> {
    const late = () =>
      new ConfigStreamError("registration", `The sessionIdProvider gave no answer within ${providerTimeoutMs} ms.`);
    const provider = this.#provider;
    const asked = (async () => provider())().catch((thrown: unknown) => {
      // Its message is the application's own and may quote what it likes, so it is not repeated here.
      const name = isError(thrown) ? (textIn(thrown, "name") ?? "Error") : typeof thrown;
      throw new ConfigStreamError("registration", `The sessionIdProvider failed (${name}).`);
    });
    const id = await within(asked, { clock: this.#clock, limitMs: providerTimeoutMs, signal, late });
    // Of blanks, nothing would arrive.
    if (typeof id !== "string" || !isToken(id)) {
      throw new ConfigStreamError(
        "registration",
        "The sessionIdProvider gave no session id; it must give a non-empty string of visible ASCII characters.",
      );
    }
    return { id, sinceMs: this.#clock.now() };
  }

  reachableAt(): void {}

  invalidate(): void {}

  keepAlive(): { stop(): void } {
    return nothingToStop;
  }
}

/** Used when the core agent recommends nothing. */
const defaultRefreshMs = 10_000;
/** A longer recommendation is cut: no registry keeps an idle session that long, and timers cannot count much further. */
const longestRefreshMs = 3_600_000;
/** Refreshes in a row without an answer after which the connection counts as dead. */
const unansweredLimit = 2;

class RegisteredSession implements SessionSource {
  readonly renewable = true;
  readonly #params: SessionSourceParams;
  readonly #ports: SessionPorts;
  #session: Session | undefined;
  #refreshMs = defaultRefreshMs;
  #endpoint: Endpoint | undefined;

  constructor(params: SessionSourceParams, ports: SessionPorts) {
    this.#params = params;
    this.#ports = ports;
  }

  get ready(): boolean {
    return this.#session !== undefined;
  }

  reachableAt(endpoint: Endpoint | undefined): void {
    if (endpoint?.uri !== this.#endpoint?.uri) this.invalidate();
    this.#endpoint = endpoint;
  }

  async obtain(connection: Connection, signal: AbortSignal): Promise<Session> {
    if (this.#session !== undefined) return this.#session;
    const { clientName, displayName, callTimeoutMs } = this.#params;
    const asked = connection.register(
      { clientName, displayName, endpoint: this.#endpoint },
      { deadlineMs: callTimeoutMs },
    );
    const registration = await unlessAborted(asked, signal);
    if (registration.sessionId.trim() === "") {
      throw new ConfigStreamError("registration", "The core agent answered the registration without a session id.");
    }
    this.#refreshMs = refreshIntervalMs(registration.recommendedRefreshIntervalSecs);
    this.#session = { id: registration.sessionId, sinceMs: this.#ports.clock.now() };
    this.#ports.status.count("sessionRegistrations");
    return this.#session;
  }

  invalidate(): void {
    this.#session = undefined;
  }

  keepAlive(connection: Connection, onLoss: (loss: SessionLoss) => void): { stop(): void } {
    const session = this.#session;
    if (session === undefined) return nothingToStop;
    let timer: Timer | undefined;
    let stopped = false;
    let unanswered = 0;
    const deadlineMs = Math.min(this.#params.callTimeoutMs, this.#refreshMs);
    const { clock, random, status, log } = this.#ports;

    const failed = (thrown: unknown): void => {
      if (stopped) return;
      status.count("sessionRefreshFailures");
      const error = thrown instanceof Error ? thrown : new Error(String(thrown));
      const code = (error as Partial<TransportError>).grpcCode ?? grpcCode.unknown;
      unanswered = isUnanswered(code) ? unanswered + 1 : 0;
      if (isRejection(code)) onLoss({ reason: "rejected", error });
      else if (unanswered >= unansweredLimit) onLoss({ reason: "unanswered", error });
      else {
        log("debug", `A session refresh failed; the session is kept. ${error.message}`);
        schedule();
      }
    };
    const refresh = (): void => {
      connection.refresh(session.id, { deadlineMs }).then(() => {
        unanswered = 0;
        if (!stopped) schedule();
      }, failed);
    };
    const schedule = (): void => {
      // ±10 %, so that the remote agents of a host do not refresh in step.
      timer = clock.setTimer(this.#refreshMs * (0.9 + 0.2 * random()), refresh);
    };
    schedule();
    return {
      stop() {
        stopped = true;
        timer?.cancel();
      },
    };
  }
}

function refreshIntervalMs(recommendedSecs: number): number {
  if (!(recommendedSecs > 0)) return defaultRefreshMs;
  return Math.min(recommendedSecs * 1_000, longestRefreshMs);
}
