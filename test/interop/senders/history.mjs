// What happens to the settings of a core agent: the named history that readers of old senders went wrong with, and random ones.

/** The values that a setting may get, few on purpose, so that equal values of several layers are met often. */
const values = {
  log_level: ["debug", "warn", "info"],
  tags: [[], ["a"], ["a", "b"]],
  "apm.enabled": [true, false],
  "apm.port": [0, 1, 8126],
  "apm.timeout": [5_000_000_000, "61s", "1h30m"],
  "logs.ratio": [0, 0.5, 1.5],
  "logs.paths": [[], ["/var/log"], ["/tmp"]],
  "logs.labels": [{}, { "app.kubernetes.io/name": "app" }, { a: "1" }],
  "logs.text": ["", "x", "null"],
  "net.routes": [{}, { a: ["1", "2"] }],
  "net.peers": [[], [{ host: "a" }], ["a", 1]],
  "net.depth": [3, 4, -1],
};

const sources = ["file", "fleet-policies", "agent-runtime", "remote-config", "cli"];

const set = (source, value) => ({ op: "set", source, key: "log_level", value });
const unset = (source) => ({ op: "unset", source, key: "log_level" });

/** Long enough for a stream to be reopened and to say what is right. */
const calm = { op: "wait", ms: 6_000 };

/** Bursts, each with what follows from the one before. */
export const namedHistory = [
  [
    set("cli", "debug"),
    set("remote-config", "warn"),
    set("agent-runtime", "error"),
    unset("cli"),
    set("remote-config", "info2"),
    unset("remote-config"),
    set("file", "trace"),
  ],
  // The sender shows what it is.
  [unset("agent-runtime"), unset("file"), set("cli", "debug"), calm, set("file", "loses"), calm],
  [unset("cli"), unset("file")],
  // A set of an equal value is not reported, so a reader has too low a source for it; what follows loses, and seems to win.
  [set("cli", "info"), set("remote-config", "looks as if it won")],
  [unset("cli"), unset("remote-config")],
];

/** Bursts of sets and unsets. */
export function randomHistory(changes, burst, seed) {
  const random = randomFrom(seed);
  const pick = (list) => list[Math.floor(random() * list.length)];
  const one = () => {
    const key = pick(Object.keys(values));
    const source = pick(sources);
    return random() < 0.6 ? { op: "set", source, key, value: pick(values[key]) } : { op: "unset", source, key };
  };
  const bursts = [];
  for (let made = 0; made < changes; made += burst) {
    bursts.push(Array.from({ length: Math.min(burst, changes - made) }, one));
  }
  return bursts;
}

/** mulberry32. */
function randomFrom(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
