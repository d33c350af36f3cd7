/** The layers that come from the store. */
import type { Clock } from "configstream-consumer/internal";
import { connectTo, createStore, type ResolvedStore, type StoreStatus } from "../../../store/index.js";
import type { AgentLog } from "../../options.js";
import { judgeSetting } from "../setting-checks.js";
import type { LayerSink, LayerSource } from "./source.js";

export interface StoreSourceParams {
  readonly store: ResolvedStore;
  /** Where the last state is kept; `undefined`: nowhere. */
  readonly dataDir: string | undefined;
  readonly clock: Clock;
  readonly log: AgentLog;
}

export interface StoreSource extends LayerSource {
  status(): StoreStatus;
}

export function createStoreSource({ store, dataDir, clock, log }: StoreSourceParams, sink: LayerSink): StoreSource {
  return createStore({
    ...store,
    connect: connectTo(store),
    dataDir,
    clock,
    random: Math.random,
    log,
    judge: judgeSetting,
    onChange(writes, revision) {
      const changes = sink.change(writes, { kind: "store", revision });
      log("debug", `Revision ${revision} of the store changed ${changes} settings.`);
    },
  });
}
