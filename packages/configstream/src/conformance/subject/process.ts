/** The consumer that is judged: a process that prints its settings. */
import type { Readable, Writable } from "node:stream";
import { killGroup, spawnGroup } from "../process-group.js";
import { Lines } from "./lines.js";

/** As much of a process as is made use of. */
export type SubjectProcess = Pick<NodeJS.EventEmitter, "once"> & {
  readonly stdin: Writable | null;
  readonly stdout: Readable | null;
  readonly stderr: Readable | null;
  /** Ends it at once, with all that it has started. It is closed then. */
  end(): void;
};

/** How it is started. */
export interface SubjectCommand {
  readonly file: string;
  readonly args: readonly string[];
  /** Starts it; Node.js does without this. */
  readonly start?: (file: string, args: readonly string[], env: NodeJS.ProcessEnv) => SubjectProcess;
  /** Where the core agent is, and its credentials. */
  readonly place: Place;
}

export interface Place {
  readonly host: string;
  readonly port: number;
  readonly authTokenFile: string;
  readonly ipcCertFile: string;
}

/** What is done with its output. */
export interface SubjectListener {
  /** Called with each line that it prints. */
  onLine(line: string): void;
  /** Called with what it writes to standard error, and some of what came before. */
  onErrors(text: string): void;
}

/** Longest line that is gathered, in characters. */
const mostLineCharacters = 100_000_000;
/** Of its standard error, this much is kept. */
const mostErrorCharacters = 20_000;
/** A question without an answer is asked again after this long, in ms: consumers that print by themselves answer none. */
const askAgainMs = 250;
/** After an answer of this many characters there is one ms of rest, so that whoever has much to say has time to do something else. */
const charactersPerMs = 20_000;

export class Subject {
  readonly #child: SubjectProcess;
  readonly #ended: Promise<void>;
  #gone: string | undefined;
  #errors = "";
  #askedAtMs: number | undefined;
  #restUntilMs = 0;

  constructor({ file, args, start = startProcess, place }: SubjectCommand, { onLine, onErrors }: SubjectListener) {
    const filledArgs = args.map((arg) => filled(arg, place));
    this.#child = start(file, filledArgs, { ...process.env, ...variables(place) });
    this.#ended = new Promise((resolve) => {
      this.#child.once("error", (error: Error) => {
        this.#gone ??= `it could not be started: ${error.message}`;
        resolve();
      });
      this.#child.once("close", (code: number | null, signal: NodeJS.Signals | null) => {
        this.#gone ??= code === null ? `it was ended by ${signal}` : `it ended with exit code ${code}`;
        resolve();
      });
    });
    this.#child.stdin?.on("error", () => {});
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      const all = this.#errors + text;
      onErrors(all);
      this.#errors = all.slice(-mostErrorCharacters);
    });
    const lines = new Lines(mostLineCharacters, (line) => {
      this.#askedAtMs = undefined;
      onLine(line);
      this.#restUntilMs = performance.now() + line.length / charactersPerMs;
    });
    this.#child.stdout
      ?.on("data", (bytes: Buffer) => {
        if (this.#gone !== undefined || lines.take(bytes)) return;
        this.#gone = `it wrote more than ${mostLineCharacters.toLocaleString("en-US")} characters without a line break`;
        this.#child.end();
      })
      .on("end", () => lines.end());
  }

  /** Why it runs no more, with its last words; `undefined`: it runs. */
  get gone(): string | undefined {
    if (this.#gone === undefined) return undefined;
    const last = this.#errors.trim().split("\n").at(-1);
    return last === undefined || last === "" ? this.#gone : `${this.#gone}, saying ${JSON.stringify(last)}`;
  }

  /** What it wrote to standard error, the end of it. */
  get errors(): string {
    return this.#errors;
  }

  /** Asks for its settings, unless an answer is on its way. */
  ask(): void {
    const nowMs = performance.now();
    if (nowMs < this.#restUntilMs || (this.#askedAtMs !== undefined && nowMs - this.#askedAtMs < askAgainMs)) return;
    this.#askedAtMs = nowMs;
    this.#child.stdin?.write("\n");
  }

  /** Ends it, and what it has left behind. `farewellMs`: how long it may take to end by itself once standard input has. */
  async end(farewellMs: number): Promise<void> {
    this.#child.stdin?.end();
    const enough = setTimeout(() => this.#child.end(), farewellMs);
    await this.#ended;
    clearTimeout(enough);
    this.#child.end();
  }
}

function startProcess(file: string, args: readonly string[], env: NodeJS.ProcessEnv): SubjectProcess {
  const child = spawnGroup(file, args, { env, stdio: ["pipe", "pipe", "pipe"] });
  return Object.assign(child, { end: () => killGroup(child) });
}

/** As the consumers of real core agents take them. */
function variables({ host, port, authTokenFile, ipcCertFile }: Place): NodeJS.ProcessEnv {
  return {
    DD_CMD_HOST: host,
    DD_CMD_PORT: String(port),
    DD_AUTH_TOKEN_FILE_PATH: authTokenFile,
    DD_IPC_CERT_FILE_PATH: ipcCertFile,
  };
}

function filled(arg: string, { host, port, authTokenFile, ipcCertFile }: Place): string {
  return arg
    .replaceAll("{address}", `${host}:${port}`)
    .replaceAll("{auth_token_file}", authTokenFile)
    .replaceAll("{ipc_cert_file}", ipcCertFile);
}
