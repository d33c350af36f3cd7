/**
 * Reports held settings to the core agent, one call at a time, over the connection that also carries the stream. What fails changes
 * nothing but what the core agent knows.
 */
import { type Backoff, createBackoff } from "../../shared/backoff.js";
import type { Clock, Timer } from "../../shared/clock.js";
import { ConfigStreamError } from "../../shared/errors.js";
import type { HeldSetting } from "../../shared/held-setting.js";
import { LineRate } from "../../shared/rate.js";
import type { Report } from "../../wire/report-messages.js";
import { grpcCode, isRejection } from "../link/grpc-codes.js";
import type { Connection, EngineLog, Reports, TransportError } from "../ports.js";
import { Allowance } from "./allowance.js";
import { healedEvent, heldEvent, issueIdOf, issueOf, type Reporting } from "./held-report.js";
import { markOf, type NextReport, nextReport } from "./next-report.js";

/** Settings that are reported at a time; the next one's turn comes when one of them has healed. */
const maxReported = 100;
const deadlineMs = 2_000;
/** How long all issues may take to be resolved at the end, in ms. */
const farewellMs = 500;
/** Failures in a row after which nothing is tried until something changes. */
const maxFailures = 8;
const backoffParams = { initialMs: 1_000, maxMs: 60_000, floorMs: 500, factor: 2, resetAfterMs: 0 };
/** Reports that may be made at once, and in a second after that: a setting that comes and goes must not keep the core agent busy. */
const maxAtOnce = maxReported;
const perSecond = 2;

export interface ReporterPorts {
  readonly clock: Pick<Clock, "monotonic" | "setTimer">;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly log: EngineLog;
  readonly held: () => readonly HeldSetting[];
}

interface Line {
  readonly connection: Connection;
  readonly sessionId: string;
}

/** How this core agent is told: older ones take events only, or nothing. */
type Way = "issues" | "events" | "none";
const nextWay: { readonly [way in Way]: Way } = { issues: "events", events: "none", none: "none" };

/** In place of what was told, where that is not known. */
const unsure = "";

export class Reporter implements Reports {
  readonly #reporting: Reporting;
  readonly #ports: ReporterPorts;
  readonly #allowance: Allowance;
  #line: Line | undefined;
  /** Of one session, as the next three. */
  #told = new Map<string, string>();
  #way: Way = "issues";
  /** The core agent does not know this session any more, or has refused too often. */
  #isStalled = false;
  #sessionId: string | undefined;
  #backoff: Backoff = createBackoff(backoffParams);
  #retry: Timer | undefined;
  #isCalling = false;
  /** The key that is being reported: the core agent may know of it already. */
  #underWay: string | undefined;
  #isEnding = false;
  readonly #lines = new LineRate();

  constructor(reporting: Reporting, ports: ReporterPorts) {
    this.#reporting = reporting;
    this.#ports = ports;
    this.#allowance = new Allowance(ports.clock, maxAtOnce, perSecond);
  }

  reportOver(connection: Connection, sessionId: string): void {
    this.#line = { connection, sessionId };
    if (this.#sessionId !== sessionId) {
      // A core agent that has restarted may be another version, and knows of no issue.
      this.#sessionId = sessionId;
      this.#told = new Map();
      this.#way = "issues";
    }
    this.#isStalled = false;
    this.#backoff = createBackoff(backoffParams);
    void this.#work();
  }

  interrupted(): void {
    this.#line = undefined;
    this.#retry?.cancel();
    this.#retry = undefined;
  }

