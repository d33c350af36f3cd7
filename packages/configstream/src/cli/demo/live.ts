/** The demo in a terminal: a live view until a key is pressed. */
import { machineTimeMs } from "../agent/control.js";
import { CommandFailure } from "../exit.js";
import { type Io, interrupted, type TerminalStreams } from "../io.js";
import { formatMs, plural } from "../terminal/format.js";
import type { Key } from "../terminal/keys.js";
import { openScreen, type Screen } from "../terminal/screen.js";
import { styleFor } from "../terminal/style.js";
import type { Started, Wrote } from "./agent-process.js";
import { Board } from "./board.js";
import { openFeed, type SeenChange } from "./change-feed.js";
import { type HotLoopSummary, runHotLoop } from "./hot-loop.js";
import { healthText, type MetricLine, mainMetrics } from "./metrics.js";
import { round, shownKeys } from "./script.js";
import { type Cleanup, checkEnded, type Stage, setUp } from "./stage.js";
import { renderView, type ViewModel } from "./view.js";

const frameEveryMs = 100;
const changeEveryMs = 900;
/** An edit that was made longer ago is not what caused a change. */
const longestEditMs = 5_000;

export async function runLiveDemo(io: Io, terminal: TerminalStreams): Promise<void> {
  const demo = new LiveDemo(io);
  const summary = await demo.run(terminal);
  io.out.write(`${summary}\n`);
}

class LiveDemo {
  readonly #io: Io;
  readonly #stop = new AbortController();
  readonly #board = new Board(shownKeys);
  readonly #startedAtMs = machineTimeMs();
  #screen: Screen | undefined;
  #stage: Stage | undefined;
  #agent = "";
  #startingWith = "starting the core agent";
  #hotLoop: HotLoopSummary | "running" | undefined;
  #metrics: MetricLine = [];
  #hotLoopWanted = true;

  constructor(io: Io) {
    this.#io = io;
  }

  /** Resolves to a line for after the view. */
  async run(terminal: TerminalStreams): Promise<string> {
    let cleanup: Cleanup | undefined;
    let complaints: readonly string[] = [];
    const screen = openScreen(
      terminal,
      (key) => this.#onKey(key),
      () => this.#draw(),
    );
    this.#screen = screen;
    const frames = setInterval(() => this.#draw(), frameEveryMs);
    try {
      this.#draw();
      const signal = AbortSignal.any([this.#io.interrupt, this.#stop.signal]);
      const begun = (now: Cleanup) => {
        cleanup = now;
      };
      const onAgent = ({ address }: Started, pid: number) => {
        this.#agent = `${address}, process ${pid}`;
        this.#startingWith = "waiting for the first settings";
      };
      await setUp(process.env, signal, begun, onAgent).then(
        (stage) => this.#show(stage, signal),
        (error: unknown) => {
          // A key pressed meanwhile is an end that was asked for.
          if (!this.#stop.signal.aborted) throw error;
        },
      );
    } finally {
      clearInterval(frames);
      screen.close();
      complaints = (await cleanup?.end()) ?? [];
    }
    checkEnded(complaints);
    return this.#summary();
  }

  async #show(stage: Stage, signal: AbortSignal): Promise<void> {
    this.#stage = stage;
    const reports = new Map<string, Promise<Wrote>>();
    const feed = openFeed(stage.consumer, (seen) => {
      this.#measure(stage, reports, seen, this.#board.add(seen));
      this.#draw();
    });
    const metrics = setInterval(() => this.#readMetrics(stage), 500);
    let next = 0;
    const writes = setInterval(() => {
      const change = round[next % round.length];
      next += 1;
      if (change === undefined || this.#hotLoop === "running") return;
      const [report] = stage.agent.write([{ afterMs: 0, ...change }]);
      if (report !== undefined) reports.set(change.key, report);
    }, changeEveryMs);
    const loops = setInterval(() => this.#maybeRunHotLoop(stage), 50);
    this.#readMetrics(stage);
    try {
      const died = await Promise.race([interrupted(signal), stage.agent.died]);
      if (died instanceof CommandFailure) throw died;
    } finally {
      for (const timer of [metrics, writes, loops]) clearInterval(timer);
      feed.close();
    }
  }

  /** Finds out when the change was written: by the core agent's report, or by the date of the file. */
  #measure(
    stage: Stage,
    reports: ReadonlyMap<string, Promise<Wrote>>,
    { change, atMs, atEpochMs }: SeenChange,
    setLatency: (ms: number) => void,
  ): void {
    const find = async (): Promise<void> => {
      const report = await reports.get(change.key);
      if (report?.sequenceId === change.sequenceId) {
        setLatency(atMs - report.atMs);
      } else if (change.source === "file") {
        const latencyMs = atEpochMs - (await stage.workspace.yamlWrittenAtMs());
        if (latencyMs < longestEditMs) setLatency(Math.max(0, latencyMs));
      }
    };
    // What cannot be measured is left out.
    find().catch(() => {});
  }

  #maybeRunHotLoop({ agent, consumer }: Stage): void {
    if (!this.#hotLoopWanted || this.#hotLoop === "running") return;
    this.#hotLoopWanted = false;
    this.#hotLoop = "running";
    this.#draw();
    runHotLoop(agent, consumer.reader()).then(
      (summary) => {
        this.#hotLoop = summary;
      },
      () => {
        this.#hotLoop = undefined;
      },
    );
  }

  #readMetrics({ consumer }: Stage): void {
    mainMetrics(consumer.metrics).then(
      (metrics) => {
        this.#metrics = [["health", healthText(consumer.status())], ...metrics];
      },
      () => {},
    );
  }

  #onKey({ name }: Key): void {
    if (name === "h" || name === "H") this.#hotLoopWanted = true;
    else this.#stop.abort();
  }

  #draw(): void {
    this.#screen?.draw(renderView(this.#model(), styleFor(this.#io.out, this.#io.env)));
  }

  #model(): ViewModel {
    const stage = this.#stage;
    const nowMs = machineTimeMs();
    return {
      columns: this.#screen?.columns ?? 80,
      rows: this.#screen?.rows ?? 24,
      elapsedMs: nowMs - this.#startedAtMs,
      startingWith: this.#startingWith,
      status: stage?.consumer.status(),
      readyMs: stage?.readyMs,
      agent: this.#agent,
      yamlFile: stage?.workspace.yamlFile ?? "",
      settings: stage === undefined ? [] : this.#board.rows(stage.consumer.reader(), nowMs),
      recent: this.#board.recent(),
      hotLoop: this.#hotLoop,
      metrics: this.#metrics,
    };
  }

  #summary(): string {
    const ran = formatMs(machineTimeMs() - this.#startedAtMs);
    if (this.#stage === undefined) return `configstream demo: stopped after ${ran}, before it was ready.`;
    const ready = `ready after ${formatMs(this.#stage.readyMs)}`;
    const changes = `${plural(this.#board.changes, "change")} seen by subscription and by getter`;
    return `configstream demo: ran ${ran}; ${ready}; ${changes}; stopped cleanly.`;
  }
}
