/** A core agent that stops, and clients that do not. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { connect as connectHttp2 } from "node:http2";
import { connect as connectTcp, type Socket } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { connect as connectTls } from "node:tls";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { liveTest } from "../../support/engine/live-consumer.js";

const live = liveTest();
const script = fileURLToPath(new URL("../../support/agents/stopping-agent.mjs", import.meta.url));

interface Place {
  readonly host: string;
  readonly port: number;
  readonly pem: string;
}

const tlsOptions = ({ host, port, pem }: Place) => ({
  host,
  port,
  ca: pem,
  cert: pem,
  key: pem,
  checkServerIdentity: () => undefined,
  allowHalfOpen: true,
});

/** Each connects and then never closes what it has, whatever the core agent says. */
const clients: Record<string, (place: Place) => Promise<{ destroy(): void }>> = {
  async "said nothing at all"({ host, port }) {
    const socket = connectTcp({ host, port, allowHalfOpen: true });
    await once(socket, "connect");
    return socket;
  },
  async "began a hand-shake"({ host, port }) {
    const socket = connectTcp({ host, port, allowHalfOpen: true });
    await once(socket, "connect");
    socket.write(Buffer.from([22, 3, 1, 2, 0, 1]));
    return socket;
  },
  async "said nothing after the hand-shake"(place) {
    const socket: Socket = connectTls({ ...tlsOptions(place), ALPNProtocols: ["h2"] });
    await once(socket, "secureConnect");
    return socket;
  },
  async "has an open stream"(place) {
    const session = connectHttp2(`https://${place.host}:${place.port}`, tlsOptions(place));
    await once(session, "connect");
    const stream = session.request({
      ":method": "POST",
      ":path": "/datadog.api.v1.AgentSecure/StreamConfigEvents",
      "content-type": "application/grpc",
      te: "trailers",
    });
    stream.on("error", () => {});
    session.on("error", () => {});
    return session;
  },
};

describe("a process whose core agent has stopped ends by itself beside a client that", () => {
  it.each(Object.keys(clients))("%s", { timeout: 60_000 }, async (name) => {
    const child = spawn(process.execPath, [script, live.folder], { stdio: ["pipe", "pipe", "inherit"] });
    const ended = once(child, "exit");
    live.cleanUp(async () => child.kill("SIGKILL"));
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    const address = new URL(`tcp://${(await lines.next()).value}`);
    const pem = await readFile(join(live.folder, "ipc_cert.pem"), "utf8");
    const client = await clients[name]?.({ host: address.hostname, port: Number(address.port), pem });
    live.cleanUp(async () => client?.destroy());
    (client as Socket).on("error", () => {});
    child.stdin.write("\n");
    expect((await lines.next()).value).toBe("stopped");
    expect(await ended).toEqual([0, null]);
  });
});
