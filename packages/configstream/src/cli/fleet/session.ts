/** What the commands of `configstream fleet` have in common: the store file, the layer, a connection. */
import type { Command } from "commander";
import {
  type ChangeNote,
  type Connection,
  connectTo,
  type Fleet,
  openFleet,
  type ResolvedStore,
  StoreError,
} from "../../store/index.js";
import { type NoteOptions, noteOf } from "../change-note.js";
import { CommandFailure, wrongUsage } from "../exit.js";
import type { Io } from "../io.js";
import { readStoreFile } from "./store-file.js";

export interface FleetOptions {
  readonly store?: string;
  readonly layer?: string;
  readonly json?: boolean;
  readonly showSecrets?: boolean;
}

export interface FleetChangeOptions extends FleetOptions, NoteOptions {
  readonly ifRevision?: number;
  /** Path of a guards file. */
  readonly guards?: string;
  readonly dryRun?: boolean;
}

export function addFleetOptions(command: Command): Command {
  return command
    .option(
      "--store <file>",
      "YAML file with endpoints, layers, tls and auth, as of configstream agent (env: CONFIGSTREAM_STORE)",
    )
    .option("--layer <source>", "the layer, where the store file has several")
    .option("--show-secrets", "do not mask values whose keys look like credentials")
    .option("--json", "print JSON");
}

/** A fleet's layer, and how its layer's name and prefix are. */
export interface OpenFleet {
  readonly fleet: Fleet;
  readonly prefix: string;
}

export function withFleet<T>(io: Io, options: FleetOptions, work: (open: OpenFleet) => Promise<T>): Promise<T> {
  const { resolved } = readStoreFile(storeFileOf(io, options));
  const prefix = prefixOf(resolved, options.layer);
  return withConnection(io, resolved, (connection) => work({ fleet: openFleet(connection, prefix), prefix }));
}

/** A member of the cluster that a store file names, and what else the file says. */
export interface OpenStore {
  readonly connection: Connection;
  readonly resolved: ResolvedStore;
}

export function withStore<T>(io: Io, file: string, work: (open: OpenStore) => Promise<T>): Promise<T> {
  const { resolved } = readStoreFile(file);
  return withConnection(io, resolved, (connection) => work({ connection, resolved }));
}

async function withConnection<T>(
  io: Io,
  resolved: ResolvedStore,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  const connection = await connectToAny(resolved, io.interrupt);
  try {
    return await work(connection);
  } finally {
    connection.close();
  }
}

function storeFileOf({ env }: Io, { store = env.CONFIGSTREAM_STORE }: FleetOptions): string {
  return store || wrongUsage("Name the store's file with --store FILE: YAML with endpoints and layers.");
}

/** Prefixes by source; of one layer alone when it is named. */
export function layersOf(resolved: ResolvedStore, layer: string | undefined): ResolvedStore["layers"] {
  return layer === undefined ? resolved.layers : { [layer]: prefixOf(resolved, layer) };
}

function prefixOf({ layers }: ResolvedStore, layer: string | undefined): string {
  const names = Object.keys(layers);
  const name = layer ?? (names.length === 1 ? names[0] : undefined);
  const prefix = name === undefined ? undefined : layers[name];
  return prefix ?? wrongUsage(`Name the layer with --layer: the store file has ${names.join(", ")}.`);
}

async function connectToAny(store: ResolvedStore, signal: AbortSignal) {
  const connect = connectTo(store);
  const reasons: string[] = [];
  for (const endpoint of store.endpoints) {
    try {
      const connection = await connect(endpoint, signal);
      try {
        // A member that cannot answer now is no use; the key is that of nothing.
        await connection.range({ key: Buffer.from(Object.values(store.layers)[0] ?? "/"), limit: 1 });
        return connection;
      } catch (error) {
        connection.close();
        throw error;
      }
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      reasons.push(error.message);
    }
  }
  throw new CommandFailure(reasons.join(" "));
}

export function fleetNote(options: FleetChangeOptions): ChangeNote {
  return { reason: "", ...noteOf(options), atMs: Date.now() };
}
