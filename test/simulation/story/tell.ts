/** A story in plain lines. */
import type { Write } from "../world/agent.js";
import type { Happening, Return, Setup, Story } from "./story.js";

type Kind = Happening["kind"];
type Of<K extends Kind> = Extract<Happening, { readonly kind: K }>;

export function tell({ seed, setup, events }: Story): string {
  let atMs = 0;
  const lines = events.map(({ afterMs, what }) => {
    atMs += afterMs;
    return `  ${(atMs / 1_000).toFixed(3).padStart(9)} s  ${sentence(what, setup)}`;
  });
  return [`Seed ${seed}: ${facts(setup)}`, ...lines].join("\n");
}

function facts(setup: Setup): string {
  const { clients, dialect, services, settleMs, refreshSecs, subscriberBuffer, firstSequenceId } = setup;
  const has = (isSo: boolean, what: string): readonly string[] => (isSo ? [what] : []);
  const parts = [
    `remote agents ${clients.join(" and ")}`,
    `dialect ${dialect}`,
    `registered by ${services}`,
    `refreshes every ${refreshSecs === 0 ? "10 s, which is not said" : `${refreshSecs} s`}`,
    `${subscriberBuffer} events buffered a stream`,
    `first sequence id ${firstSequenceId}`,
    ...has(settleMs > 0, `settleMs ${settleMs}`),
    ...has(setup.guards, "guards (g.n, g.a with g.b: integers from 0 to 100)"),
    ...has(setup.report, "held keys reported"),
    ...has(setup.cache, "a cache file"),
    ...has(setup.store, "a layer from a store"),
  ];
  return parts.join(", ");
}

/** Those that their kind does not say all of. */
const sentences: { readonly [kind in Kind]?: (what: Of<kind>, clientOf: (client: number) => string) => string } = {
  set: ({ writes }) => `set at once: ${writes.map(written).join(", ")}`,
  "edit of the file": ({ leaves }) =>
    `edit of the file, which now sets ${leaves.map(([key, value]) => `${key} = ${json(value)}`).join(", ") || "nothing"}`,
  burst: ({ key, values }) => `burst: ${key} in agent-runtime is ${values.join(", then ")}`,
  flood: ({ keys }) => `flood: ${keys} further keys; a remote agent takes 45 in all`,
  "core agent restarts": ({ as }) => `core agent restarts, ${returns(as)}`,
  "stale event": ({ event }) => `stale event: ${event} with the sequence id that the core agent is at`,
  "older event": ({ event }) => `older event: ${event} with a sequence id of long ago`,
  "updates lost": ({ count, resync }) =>
    `updates lost: the next ${count}, ${resync ? "with a snapshot after them" : "and nothing is said of it"}`,
  silence: ({ on, scope }) => (on ? `silence of ${scope === "all" ? "all calls" : scope} begins` : "silence ends"),
  "streams end": ({ code }) => `streams end with gRPC code ${code}`,
  "worker dies": ({ client, steps, proved }, clientOf) =>
    `worker of ${clientOf(client)} dies after ${steps} further stores to shared memory${proved ? "" : ", which cannot be proved"}`,
  "worker stands still": ({ client, ms }, clientOf) => `worker of ${clientOf(client)} stands still for ${ms} ms`,
  "main thread blocked": ({ client, ms }, clientOf) => `main thread of ${clientOf(client)} is blocked for ${ms} ms`,
  "process ends": ({ client, downMs, crash }, clientOf) =>
    `process of ${clientOf(client)} ${crash ? "crashes" : "stops"}, and the next one starts ${downMs} ms later`,
  "another subscriber": ({ client }, clientOf) => `another subscriber of each kind at ${clientOf(client)}`,
  disk: ({ client, slowestMs, failing }, clientOf) =>
    `disk of ${clientOf(client)}: ${failing ? "fails" : "works"}, after up to ${slowestMs} ms`,
  "store: put": ({ puts }) =>
    `store: ${puts.map(([key, value]) => (value === undefined ? `${key} deleted` : `${key} = ${json(value)}`)).join(", ")}`,
  "store: away": ({ ms }) => `store is away for ${ms} ms`,
  partition: ({ ms }) => `partition: nothing passes for ${ms} ms`,
  "half-open": () => "half-open: the present connections die, and no side is told",
  "slow network": ({ ms }) => `slow network: up to ${ms} ms a message from now on`,
  "no credentials": ({ ms }) => `no credentials: the token file is gone for ${ms} ms`,
  "clock step": ({ ms }) => `clock step: the wall clock is set ${ms > 0 ? "forward" : "back"} by ${Math.abs(ms)} ms`,
  calm: () => "calm: all disturbances end, and everything must come right",
};

function sentence(what: Happening, { clients }: Setup): string {
  const { kind, ...rest } = what;
  // The sentence of a kind takes the happening of that kind, which types cannot follow through the table.
  const told = sentences[kind] as ((what: Happening, clientOf: (client: number) => string) => string) | undefined;
  if (told !== undefined) return told(what, (client) => clients[client] ?? `client ${client}`);
  const more = Object.entries(rest).map(([name, value]) => `${name} ${value === undefined ? "usual" : value}`);
  return more.length === 0 ? kind : `${kind}: ${more.join(", ")}`;
}

function written({ key, source, value }: Write): string {
  return value === undefined ? `${key} taken from ${source}` : `${key} = ${json(value)} in ${source}`;
}

function returns({ downMs, sequenceId, dialect, services, newToken }: Return): string {
  const token = newToken ? ", with another token" : "";
  return `back after ${downMs} ms at sequence id ${sequenceId}, dialect ${dialect}, registered by ${services}${token}`;
}

function json(value: unknown): string {
  return JSON.stringify(value);
}
