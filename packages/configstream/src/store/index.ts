/** What the core agent and the command use of the store. */
export type { StoreWrite } from "./contents.js";
export type { Connection, StoreFault } from "./etcd/connection.js";
export { StoreError } from "./etcd/connection.js";
export { connectTo } from "./etcd/place.js";
export {
  type ChangeNote,
  type Fleet,
  fleetKey,
  openFleet,
} from "./fleet.js";
export { differences, type FleetDifference, type FleetState } from "./fleet-changes.js";
export { judgeChange, type NamedGuards } from "./fleet-guards.js";
export { type ResolvedStore, resolveStore, type StoreAuth, type StoreOptions, type StoreTls } from "./options.js";
export { createStore, type Store, type StoreStatus } from "./store.js";
