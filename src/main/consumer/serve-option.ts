/** The option `serve`: checks, and defaults. */
import { isIP } from "node:net";
import { resolve } from "node:path";
import { InvalidOptionError } from "../../shared/errors.js";
import { checkNames, described, numberOption, stringOption } from "../../shared/options/option-checks.js";
import type { EngineParams, ServeParams } from "../../shared/params.js";
import type { ConsumerOptions } from "./options.js";

const mib = 1024 * 1024;
/** What all systems can bind, in bytes; the shortest limit is that of macOS. */
const longestSocketPath = 103;

/** Throws `InvalidOptionError`: also where the other options leave no core agent that could call. */
export function serveOption(
  given: ConsumerOptions["serve"],
  { tls, session }: Pick<EngineParams, "tls" | "session">,
): ServeParams | undefined {
  if (given === undefined || given === false) return undefined;
  const options = given === true ? {} : given;
  checkNames(options, ["address", "maxCallsPerSecond", "maxAnswerBytes"], 'Option "serve"');
  if (!tls) throw new InvalidOptionError('Option "serve" needs TLS: leave "tls" out, or "serve".');
  if (session.kind !== "register") {
    throw new InvalidOptionError(
      'Option "serve" needs a consumer that registers itself, since its address is said at registration: leave out "sessionId" ' +
        'and "sessionIdProvider", or "serve".',
    );
  }
  return {
    address: serveAddress(stringOption("serve.address", options.address, "127.0.0.1:0")),
    maxCallsPerSecond: numberOption("serve.maxCallsPerSecond", options.maxCallsPerSecond, 20, { min: 1, max: 1_000 }),
    maxAnswerBytes: numberOption("serve.maxAnswerBytes", options.maxAnswerBytes, 4 * mib, { min: mib, max: 128 * mib }),
  };
}

function serveAddress(given: string): ServeParams["address"] {
  if (given.startsWith("unix://")) {
    const path = given.slice("unix://".length);
    if (path.startsWith("/") && Buffer.byteLength(path) <= longestSocketPath)
      return { kind: "unix", path: resolve(path) };
    throw wrong(given, `the path of a socket is absolute and has at most ${longestSocketPath} bytes`);
  }
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([0-9a-zA-Z.]+)):(\d{1,5})$/.exec(given);
  const host = match?.[1] ?? match?.[2] ?? "";
  const port = Number(match?.[3] ?? -1);
  if (port < 0 || port > 65_535) throw wrong(given, "the port is a number from 0 to 65535, 0 for a free one");
  if (host === "localhost") return { kind: "tcp", host: "127.0.0.1", port };
  if (!isLoopback(host)) throw wrong(given, "the host must be an address of this machine alone, 127.0.0.1 or [::1]");
  return { kind: "tcp", host, port };
}

function isLoopback(host: string): boolean {
  return (isIP(host) === 4 && host.startsWith("127.")) || (isIP(host) === 6 && /^[0:]*:0*1$/.test(host));
}

function wrong(given: string, rule: string): InvalidOptionError {
  return new InvalidOptionError(
    `Option "serve.address" must be host:port or unix:///path, such as "127.0.0.1:0", but is ${described(given)}: ${rule}.`,
  );
}
