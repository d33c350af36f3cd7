/** What the scenarios for core agents are told with: strict consumers, and commands that change settings. */
import { setTimeout as sleep } from "node:timers/promises";
import { resolveOptions } from "configstream-consumer/internal";
import {
  type Connection,
  type Credentials,
  createGrpcTransport,
  GrpcCallError,
  grpcCodeName,
} from "configstream-consumer/internal/link";
import { Deviation } from "../deviation.js";
import { filled, runCommand } from "./change-command.js";
import { FollowedStream } from "./followed.js";

/** What is judged, and how it can be changed. */
export interface JudgedAgent {
  readonly address: string;
  readonly authTokenFile: string;
  readonly ipcCertFile: string;
  readonly credentials: Credentials;
  /** Command lines; see docs/conformance.md. */
  readonly commands: { readonly set?: string; readonly unset?: string; readonly setMany?: string };
  /** Key that the commands change. */
  readonly key: string;
  /** Two values for it. */
  readonly values: readonly [string, string];
  readonly patienceMs: number;
}

const clientName = "configstream-conformance";
const lookEveryMs = 10;

export class AgentTrial {
  readonly judged: JudgedAgent;
  readonly #connections: Connection[] = [];
  readonly #streams: FollowedStream[] = [];
  readonly #signal: AbortSignal;
  readonly #end = () => this.end();

  /** Once `signal` is aborted, nothing is waited for any more. */
  constructor(judged: JudgedAgent, signal: AbortSignal) {
    this.judged = judged;
    this.#signal = signal;
    signal.addEventListener("abort", this.#end);
  }

  /** A connection of its own. `token`: instead of the right one. */
  connect(token = this.judged.credentials.token): Connection {
    const { address, authTokenFile, ipcCertFile, credentials, patienceMs } = this.judged;
    const options = { clientName, coreAgentAddress: address, authTokenFile, ipcCertFile, callTimeoutMs: patienceMs };
    const connection = createGrpcTransport(resolveOptions(options, {}).engine).connect({ ...credentials, token });
    this.#connections.push(connection);
    return connection;
  }

  register(connection: Connection): Promise<{ readonly sessionId: string }> {
    return connection.register({ clientName, displayName: clientName }, { deadlineMs: this.judged.patienceMs });
  }

  refresh(connection: Connection, sessionId: string): Promise<void> {
    return connection.refresh(sessionId, { deadlineMs: this.judged.patienceMs });
  }

  /** Opens a stream as any session. */
  openStream(connection: Connection, sessionId: string): FollowedStream {
    const stream = new FollowedStream(connection, clientName, sessionId);
    this.#streams.push(stream);
    return stream;
  }

  /** A strict consumer that has its first snapshot. */
  async follow(): Promise<FollowedStream> {
    const connection = this.connect();
    const { sessionId } = await this.register(connection);
    const stream = this.openStream(connection, sessionId);
    await this.until(
      () => {
        stream.check();
        return stream.mirror.events > 0;
      },
      "a snapshot",
      () => "nothing",
    );
    return stream;
  }

  async set(value: string, key = this.judged.key): Promise<void> {
    await runCommand(filled(this.judged.commands.set ?? "", { key, value }), this.#signal);
  }

  async unset(): Promise<void> {
    await runCommand(filled(this.judged.commands.unset ?? "", { key: this.judged.key }), this.#signal);
  }

  async setMany(values: readonly (readonly [key: string, value: string])[]): Promise<void> {
    const pairs = values.map(([key, value]) => `${key}=${value}`).join(" ");
    await runCommand(filled(this.judged.commands.setMany ?? "", { pairs }), this.#signal);
  }

  /** Rejects with a deviation unless the call ends with one of these codes. */
  async refused(call: Promise<unknown>, codes: readonly number[]): Promise<void> {
    const code = await call.then(
      () => 0,
      (error: unknown) => {
        if (error instanceof GrpcCallError) return error.grpcCode;
        throw error;
      },
    );
    if (!codes.includes(code)) throw new Deviation(codes.map(grpcCodeName).join(" or "), grpcCodeName(code));
  }

  async until(isSo: () => boolean, expected: string, seen: () => string): Promise<void> {
    const { patienceMs } = this.judged;
    const endMs = performance.now() + patienceMs;
    while (!isSo()) {
      this.#signal.throwIfAborted();
      await sleep(lookEveryMs);
      if (performance.now() > endMs) throw new Deviation(`${expected}, within ${patienceMs / 1_000} s`, seen());
    }
  }

  end(): void {
    this.#signal.removeEventListener("abort", this.#end);
    for (const stream of this.#streams) stream.cancel();
    for (const connection of this.#connections) connection.close();
  }
}
