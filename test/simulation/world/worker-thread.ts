/** A worker thread of the virtual host: the shipped runtime, in a life that can end at any store to shared memory. */
import type { EngineHost, EngineHostInit } from "../../../src/main/hosting/engine-host.js";
import type { Clock } from "../../../src/shared/clock.js";
import { ConfigStreamError } from "../../../src/shared/errors.js";
import type { HostMessage, Runtime, WorkerMessage } from "../../../src/shared/messages.js";
import { createRuntime } from "../../../src/worker/runtime.js";
import type { Chance } from "../chance.js";
import { createVirtualTransport, type LinkParts } from "./client-connection.js";
import type { Disk } from "./disk.js";
import { Life } from "./life.js";
import { Mailbox } from "./mailbox.js";
import { MortalRegion, MortalUntold } from "./mortal-memory.js";

export interface ThreadParts extends Pick<LinkParts, "network" | "accept" | "fail" | "refreshMs"> {
  readonly clock: Clock;
  readonly chance: Chance;
  readonly disk: Disk;
  /** The token as it stands in its file; throws while there is none. */
  readonly readToken: () => string;
  readonly onStep: () => void;
  readonly onDefect: (error: ConfigStreamError) => void;
  /** It was given up, and has gone on and found out. */
  readonly onLate: () => void;
}

export class WorkerThread implements EngineHost {
  readonly up: Promise<void>;
  readonly ended: Promise<ConfigStreamError>;
  readonly life: Life;
  /** When it ends by force, its end cannot be proved. */
  leavesNoProof = false;
  /** It could not be ended by force, and goes on when it can, beside its successor. */
  isGivenUp = false;
  readonly #init: EngineHostInit;
  readonly #main: Clock;
  readonly #chance: Chance;
  readonly #clock: Clock;
  readonly #fail: (what: string) => unknown;
  readonly #fromWorker: Mailbox<WorkerMessage>;
  readonly #toWorker: Mailbox<HostMessage>;
  #runtime: Runtime | undefined;
  #reportUp = (): void => {};
  #reportEnd = (_error: ConfigStreamError): void => {};
  #isOver = false;

  /** `main`: the thread that it reports to. */
  constructor(init: EngineHostInit, main: Life, parts: ThreadParts) {
    const { clock, chance, onStep } = parts;
    this.#init = init;
    this.#main = main.clock;
    this.#chance = chance.fork("thread");
    this.#clock = clock;
    this.#fail = parts.fail;
    this.life = new Life(clock);
    this.life.onStep = onStep;
    this.life.onEnd = () => void main.clock.setTimer(chance.int(1, 50), () => this.#end("it was ended."));
    this.#fromWorker = new Mailbox(main.clock, chance, (message) => this.#receive(message));
    this.#toWorker = new Mailbox(this.life.clock, chance, (message) => this.#runtime?.receive(message));
    this.#toWorker.hold();
    this.ended = new Promise((resolve) => {
      this.#reportEnd = resolve;
    });
    const started = new Promise<void>((resolve) => {
      this.#reportUp = resolve;
    });
    this.up = Promise.race([started, this.ended.then((error) => Promise.reject(error))]);
    this.up.catch(() => {});
    this.life.clock.setTimer(chance.int(1, 60), () => this.#run(parts));
  }

  get isGone(): boolean {
    return this.#isOver && !this.leavesNoProof && this.life.ended;
  }

  post(message: HostMessage): void {
    this.#toWorker.post(message);
  }

  kill(): void {
    if (this.life.frozen && this.#chance.next() < 0.5) this.#giveUp();
    else this.life.end();
  }

  #giveUp(): void {
    this.isGivenUp = true;
    this.#main.setTimer(this.#chance.int(1, 50), () => this.#end("it was given up."));
  }

  async stop(deadlineMs: number): Promise<void> {
    const deadline = this.#clock.setTimer(deadlineMs, () => this.kill());
    this.life.run(() => void this.#runtime?.stop().then(() => this.#stopped()));
    if (this.#runtime === undefined) this.life.end();
    await this.ended;
    deadline.cancel();
  }

  /** Nothing that runs on would let the thread end by itself; messages to it may still arrive. */
  #stopped(): void {
    const { life } = this;
    if (!life.ended && life.timers > this.#toWorker.due) this.#fail(`a stopped worker has ${life.timers} timers`);
    life.end();
  }

  #run(parts: ThreadParts): void {
    const { memory, untold, writers, engine: params } = this.#init;
    const { life } = this;
    const { chance, disk, network, accept, fail, readToken, refreshMs } = parts;
    this.#runtime = createRuntime(
      {
        memory,
        untold,
        writers,
        params,
        logs: false,
        sessionIdProvider: undefined,
        onDefect: (error) => {
          if (!life.ended) parts.onDefect(error);
          life.end();
        },
        // Its end takes a moment, in which it goes on.
        onSuperseded: () => {
          parts.onLate();
          this.#clock.setTimer(this.#chance.int(0, 3), () => life.end());
        },
        post: (message) => {
          if (!life.ended) this.#fromWorker.post(message);
        },
        poll: () => this.#toWorker.takeAll(),
      },
      {
        clock: life.clock,
        random: chance.next,
        env: {},
        files: disk.files(life.clock),
        engine: { defer: (callback) => life.clock.setTimer(0, callback) },
        region: (shared) => new MortalRegion(shared, life),
        untold: (shared) => new MortalUntold(shared, life),
        transport: (given) =>
          createVirtualTransport({
            network,
            life,
            params: given,
            accept,
            refreshMs,
            fail: (what) => life.ended || fail(what),
          }),
        credentials: () => ({
          read: async () => ({ token: readToken(), certificate: "", privateKey: "" }),
        }),
      },
    );
    this.#toWorker.listen();
    this.#runtime.start();
  }

  #receive(message: WorkerMessage): void {
    const { onChanges, onNotice } = this.#init;
    if (message.kind === "up") this.#reportUp();
    else if (message.kind === "changes") {
      onChanges(message);
      this.post({ kind: "ack" });
    } else if (message.kind === "notice") {
      onNotice(message);
      this.post({ kind: "noticed" });
    }
  }

  #end(reason: string): void {
    if (this.#isOver) return;
    // What it had sent before its end still counts.
    this.#fromWorker.takeAll();
    this.#fromWorker.close();
    this.#isOver = true;
    this.#reportEnd(new ConfigStreamError("worker_died", `The worker thread ended: ${reason}`));
  }
}
