// What applications read configuration with today. Each peer is given its best case: names without dots, so that nothing is
// split or walked; values in memory; no logging, no events, no metrics. Where a peer walks a tree, it is measured with dotted
// names as well, which is how its users name settings.

/** Names of all peers, as the tables have them. */
export const peers = {
  "node-config": "node-config",
  "node-config, dotted names": "node-config",
  convict: "convict",
  "convict, dotted names": "convict",
  nconf: "nconf",
  "nconf, dotted names": "nconf",
  Unleash: "unleash",
  LaunchDarkly: "launchdarkly",
  "LaunchDarkly, a context a call": "launchdarkly",
  "OpenFeature in-memory": "openfeature",
  "flagd in-process": "flagd",
  "flagd-core": "flagd-core",
  lmdb: "lmdb",
  "lmdb, validated cache": "lmdb-cache",
  "comlink call": "comlink",
  "structured-clone mirror": "clone-mirror",
};

/** The peers beside which a getter is judged, on every version. */
export const judgedPeers = [
  "node-config",
  "node-config, dotted names",
  "convict",
  "convict, dotted names",
  "Unleash",
  "LaunchDarkly",
  "LaunchDarkly, a context a call",
  "OpenFeature in-memory",
  "comlink call",
];

/**
 * Makes a peer that holds `settings` ({ key, value } with numbers). Gives { expression, scope, close }: what reads `key`, and the
 * names that it uses.
 */
export async function createPeer(name, settings, dir) {
  const { create } = await import(`./${peers[name]}.mjs`);
  const peer = await create(settings, dir);
  return name.endsWith("a context a call") ? { ...peer, expression: peer.freshContextExpression } : peer;
}

/** Whether a peer is measured with dotted names. */
export function hasDottedNames(name) {
  return name.endsWith("dotted names");
}
