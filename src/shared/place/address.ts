/**
 * The one grammar of an address to connect to or to listen on: `host:port`, or `[ipv6]:port`, where the IPv6 address may carry a
 * zone, as in `[fe80::1%eth0]:5001`. Pure.
 */
import { isIPv6 } from "node:net";

/** A host and a port, apart. */
export interface HostPort {
  /** A name or an IP address, without brackets; an IPv6 address keeps its zone. */
  readonly host: string;
  /** 0 to 65535. */
  readonly port: number;
}

/** Longest host name that a name service knows. */
const longestHost = 253;

/** Reads an address; `undefined` for a text that is none, or whose port is below `leastPort` or above 65535. */
export function parseAddress(text: string, leastPort: 0 | 1 = 1): HostPort | undefined {
  const colon = text.lastIndexOf(":");
  const port = text.slice(colon + 1);
  if (colon < 1 || !/^\d{1,5}$/.test(port) || Number(port) < leastPort || Number(port) > 65_535) return undefined;
  const host = hostIn(text.slice(0, colon));
  return host === undefined ? undefined : { host, port: Number(port) };
}

/** The text of an address; an IPv6 address gets brackets, unless it has them. */
export function formatAddress(host: string, port: number | string): string {
  return `${host.includes(":") && !host.startsWith("[") ? `[${host}]` : host}:${port}`;
}

/** What an address must look like, to complete "must be …". */
export function addressForm(leastPort: 0 | 1): string {
  return `host:port or [ipv6]:port with a port from ${leastPort} to 65535, such as "localhost:5001"`;
}

/** The host without its zone, which means something on this machine alone and must not be sent to another. */
export function withoutZone(host: string): string {
  const percent = host.indexOf("%");
  return percent < 0 ? host : host.slice(0, percent);
}

function hostIn(text: string): string | undefined {
  if (text.startsWith("[") && text.endsWith("]")) {
    const host = text.slice(1, -1);
    return isIPv6(host) ? host : undefined;
  }
  return text.length <= longestHost && /^[^\s:/\\[\]@?#%,]+$/.test(text) ? text : undefined;
}
