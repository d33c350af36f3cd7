// Which peers there are.

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