  /** Another setting is held, by another rule, or one has healed. */
  heldChanged(): void {
    if (this.#isStalled && this.#backoff.attempt > 0) this.#retryLater();
    else void this.#work();
  }

  /** Takes back what was reported: a process that ends holds nothing. Never rejects, and ends in bounded time. */
  async end(): Promise<void> {
    this.#isEnding = true;
    this.#retry?.cancel();
    const line = this.#line;
    if (line === undefined || this.#way !== "issues") return;
    const known = new Set(this.#told.keys());
    if (this.#underWay !== undefined) known.add(this.#underWay);
    const resolutions = [...known].map((key) =>
      line.connection.report(line.sessionId, this.#resolution(key), { deadlineMs: farewellMs }),
    );
    await Promise.allSettled(resolutions);
  }

  async #work(): Promise<void> {
    if (this.#isCalling) return;
    this.#isCalling = true;
    try {
      for (let next = this.#next(); next !== undefined; next = this.#next()) await this.#tell(...next);
    } finally {
      this.#isCalling = false;
    }
  }

  #next(): [Line, NextReport] | undefined {
    const line = this.#line;
    const isWaiting = this.#isStalled || this.#isEnding || this.#retry !== undefined || this.#way === "none";
    if (line === undefined || isWaiting) return undefined;
    const next = nextReport(this.#told, this.#ports.held(), maxReported);
    const waitMs = next === undefined ? 0 : this.#allowance.take();
    if (waitMs > 0) this.#wait(waitMs);
    return next === undefined || waitMs > 0 ? undefined : [line, next];
  }

  /** One report. Never rejects. */
  async #tell(line: Line, next: NextReport): Promise<void> {
    this.#underWay = next.kind === "held" ? next.setting.key : next.key;
    try {
      await line.connection.report(line.sessionId, this.#worded(next), { deadlineMs });
      if (this.#isOf(line)) this.#record(next);
      this.#backoff = createBackoff(backoffParams);
    } catch (thrown) {
      this.#mayKnow(line, next);
      // One that broke with its connection is made again over the next one.
      if (this.#line === line) this.#failed(next, thrown);
    } finally {
      this.#underWay = undefined;
    }
  }

  /** A report without an answer may have arrived: it is taken back when its setting has healed, and made again when it has not. */
  #mayKnow(line: Line, next: NextReport): void {
    if (next.kind === "held" && this.#way === "issues" && this.#isOf(line)) this.#told.set(next.setting.key, unsure);
  }

  #isOf({ sessionId }: Line): boolean {
    return this.#sessionId === sessionId;
  }

  #record(next: NextReport): void {
    if (next.kind === "healed") this.#told.delete(next.key);
    else this.#told.set(next.setting.key, markOf(next.setting));
  }

  #failed(next: NextReport, thrown: unknown): void {
    const code = (thrown as Partial<TransportError> | undefined)?.grpcCode ?? grpcCode.unknown;
    if (code === grpcCode.unimplemented) {
      this.#way = nextWay[this.#way];
      this.#told = new Map();
      return;
    }
    // The engine notices a lost session by itself, and comes back with another one.
    if (isRejection(code)) {
      this.#isStalled = true;
      this.#backoff = createBackoff(backoffParams);
      return;
    }
    this.#log(thrown);
    // The core agent wants no such report, so that this one stands no other in the way.
    if (code === grpcCode.invalidArgument) this.#record(next);
    else if (this.#backoff.attempt >= maxFailures) this.#isStalled = true;
    else this.#retryLater();
  }

  #retryLater(): void {
    const { delayMs, next } = this.#backoff.next(this.#ports.random());
    this.#backoff = next;
    this.#isStalled = false;
    this.#wait(delayMs);
  }

  #wait(delayMs: number): void {
    this.#retry = this.#ports.clock.setTimer(delayMs, () => {
      this.#retry = undefined;
      void this.#work();
    });
  }

  #worded(next: NextReport): Report {
    const reporting = this.#reporting;
    if (this.#way === "issues") {
      if (next.kind === "healed") return this.#resolution(next.key);
      return { kind: "issue", issue: issueOf(reporting, next.setting) };
    }
    const sentence = next.kind === "held" ? heldEvent(reporting, next.setting) : healedEvent(reporting, next.key);
    return { kind: "events", sentences: [sentence] };
  }

  #resolution(key: string): Report {
    return { kind: "resolution", issueId: issueIdOf(this.#reporting, key) };
  }

  #log(thrown: unknown): void {
    if (!this.#lines.isDue(this.#ports.clock.monotonic())) return;
    const why = ConfigStreamError.from(thrown).message;
    this.#ports.log("warn", `Held settings could not be reported to the core agent; settings are not affected. ${why}`);
  }
}
