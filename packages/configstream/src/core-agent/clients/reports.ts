/** What remote agents have reported: open issues and last events, by session, as much of it as is shown. Bounded; pure. */
import type { ReadIssue } from "configstream-consumer/internal";
import type { SessionRegistry } from "../serving/sessions.js";

/** A health issue that a remote agent has reported and not resolved. */
export interface ReportedIssue {
  readonly id: string;
  /** Its kind, such as `Held setting`. */
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** `high`, `medium`, `low`, or `unspecified`. */
  readonly severity: "unspecified" | "low" | "medium" | "high";
  /** When the remote agent says that it began: RFC 3339, or whatever it wrote. */
  readonly detectedAt: string;
}

/** Something that happened at a remote agent. */
export interface ReportedEvent {
  readonly message: string;
  /** When the report came, in ms since the epoch. */
  readonly atMs: number;
}

export interface Reported {
  readonly issues: readonly ReportedIssue[];
  /** Oldest first. */
  readonly events: readonly ReportedEvent[];
}

export interface ReportCounts {
  issuesReported: number;
  issuesResolved: number;
  eventsReported: number;
}

/** Of one session. */
const maxIssues = 200;
const maxEvents = 20;
/** Sessions that have reported something. */
const maxSessions = 10_000;
/** In characters; a longer id is refused, because a part of it could be that of another issue. */
const maxText = 500;
const severities = ["unspecified", "low", "medium", "high"] as const;

interface OfSession {
  readonly issues: Map<string, ReportedIssue>;
  events: readonly ReportedEvent[];
}

export class Reports {
  readonly counts: ReportCounts = { issuesReported: 0, issuesResolved: 0, eventsReported: 0 };
  readonly #sessions: Pick<SessionRegistry, "has">;
  readonly #now: () => number;
  readonly #bySession = new Map<string, OfSession>();

  constructor(sessions: Pick<SessionRegistry, "has">, now: () => number) {
    this.#sessions = sessions;
    this.#now = now;
  }

  /** One with the same id is replaced. False: there is no room for another one. */
  issue(sessionId: string, issue: ReadIssue): boolean {
    const { id, issueName, title, description, severity, detectedAt } = issue;
    const issues = this.#of(sessionId)?.issues;
    if (issues === undefined || id.length > maxText || (issues.size >= maxIssues && !issues.has(id))) return false;
    this.counts.issuesReported += 1;
    issues.set(id, {
      id,
      name: cut(issueName),
      title: cut(title),
      description: cut(description),
      severity: severities[severity] ?? "unspecified",
      detectedAt: cut(detectedAt),
    });
    return true;
  }

  /** One that there is not is none. */
  resolved(sessionId: string, id: string): void {
    if (this.#bySession.get(sessionId)?.issues.delete(id) === true) this.counts.issuesResolved += 1;
  }

  events(sessionId: string, sentences: readonly string[]): void {
    const kept = this.#of(sessionId);
    if (kept === undefined) return;
    this.counts.eventsReported += sentences.length;
    const atMs = this.#now();
    const newest = sentences.slice(-maxEvents).map((sentence) => ({ message: cut(sentence), atMs }));
    kept.events = [...kept.events, ...newest].slice(-maxEvents);
  }

  by(sessionId: string): Reported {
    const { issues, events } = this.#bySession.get(sessionId) ?? { issues: new Map(), events: [] };
    return { issues: [...issues.values()], events };
  }

  #of(sessionId: string): OfSession | undefined {
    const known = this.#bySession.get(sessionId);
    if (known !== undefined) return known;
    if (this.#bySession.size >= maxSessions) this.#forgetExpired();
    if (this.#bySession.size >= maxSessions) return undefined;
    const created: OfSession = { issues: new Map(), events: [] };
    this.#bySession.set(sessionId, created);
    return created;
  }

  #forgetExpired(): void {
    for (const sessionId of this.#bySession.keys()) {
      // Remote agents that have not registered report without a session.
      if (sessionId !== "" && !this.#sessions.has(sessionId)) this.#bySession.delete(sessionId);
    }
  }
}

function cut(text: string): string {
  return text.length > maxText ? `${text.slice(0, maxText)}…` : text;
}
