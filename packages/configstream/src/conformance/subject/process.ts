/** The consumer that is judged: a process that prints its settings. */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";

/** As much of a process as is made use of. */
export type SubjectProcess = Pick<NodeJS.EventEmitter, "once"> &
  Pick<ChildProcess, "kill"> & {
    readonly stdin: Writable | null;
    readonly stdout: Readable | null;
    readonly stderr: Readable | null;
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

/** How long it may take to end once standard input has, in ms. */
const farewellMs = 3_000;
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

  /** `onLine` is called with each line that it prints. */
  constructor({ file, args, start = startProcess, place }: SubjectCommand, onLine: (line: string) => void) {
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
      this.#errors = (this.#errors + text).slice(-mostErrorCharacters);
    });
    if (this.#child.stdout === null) return;
    createInterface({ input: this.#child.stdout, crlfDelay: Number.POSITIVE_INFINITY }).on("line", (line) => {
      this.#askedAtMs = undefined;
      onLine(line);
      this.#restUntilMs = performance.now() + line.length / charactersPerMs;
    });
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

  async end(): Promise<void> {
    this.#child.stdin?.end();
    const enough = setTimeout(() => this.#child.kill("SIGKILL"), farewellMs);
    await this.#ended;
    clearTimeout(enough);
  }
}

function startProcess(file: string, args: readonly string[], env: NodeJS.ProcessEnv): SubjectProcess {
  return spawn(file, args, { env, stdio: ["pipe", "pipe", "pipe"] });
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
