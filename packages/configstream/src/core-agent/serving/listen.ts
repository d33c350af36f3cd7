/** Binds a gRPC server to every address of a host name, all or nothing. */
import { lookup } from "node:dns/promises";
import { createServer } from "node:net";
import type { Server, ServerCredentials } from "@grpc/grpc-js";
import { ConfigStreamError, formatAddress, type HostPort, systemCode } from "configstream-consumer/internal";

/** How often a free port that one address family offered may turn out to be taken in the other. */
const freePortTries = 10;

/** Where a server listens: at each of these addresses, with this port. */
export interface Listening {
  readonly hosts: readonly string[];
  readonly port: number;
}

/** All addresses of a host name. */
export type ResolveHost = (host: string) => Promise<readonly { readonly address: string }[]>;

/**
 * Binds each address of the host separately: grpc-js is content when one of them works, and clients of `localhost` would
 * then reach another process on the other.
 *
 * @param resolve Default: the system's resolver.
 * @returns The real port, and the addresses that it is bound at.
 * @throws ConfigStreamError with code `address_unavailable`. The caller shuts the server down.
 */
export async function listen(
  server: Pick<Server, "bindAsync" | "unbind">,
  address: HostPort,
  credentials: ServerCredentials,
  resolve: ResolveHost = (host) => lookup(host, { all: true }),
): Promise<Listening> {
  const hosts = await resolveHosts(address, resolve);
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await bindAll(server, address, hosts, credentials);
    } catch (error) {
      if (address.port !== 0 || attempt === freePortTries || !isTaken(error)) throw error;
    }
  }
}

async function resolveHosts(address: HostPort, resolve: ResolveHost): Promise<readonly string[]> {
  try {
    const found = await resolve(address.host);
    return [...new Set(found.map((entry) => entry.address))];
  } catch (error) {
    throw unavailable(address, address.port, "the host name cannot be resolved; give another host", error);
  }
}

async function bindAll(
  server: Pick<Server, "bindAsync" | "unbind">,
  address: HostPort,
  hosts: readonly string[],
  credentials: ServerCredentials,
): Promise<Listening> {
  let { port } = address;
  const bound: string[] = [];
  let missing: unknown;
  for (const host of hosts) {
    try {
      await probe(host, port);
      port = await bind(server, formatAddress(host, port), credentials);
      bound.push(host);
    } catch (error) {
      // A host without IPv6 still resolves `localhost` to it.
      if (faultIs(error, "EADDRNOTAVAIL") || faultIs(error, "EAFNOSUPPORT")) {
        missing = error;
        continue;
      }
      for (const other of bound) server.unbind(formatAddress(other, port));
      const reason = isTaken(error)
        ? "another process listens there; stop it or give another port (0 picks a free one)"
        : "the system refused it; give another address";
      throw unavailable(address, port, reason, error);
    }
  }
  if (bound.length === 0) throw unavailable(address, port, "it is not an address of this host; give another", missing);
  return { hosts: bound, port };
}

/** Tries the address with a plain socket first: grpc-js writes its own line to standard error when it cannot bind. */
function probe(host: string, port: number): Promise<void> {
  return new Promise((done, fail) => {
    const socket = createServer();
    socket.once("error", fail);
    socket.listen({ host, port }, () => socket.close(() => done()));
  });
}

function bind(server: Pick<Server, "bindAsync">, target: string, credentials: ServerCredentials): Promise<number> {
  return new Promise((done, fail) => {
    server.bindAsync(target, credentials, (error, port) => (error === null ? done(port) : fail(error)));
  });
}

function isTaken(error: unknown): boolean {
  return faultIs(error, "EADDRINUSE");
}

/** Whether the system answered so. The probe's error has a code; that of grpc-js has it in its text and nowhere else. */
function faultIs(error: unknown, code: string): boolean {
  const found = systemCode(error) ?? systemCode((error as Error).cause);
  return found === undefined ? `${error} ${(error as Error).cause}`.includes(code) : found === code;
}

function unavailable(address: HostPort, port: number, reason: string, cause: unknown): ConfigStreamError {
  const target = formatAddress(address.host, port);
  return new ConfigStreamError("address_unavailable", `The core agent cannot listen on ${target}: ${reason}.`, {
    cause,
  });
}
