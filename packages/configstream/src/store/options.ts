/** Where the store is and which layers come from it, checked once. */
import { resolve } from "node:path";
import { described, InvalidOptionError, parseAddress } from "configstream-consumer/internal";

/** An etcd cluster (v3 API) that layers come from. */
export interface StoreOptions {
  /** `host:port` of the members; one is enough, several are tried in turn. */
  readonly endpoints: readonly string[];
  /**
   * Prefix of the keys, by the source of their layer: `{ "remote-config": "/fleet/prod/" }`. The rest of a key is the setting's dotted name in
   * lower case, and the value is JSON. What stands below a further `/` belongs to no layer of that prefix, so that
   * `/fleet/prod/groups/web/` can be another one. The sources `default`, `file` and `environment-variable` have their own origin.
   */
  readonly layers: Readonly<Record<string, string>>;
  /** TLS; files are read at each connection. Default: none, for tests and for members on the same machine. */
  readonly tls?: StoreTls | undefined;
  /** A user of the cluster. Default: none, or the one that the client certificate names. */
  readonly auth?: StoreAuth | undefined;
  /** How long `start` waits for the store before it goes on with the last state, in ms, 0 to 600,000. Default: 5,000. */
  readonly startTimeoutMs?: number | undefined;
}

export interface StoreTls {
  /** PEM of the authorities that members are signed by. Default: those of the system. */
  readonly caFile?: string | undefined;
  /** PEM of the client certificate, with `keyFile`. Default: none. */
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
  /** Name that the members' certificates are held against. Default: the host of the endpoint. */
  readonly serverName?: string | undefined;
}

/** A user with a password, or with a file that holds it and is read at each login. */
export interface StoreAuth {
  readonly user: string;
  readonly password?: string | undefined;
  readonly passwordFile?: string | undefined;
}

export interface ResolvedStore {
  readonly endpoints: readonly string[];
  readonly layers: Readonly<Record<string, string>>;
  readonly tls: StoreTls | undefined;
  readonly auth: StoreAuth | undefined;
  readonly startTimeoutMs: number;
}

/** Sources that the core agent fills itself. */
const ownSources = ["default", "file", "environment-variable"];

/** @throws InvalidOptionError that names the option; passwords are never quoted. */
export function resolveStore(name: string, given: unknown): ResolvedStore | undefined {
  if (given === undefined) return undefined;
  const options = object(name, given, ["endpoints", "layers", "tls", "auth", "startTimeoutMs"]);
  const tls = options.tls === undefined ? undefined : object(`${name}.tls`, options.tls, tlsNames);
  const auth =
    options.auth === undefined ? undefined : object(`${name}.auth`, options.auth, ["user", "password", "passwordFile"]);
  return {
    endpoints: endpointsOf(`${name}.endpoints`, options.endpoints),
    layers: layersOf(`${name}.layers`, options.layers),
    tls: tls === undefined ? undefined : tlsOf(`${name}.tls`, tls),
    auth: auth === undefined ? undefined : authOf(`${name}.auth`, auth),
    startTimeoutMs: timeoutOf(`${name}.startTimeoutMs`, options.startTimeoutMs),
  };
}

const tlsNames = ["caFile", "certFile", "keyFile", "serverName"] as const;
type Given = { readonly [name: string]: unknown };

function object(name: string, given: unknown, names: readonly string[]): Given {
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    throw new InvalidOptionError(`Option "${name}" must be an object with ${names.join(", ")}.`);
  }
  const unknown = Object.keys(given).find((key) => !names.includes(key));
  if (unknown !== undefined) {
    throw new InvalidOptionError(`Option "${name}" has no "${unknown}"; it has ${names.join(", ")}.`);
  }
  return given as Given;
}

function endpointsOf(name: string, given: unknown): readonly string[] {
  if (!Array.isArray(given) || given.length === 0) {
    throw new InvalidOptionError(`Option "${name}" must list at least one host:port of the store.`);
  }
  for (const endpoint of given as readonly unknown[]) {
    if (typeof endpoint === "string" && parseAddress(endpoint, 1) !== undefined) continue;
    throw new InvalidOptionError(
      `Option "${name}" has ${described(endpoint)}; give host:port, such as "10.0.0.1:2379".`,
    );
  }
  return [...(given as readonly string[])];
}

function layersOf(name: string, given: unknown): Readonly<Record<string, string>> {
  const entries = typeof given === "object" && given !== null && !Array.isArray(given) ? Object.entries(given) : [];
  if (entries.length === 0) {
    throw new InvalidOptionError(
      `Option "${name}" must give a prefix by source, such as {"remote-config": "/fleet/prod/"}.`,
    );
  }
  for (const [source, prefix] of entries) {
    if (source === "" || ownSources.includes(source)) {
      throw new InvalidOptionError(
        `Option "${name}" has "${source}", a layer that does not come from a store; give another source.`,
      );
    }
    if (typeof prefix !== "string" || !prefix.endsWith("/")) {
      throw new InvalidOptionError(
        `Option "${name}" has ${described(prefix)} as the prefix of "${source}"; give a text that ends with "/".`,
      );
    }
  }
  return Object.fromEntries(entries) as Record<string, string>;
}

function tlsOf(name: string, given: Given): StoreTls {
  for (const key of tlsNames) textOrNothing(`${name}.${key}`, given[key]);
  const { caFile, certFile, keyFile, serverName } = given as StoreTls;
  if ((certFile === undefined) !== (keyFile === undefined)) {
    throw new InvalidOptionError(`Option "${name}" has one of certFile and keyFile; a client certificate needs both.`);
  }
  const path = (file: string | undefined): string | undefined => (file === undefined ? undefined : resolve(file));
  return { caFile: path(caFile), certFile: path(certFile), keyFile: path(keyFile), serverName };
}

function authOf(name: string, given: Given): StoreAuth {
  for (const key of ["user", "password", "passwordFile"]) textOrNothing(`${name}.${key}`, given[key]);
  const { user, password, passwordFile } = given as unknown as StoreAuth;
  if (user === undefined || (password === undefined) === (passwordFile === undefined)) {
    throw new InvalidOptionError(`Option "${name}" needs a user, and either password or passwordFile.`);
  }
  return { user, password, passwordFile: passwordFile === undefined ? undefined : resolve(passwordFile) };
}

function textOrNothing(name: string, given: unknown): void {
  if (given === undefined || (typeof given === "string" && given !== "")) return;
  throw new InvalidOptionError(`Option "${name}" must be a text that is not empty.`);
}

function timeoutOf(name: string, given: unknown = 5_000): number {
  if (typeof given === "number" && Number.isInteger(given) && given >= 0 && given <= 600_000) return given;
  throw new InvalidOptionError(
    `Option "${name}" must be a whole number of ms from 0 to 600000, but is ${described(given)}.`,
  );
}
