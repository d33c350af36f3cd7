/**
 * A core agent that does what a scenario says and nothing by itself: real sockets, TLS with client certificates, token, sessions. Every
 * stream is greeted with one message; what follows is sent by hand.
 */
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type handleServerStreamingCall, Metadata, Server, ServerCredentials, status } from "@grpc/grpc-js";
import { agentSecureService, remoteAgentService, type StreamRequest } from "configstream-consumer/internal";
import { ensureCredentials } from "../../core-agent/credentials/credentials.js";
import { createAuthorizer, type Refusal, sessionGone, sessionOf } from "../../core-agent/serving/auth.js";
import { listen } from "../../core-agent/serving/listen.js";
import { registryMethods, streamMethod } from "../../core-agent/serving/methods.js";
import { refuseEarly } from "../../core-agent/serving/refuse-early.js";
import { ScriptedRegistry } from "./registry.js";
import { ScriptedStream } from "./stream.js";

/** How a scripted core agent differs from the usual one. */
export interface ScriptedAgentOptions {
  /** Which of the two register services answer. Default: both. */
  readonly services?: "both" | "agent-secure" | "remote-agent";
  /** Recommended at registration, in s. Default: 10. */
  readonly refreshSeconds?: number;
}

const host = "127.0.0.1";

export class ScriptedAgent {
  readonly registry: ScriptedRegistry;
  /** All streams that were opened, in order. */
  readonly streams: ScriptedStream[] = [];
  /** What each stream begins with; `undefined`: nothing. */
  greeting: Buffer | undefined;
  /** What streams are refused with. */
  streamRefusal: Refusal | undefined;
  /** Streams that were asked for and refused. */
  refusedStreams = 0;
  readonly #dataDir: string;
  readonly #services: ScriptedAgentOptions["services"];
  #server: Server | undefined;
  #port = 0;

  constructor(dataDir: string, { services = "both", refreshSeconds = 10 }: ScriptedAgentOptions = {}) {
    this.#dataDir = dataDir;
    this.#services = services;
    this.registry = new ScriptedRegistry(refreshSeconds);
  }

  get address() {
    return { host, port: this.#port };
  }

  get #openStreams(): readonly ScriptedStream[] {
    return this.streams.filter(({ isOpen }) => isOpen);
  }

  get openStreams(): number {
    return this.#openStreams.length;
  }

  /** The newest stream that is open. */
  get stream(): ScriptedStream | undefined {
    return this.#openStreams.at(-1);
  }

  /** Begins to answer, on the same port as before if there was one. */
  async start(): Promise<void> {
    const { token, certificate, privateKey } = await ensureCredentials(this.#dataDir);
    const server = new Server({
      interceptors: [refuseEarly(createAuthorizer(token))],
      "grpc.max_send_message_length": -1,
    });
    const registersHere = this.#services !== "remote-agent";
    server.addService(
      { ...(registersHere ? registryMethods(agentSecureService) : {}), ...streamMethod() },
      { ...(registersHere ? this.registry.implementation : {}), StreamConfigEvents: this.#handler },
    );
    if (this.#services !== "agent-secure") {
      server.addService(registryMethods(remoteAgentService), this.registry.implementation);
    }
    const authority = Buffer.from(certificate);
    const pair = { cert_chain: authority, private_key: Buffer.from(privateKey) };
    this.#server = server;
    const { port } = await listen(server, this.address, ServerCredentials.createSsl(authority, [pair], true));
    this.#port = port;
  }

  /** Is gone, as after a crash: connections are cut, and what it knew of sessions with them. */
  stop(): void {
    this.#server?.forceShutdown();
    this.#server = undefined;
    this.registry.forget();
  }

  /** Has another token from its next start on. */
  rotateToken(): void {
    writeFileSync(join(this.#dataDir, "auth_token"), randomBytes(32).toString("hex"), { mode: 0o600 });
  }

  readonly #handler: handleServerStreamingCall<StreamRequest, Buffer> = (call) => {
    const sessionId = sessionOf(call.metadata);
    const missing = { code: status.UNAUTHENTICATED, details: "The call has no session_id metadata." };
    const unknown = sessionId === undefined ? missing : this.registry.has(sessionId) ? undefined : sessionGone;
    const refusal = this.streamRefusal ?? unknown;
    if (refusal !== undefined) {
      this.refusedStreams += 1;
      call.emit("error", refusal);
      return;
    }
    const stream = new ScriptedStream(call);
    this.streams.push(stream);
    call.sendMetadata(new Metadata());
    if (this.greeting !== undefined) stream.send(this.greeting);
  };
}
