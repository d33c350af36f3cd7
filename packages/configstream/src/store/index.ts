/** What the core agent and the command use of the store. */
export type { StoreWrite } from "./contents.js";
export { connectTo } from "./etcd/place.js";
export { type ResolvedStore, resolveStore, type StoreAuth, type StoreOptions, type StoreTls } from "./options.js";
export { createStore, type Store, type StoreStatus } from "./store.js";
