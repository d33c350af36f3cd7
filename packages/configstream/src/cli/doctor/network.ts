/** Checks of the way to the core agent: name, TCP, TLS. */
import { lookup } from "node:dns/promises";
import { connect as connectHttp2 } from "node:http2";
import { connect as connectTcp, isIP, type Socket } from "node:net";
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from "node:tls";
import {
  explainFailure,
  grpcCode,
  pinnedTrust,
  type SocketFailure,
  serverNameOverride,
} from "configstream-consumer/internal/link";
import { formatMs } from "../terminal/format.js";
import { type DoctorContext, hostAndPort, need } from "./context.js";
import { type Check, failed, failedBy, ok, warn } from "./run.js";

export const hostCheck: Check<DoctorContext> = {
  id: "host",
  title: "host name",
  needs: ["options"],
  advice: "Check the address, and this machine's name service.",
  async run(context) {
    const place = need(context.place, "place");
    const { host } = hostAndPort(place);
    if (isIP(host) !== 0) {
      context.addresses = [host];
      return ok(`${host} is an address`);
    }
    try {
      const found = await lookup(host, { all: true });
      context.addresses = [...new Set(found.map(({ address }) => address))];
    } catch (thrown) {
      const { code } = thrown as NodeJS.ErrnoException;
      return failed(
        `The host name "${host}" could not be resolved (${code}).`,
        `Check the address (${place.address.from}), and this machine's name service.`,
      );
    }
    return ok(`${host} is ${context.addresses.join(" and ")}`);
  },
};

export const tcpCheck: Check<DoctorContext> = {
  id: "tcp",
  title: "TCP",
  needs: ["host"],
  advice: "Check the address, and that the core agent runs.",
  async run(context) {
    const place = need(context.place, "place");
    const { port } = hostAndPort(place);
    const open: string[] = [];
    const closed: string[] = [];
    let why = "";
    for (const address of need(context.addresses, "addresses")) {
      try {
        (await tcp(address, port, context.callTimeoutMs)).destroy();
        open.push(address);
      } catch (thrown) {
        why = (thrown as NodeJS.ErrnoException).code ?? "";
        closed.push(`${address} (${why})`);
      }
    }
    // The working ones only: TLS is tried where the consumer would end up.
    if (open.length > 0) context.addresses = open;
    const where = `port ${port}`;
    if (closed.length === 0) return ok(`${where} accepts connections`);
    if (open.length === 0) return failed(...unreachable(why, place.address.value, place.address.from));
    return warn(
      `${where} accepts connections at ${open.join(", ")}, but not at ${closed.join(", ")}`,
      "The consumer uses the one that works; another process may be meant by the other.",
    );
  },
};

function unreachable(code: string, address: string, from: string): [detail: string, advice: string] {
  switch (code) {
    case "ECONNREFUSED":
      return [
        `Nothing listens at ${address} (connection refused).`,
        `Start the core agent, or check host and port (${from}); the agent's own are cmd_host and cmd_port.`,
      ];
    case "ETIMEDOUT":
      return [
        `Nothing answers at ${address} (timed out).`,
        `A firewall may swallow the connection, or the address (${from}) is of another network.`,
      ];
    default:
      return [`${address} cannot be reached (${code}).`, `Check the address (${from}) and the network.`];
  }
}

export const tlsCheck: Check<DoctorContext> = {
  id: "tls",
  title: "TLS",
  needs: ["tcp", "certificate"],
  advice:
    "Check that the address is that of the core agent's IPC port (cmd_port), and that the certificate file is its own.",
  async run(context) {
    const place = need(context.place, "place");
    const { host, port } = hostAndPort(place);
    const path = place.ipcCertFile.value;
    const trust = pinnedTrust({ token: "", ...need(context.pair, "certificate") }, host, path);
    const [address = host] = need(context.addresses, "addresses");
    const socket = await tcp(address, port, context.callTimeoutMs);
    const outcome = await handshake(socket, context.callTimeoutMs, {
      secureContext: trust.secureContext,
      ...trust.verifyOptions,
      servername: serverNameOverride(host) ?? host,
      ALPNProtocols: ["h2"],
    });
    if (outcome.kind === "done") return ok(`${outcome.protocol}, the certificate is the one in the file, HTTP/2`);
    const target = place.address.value;
    if (outcome.kind === "silent") {
      return failed(
        outcome.secured
          ? `What listens at ${target} speaks TLS, but not HTTP/2: it said nothing for ${formatMs(context.callTimeoutMs)}.`
          : `What listens at ${target} did not answer the TLS handshake within ${formatMs(context.callTimeoutMs)}.`,
        `Check that ${target} (${place.address.from}) is the core agent's IPC port (cmd_port).`,
      );
    }
    const failure = explainFailure(
      {
        call: "RegisterRemoteAgent",
        grpcCode: grpcCode.unavailable,
        details: outcome.secured ? "No connection established" : "Failed to connect",
        socketError: outcome.error,
        secured: outcome.secured,
      },
      {
        address: target,
        tls: true,
        authTokenFile: place.authTokenFile.value,
        ipcCertFile: path,
        maxReceiveMessageBytes: context.maxReceiveMessageBytes,
        timeoutMs: context.callTimeoutMs,
        secrets: [],
      },
    );
    // When a server hangs up, a guess at the reason is all that can be reported.
    return outcome.secured
      ? failedBy(failure, `Give the certificate file of this very core agent (${place.ipcCertFile.from}).`)
      : failedBy(failure);
  },
};

function tcp(address: string, port: number, timeoutMs: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connectTcp({ host: address, port });
    const timer = setTimeout(() => {
      socket.destroy(Object.assign(new Error("timed out"), { code: "ETIMEDOUT" }));
    }, timeoutMs);
    socket.once("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
    socket.once("connect", () => {
      clearTimeout(timer);
      resolve(socket);
    });
  });
}

type Handshake =
  | { readonly kind: "done"; readonly protocol: string }
  | { readonly kind: "failed"; readonly error: SocketFailure | undefined; readonly secured: boolean }
  | { readonly kind: "silent"; readonly secured: boolean };

/**
 * TLS, then HTTP/2 until the other side's settings arrive: in TLS 1.3 the client is done before the server has looked at
 * its certificate, and only what comes afterwards shows that it was accepted.
 */
function handshake(socket: Socket, timeoutMs: number, options: Omit<ConnectionOptions, "socket">): Promise<Handshake> {
  return new Promise((resolve) => {
    let secured = false;
    const secure: TLSSocket = connectTls({ ...options, socket });
    const end = (result: Handshake): void => {
      clearTimeout(timer);
      resolve(result);
      secure.destroy();
    };
    const fail = (error?: Error): void => {
      const code = (error as NodeJS.ErrnoException | undefined)?.code ?? "";
      end({ kind: "failed", error: error && { code, message: error.message }, secured });
    };
    const timer = setTimeout(() => end({ kind: "silent", secured }), timeoutMs);
    secure.on("error", fail);
    secure.once("close", () => fail());
    secure.once("secureConnect", () => {
      secured = true;
      const session = connectHttp2("https://localhost", { createConnection: () => secure });
      session.on("error", fail);
      session.once("remoteSettings", () => {
        end({ kind: "done", protocol: secure.getProtocol() ?? "TLS" });
        session.destroy();
      });
    });
  });
}
