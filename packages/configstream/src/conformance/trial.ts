/** What the scenarios for consumers are told with: a scripted core agent, the consumer, and what it may print. */
import { setTimeout as sleep } from "node:timers/promises";
import { readTextFile } from "configstream-consumer/internal";
import { credentialPaths } from "../core-agent/credentials/credentials.js";
import { Deviation } from "./deviation.js";
import { ScriptedAgent, type ScriptedAgentOptions } from "./scripted/agent.js";
import { snapshot, type Values } from "./scripted/messages.js";
import { Subject, type SubjectCommand } from "./subject/process.js";
import { difference, isState, type State, stateOf } from "./subject/states.js";
import { Watch } from "./subject/watch.js";

export interface TrialOptions {
  readonly command: Omit<SubjectCommand, "place">;
  /** How long the consumer may take to come to a state, in ms. */
  readonly patienceMs: number;
  /** How long it is watched when nothing may happen, in ms. */
  readonly settleMs: number;
  /** Of its own, with the credentials in it. */
  readonly dataDir: string;
  readonly agent: ScriptedAgentOptions | undefined;
  /** Once it is aborted, nothing is waited for any more. */
  readonly signal: AbortSignal;
}

const lookEveryMs = 10;
/** How long a consumer may take to end once standard input has, in ms; and where nobody waits for it. */
const farewellMs = 3_000;
const shortFarewellMs = 500;

export class Trial {
  readonly agent: ScriptedAgent;
  readonly #options: TrialOptions;
  readonly #watch = new Watch();
  readonly #tokens: string[] = [];
  #subject: Subject | undefined;
  /** What it has to have by now. */
  #now: State | undefined;
  #saidToken = false;

  constructor(options: TrialOptions) {
    this.#options = options;
    this.agent = new ScriptedAgent(options.dataDir, options.agent);
  }

  /** Starts both; streams begin with the message. */
  async open(greeting: Buffer | undefined): Promise<void> {
    this.agent.greeting = greeting;
    const { dataDir, command } = this.#options;
    await this.startAgent();
    const place = { ...this.agent.address, ...credentialPaths(dataDir) };
    const listen = (text: string): void => {
      if (this.#tokens.some((token) => text.includes(token))) this.#saidToken = true;
    };
    this.#subject = new Subject(
      { ...command, place },
      {
        onLine: (line) => {
          listen(line);
          this.#watch.take(line);
        },
        onErrors: listen,
      },
    );
  }

  /** Starts both, and waits until the consumer has what its first snapshot says. */
  async begin(values: Values, sequenceId = 1): Promise<void> {
    await this.open(snapshot(sequenceId, values));
    await this.reaches(values);
  }

  /** Again, after its `stop`; or for the first time. */
  async startAgent(): Promise<void> {
    await this.agent.start();
    this.#tokens.push(readTextFile(credentialPaths(this.#options.dataDir).authTokenFile).trim());
  }

  /** Sends on the open stream. */
  send(...messages: readonly Buffer[]): void {
    const { stream } = this.agent;
    if (stream === undefined) throw new Deviation("an open stream", "none");
    for (const message of messages) stream.send(message);
  }

  /** Sends on the stream that is open, if any, and on each that is opened from now on: the consumer may open a new one at any time. */
  resync(message: Buffer): void {
    this.agent.greeting = message;
    this.agent.stream?.send(message);
  }

  /** Waits until the consumer has these settings. On the way it may have what it had before and the states of `via`, in this order. */
  async reaches(
    values: Values,
    { via = [], sources }: { via?: readonly Values[]; sources?: { readonly [name: string]: string } } = {},
  ): Promise<void> {
    const wanted = stateOf(values, sources);
    const before = this.#now === undefined ? [] : [this.#now];
    this.#watch.allow([...before, ...via.map((each) => stateOf(each)), wanted]);
    await this.until(
      () => this.#watch.newest !== undefined && isState(this.#watch.newest, wanted),
      () => {
        const { newest } = this.#watch;
        const found = newest === undefined ? undefined : difference(newest, wanted);
        return found ?? { expected: "settings", seen: "none" };
      },
    );
    this.#now = wanted;
    this.#watch.allow([wanted]);
  }

  /** Watches for a while that the settings stay as they are; before the first ones, that there are none. */
  async stays(): Promise<void> {
    this.#watch.allow(this.#now === undefined ? [] : [this.#now]);
    await this.during(this.#options.settleMs);
  }

  /** Lets time pass; `each` is called again and again. */
  async during(ms: number, each: () => void = () => {}): Promise<void> {
    const endMs = performance.now() + ms;
    while (performance.now() < endMs) {
      each();
      await this.#look();
    }
  }

  /** Waits until something is so; `otherwise` says what is wrong when it takes too long. */
  async until(
    isSo: () => boolean,
    otherwise: () => { readonly expected: string; readonly seen: string },
  ): Promise<void> {
    const { patienceMs } = this.#options;
    const endMs = performance.now() + patienceMs;
    while (!isSo()) {
      await this.#look();
      if (performance.now() < endMs) continue;
      const { expected, seen } = otherwise();
      throw new Deviation(`${expected}, within ${patienceMs / 1_000} s`, seen);
    }
    this.#check();
  }

  /** To be called at the end of a story: nothing odd has been printed, and no token ever. */
  finish(): void {
    this.#check();
    if (this.#saidToken) throw new Deviation("the token is never printed", "the token in its output");
  }

  async end(): Promise<void> {
    await this.#subject?.end(this.#options.signal.aborted ? shortFarewellMs : farewellMs);
    this.agent.stop();
  }

  async #look(): Promise<void> {
    this.#options.signal.throwIfAborted();
    this.#check();
    this.#subject?.ask();
    await sleep(lookEveryMs);
  }

  #check(): void {
    if (this.#watch.deviation !== undefined) throw this.#watch.deviation;
    const gone = this.#subject?.gone;
    if (gone !== undefined) throw new Deviation("the consumer goes on running", gone);
  }
}
