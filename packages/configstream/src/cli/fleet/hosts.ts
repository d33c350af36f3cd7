/** Reads what hosts serve: from their core agents, or from the store by the layers of their store files. */
import { parseAddress } from "configstream-consumer/internal";
import { openFleet } from "../../store/index.js";
import { withConsumer } from "../connection/connection.js";
import type { ConnectionOptions } from "../connection/options.js";
import type { Io } from "../io.js";
import { byPriority } from "../settings/source-order.js";
import { printable } from "../terminal/printable.js";
import type { Served, Serving } from "./served.js";
import { layersOf, withStore } from "./session.js";

/** A core agent that runs, as `HOST:PORT` or `HOST:PORT@DIR` says it. */
export interface AgentHost {
  readonly address: string;
  /** Folder of its credentials; `undefined`: as the options say. */
  readonly dataDir: string | undefined;
}

/** `undefined` for a text that is no address. */
export function agentHost(text: string): AgentHost | undefined {
  const at = text.indexOf("@");
  const address = at < 0 ? text : text.slice(0, at);
  if (parseAddress(address, 1) === undefined) return undefined;
  return { address, dataDir: at < 0 ? undefined : text.slice(at + 1) };
}

/** One consistent state. */
export async function servedByAgent(
  io: Io,
  { address, dataDir }: AgentHost,
  options: ConnectionOptions,
): Promise<Serving> {
  const serving = new Map<string, Served>();
  const credentials = dataDir === undefined ? {} : { dataDir, authTokenFile: undefined, ipcCertFile: undefined };
  await withConsumer(io, { ...options, ...credentials, address } as ConnectionOptions, async (consumer) => {
    const view = consumer.reader().view();
    for (const key of view.keys()) serving.set(key, { value: view.get(key, null), source: view.getSource(key) });
  });
  return serving;
}

export interface StoreServing {
  readonly serving: Serving;
  readonly revision: number;
  /** The same for store files of one cluster. */
  readonly cluster: string;
}

/** What the store has for a host with this store file, all layers at one revision. `known`: of the same cluster, when it is the same. */
export function servedByStore(io: Io, file: string, layer: string | undefined, known?: StoreServing) {
  return withStore(io, file, async ({ connection, resolved }): Promise<StoreServing> => {
    const serving = new Map<string, Served>();
    const cluster = resolved.endpoints.toSorted().join();
    let revision = known?.cluster === cluster ? known.revision : undefined;
    const layers = Object.entries(layersOf(resolved, layer)).sort(([a], [b]) => byPriority(b, a));
    for (const [source, prefix] of layers) {
      const state = await openFleet(connection, prefix).read(revision);
      revision = state.revision;
      for (const [key, value] of state.values) {
        if (value !== undefined) serving.set(key, { value, source });
        else io.err.write(`configstream: ${printable(prefix + key)} in the store is no JSON, and is left out.\n`);
      }
    }
    return { serving, revision: revision ?? 0, cluster };
  });
}
