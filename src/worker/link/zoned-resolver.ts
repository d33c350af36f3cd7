/**
 * How grpc-js finds an IPv6 address with a zone. Its own resolvers put the whole target into the URL of the HTTP/2 session, and a URL
 * has no place for a zone; here the socket gets the zone, the URL does not.
 */
import { experimental } from "@grpc/grpc-js";
import { formatAddress, type HostPort, parseAddress, withoutZone } from "../../shared/place/address.js";

const scheme = "zoned";

type Resolver = InstanceType<Parameters<typeof experimental.registerResolver>[1]>;
type ResolverArguments = ConstructorParameters<Parameters<typeof experimental.registerResolver>[1]>;
type Target = ResolverArguments[0];

class ZonedResolver implements Resolver {
  readonly #address: HostPort | undefined;
  readonly #listener: ResolverArguments[1];
  #isTold = false;

  constructor(target: Target, listener: ResolverArguments[1]) {
    this.#address = parseAddress(target.path);
    this.#listener = listener;
  }

  updateResolution(): void {
    const address = this.#address;
    if (this.#isTold || address === undefined) return;
    this.#isTold = true;
    process.nextTick(() => {
      this.#listener(experimental.statusOrFromValue([{ addresses: [address] }]), {}, null, "");
    });
  }

  destroy(): void {
    this.#isTold = false;
  }

  static getDefaultAuthority({ path }: Target): string {
    const address = parseAddress(path);
    return address === undefined ? path : formatAddress(withoutZone(address.host), address.port);
  }
}

let isRegistered = false;

/** The target of a channel to this address. */
export function channelTarget({ host, port }: HostPort): string {
  const address = formatAddress(host, port);
  if (!host.includes("%")) return `dns:${address}`;
  if (!isRegistered) experimental.registerResolver(scheme, ZonedResolver);
  isRegistered = true;
  return `${scheme}:${address}`;
}
