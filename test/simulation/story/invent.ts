/** Makes a story of a seed. */
import type { DialectName } from "../../../packages/configstream/src/core-agent/dialects/spoken.js";
import type { RegisterServices } from "../../../packages/configstream/src/core-agent/options.js";
import type { ConfigValue } from "../../../src/shared/types.js";
import { Chance } from "../chance.js";
import type { Write } from "../world/agent.js";
import type { Event, Happening, Return, Setup, Story } from "./story.js";

const dialects: readonly (readonly [number, DialectName])[] = [
  [6, "newest"],
  [1, "leaf"],
  [1, "leaf-set"],
  [1, "section-merged"],
  [1, "section-merged-set"],
  [2, "section-per-source"],
];
const services: readonly RegisterServices[] = ["both", "both", "agent-secure", "remote-agent"];
const plainKeys = ["s.a", "s.b", "s.t.c", "o.x"];
const runtimeSources = ["default", "agent-runtime", "agent-runtime", "cli"];
/** Always changed together, so that a half of a change set shows. */
export const pairKeys: readonly string[] = ["pair.a", "pair.b", "pair.c"];
/** UNAVAILABLE, INTERNAL, RESOURCE_EXHAUSTED, a clean end, and what rejects a session. */
const endings = [14, 14, 13, 8, 0, 5, 7, 16];

export function inventStory(seed: number): Story {
  const chance = new Chance(seed).fork("story");
  const setup = inventSetup(chance);
  const events: Event[] = [];
  const inventor = new Inventor(chance, setup);
  for (let left = chance.int(10, 40); left > 0; left--) events.push(inventor.event());
  return { seed, setup, events };
}

function inventSetup(chance: Chance): Setup {
  return {
    clients: chance.is(0.3) ? ["my-agent", "security-agent"] : [chance.of(["my-agent", "security-agent"])],
    dialect: chance.weighted(dialects),
    services: chance.of(services),
    guards: chance.is(0.5),
    report: chance.is(0.3),
    cache: chance.is(0.5),
    store: chance.is(0.4),
    settleMs: chance.of([0, 0, 0, 50]),
    refreshSecs: chance.of([0, 5, 10]),
    subscriberBuffer: chance.of([2, 5, 100]),
    firstSequenceId: chance.of([0, 1, 7, 2 ** 31 - 3]),
  };
}

class Inventor {
  readonly #chance: Chance;
  readonly #setup: Setup;
  #value = 0;

  constructor(chance: Chance, setup: Setup) {
    this.#chance = chance;
    this.#setup = setup;
  }

  event(): Event {
    const chance = this.#chance;
    const afterMs = chance.weighted([
      [3, 0],
      [4, chance.int(1, 20)],
      [6, chance.int(20, 2_000)],
      [3, chance.int(2_000, 12_000)],
      [1, chance.int(12_000, 70_000)],
    ]);
    const what = chance.weighted<() => Happening>([
      [22, () => this.#set()],
      [6, () => this.#edit()],
      [3, () => ({ kind: "burst", key: chance.of(["s.a", "burst.x"]), values: this.#numbers(chance.int(2, 12)) })],
      [1, () => ({ kind: "flood", keys: chance.int(1, 60) })],
      [2, () => ({ kind: "core agent restarts", as: this.#return() })],
      [8, () => this.#disturbed()],
      [6, () => this.#network()],
      [9, () => this.#remoteAgent()],
      [this.#setup.store ? 6 : 0, () => this.#store()],
      [1, () => ({ kind: "no credentials", ms: chance.int(1, 20_000) })],
      [1, () => ({ kind: "clock step", ms: chance.of([-3_600_000, -5_000, 5_000, 86_400_000]) })],
      [1, () => ({ kind: "calm" })],
    ])();
    return { afterMs, what };
  }

  #set(): Happening {
    const chance = this.#chance;
    const writes = chance.weighted<() => Write[]>([
      [10, () => [this.#plain()]],
      [6, () => this.#pair()],
      [3, () => [this.#plain(), ...this.#pair(), this.#plain()]],
      [2, () => Array.from({ length: chance.int(2, 5) }, () => this.#plain())],
      [this.#setup.guards ? 6 : 0, () => this.#guarded()],
    ])();
    return { kind: "set", writes: lastOfEach(writes) };
  }

  #plain(): Write {
    const chance = this.#chance;
    const value = chance.is(0.25) ? undefined : this.#someValue();
    return { key: chance.of(plainKeys), source: chance.of(runtimeSources), value };
  }

  #pair(): Write[] {
    const source = this.#chance.of(runtimeSources);
    const value = this.#chance.is(0.2) ? undefined : ++this.#value;
    return pairKeys.map((key) => ({ key, source, value }));
  }

  #guarded(): Write[] {
    const chance = this.#chance;
    const value = () =>
      chance.weighted<ConfigValue | undefined>([
        [4, chance.int(0, 100)],
        [3, 999],
        [1, "text"],
        [1, undefined],
      ]);
    const keys = chance.of([["g.n"], ["g.n"], ["g.a"], ["g.b"], ["g.a", "g.b"]]);
    return keys.map((key) => ({ key, source: "agent-runtime", value: value() }));
  }

  #edit(): Happening {
    const chance = this.#chance;
    const leaves: (readonly [string, ConfigValue])[] = [];
    for (const key of plainKeys) if (chance.is(0.5)) leaves.push([key, this.#someValue()]);
    if (chance.is(0.5)) leaves.push(["log_level", chance.of(["info", "debug", "warn"])]);
    if (chance.is(0.5)) leaves.push(["security_agent.log_level", chance.of(["trace", "error", ""])]);
    const value = ++this.#value;
    if (chance.is(0.7)) for (const key of pairKeys) leaves.push([key, value]);
    return { kind: "edit of the file", leaves };
  }

  #return(): Return {
    const chance = this.#chance;
    const { dialect, services: spoken } = this.#setup;
    return {
      downMs: chance.of([0, chance.int(1, 20_000)]),
      sequenceId: chance.of([0, 0, chance.int(0, 9), 2 ** 31 - 2]),
      dialect: chance.is(0.15) ? chance.weighted(dialects) : dialect,
      services: chance.is(0.15) ? chance.of(services) : spoken,
      newToken: chance.is(0.2),
    };
  }

  /** The core agent misbehaves. */
  #disturbed(): Happening {
    const chance = this.#chance;
    const code = chance.is(0.5) ? chance.of(endings.filter((each) => each !== 0)) : undefined;
    return chance.weighted<Happening>([
      [2, { kind: "sessions are evicted" }],
      [1, { kind: "stream forgotten" }],
      [2, { kind: "event sent twice" }],
      [2, { kind: "stale event", event: chance.of(["update", "snapshot"]) }],
      [2, { kind: "older event", event: chance.of(["update", "snapshot"]) }],
      [3, { kind: "updates lost", count: chance.int(1, 4), resync: chance.is(0.6) }],
      [2, { kind: "silence", on: chance.is(0.6), scope: chance.of(["streams", "all"]) }],
      [2, { kind: "streams end", code: chance.of(endings) }],
      [1, { kind: "streams refused", code }],
      [1, { kind: "registrations refused", code }],
      [1, { kind: "refreshes refused", code }],
      [1, { kind: "garbage" }],
    ]);
  }

  #store(): Happening {
    const chance = this.#chance;
    const value = chance.is(0.25) ? undefined : ++this.#value;
    const pair = pairKeys.map((key) => [key, value] as const);
    const plain = () => [chance.of(plainKeys), chance.is(0.25) ? undefined : this.#someValue()] as const;
    return chance.weighted<Happening>([
      [3, { kind: "store: put", puts: chance.is(0.5) ? pair : [plain()] }],
      [2, { kind: "store: put", puts: [...new Map([plain(), ...pair, plain()])] }],
      [2, { kind: "store: away", ms: chance.of([1, 900, 20_000]) }],
      [1, { kind: "store: compacted" }],
      [1, { kind: "store: watch lost" }],
    ]);
  }

  #network(): Happening {
    const chance = this.#chance;
    return chance.weighted<Happening>([
      [3, { kind: "partition", ms: chance.of([chance.int(1, 3_000), chance.int(3_000, 90_000)]) }],
      [2, { kind: "half-open" }],
      [2, { kind: "connections cut" }],
      [2, { kind: "slow network", ms: chance.of([1, 50, 2_000, 9_000]) }],
    ]);
  }

  #remoteAgent(): Happening {
    const chance = this.#chance;
    const client = chance.int(0, this.#setup.clients.length - 1);
    return chance.weighted<Happening>([
      [8, { kind: "worker dies", client, steps: chance.spread(12_000), proved: chance.is(0.85) }],
      [2, { kind: "worker stands still", client, ms: chance.of([500, 8_000, 45_000]) }],
      [3, { kind: "main thread blocked", client, ms: chance.of([50, 2_000, 30_000]) }],
      [2, { kind: "process ends", client, downMs: chance.int(1, 5_000), crash: chance.is(0.5) }],
      [2, { kind: "another subscriber", client }],
      [
        this.#setup.cache ? 3 : 0,
        { kind: "disk", client, slowestMs: chance.of([0, 500, 20_000]), failing: chance.is(0.4) },
      ],
    ]);
  }

  #someValue(): ConfigValue {
    const chance = this.#chance;
    return chance.weighted<ConfigValue>([
      [5, ++this.#value],
      [2, chance.of(["", "text", "1", "x".repeat(300)])],
      [1, chance.is(0.5)],
      [1, [1, "two", [3]]],
    ]);
  }

  #numbers(count: number): number[] {
    return Array.from({ length: count }, () => ++this.#value);
  }
}

/** A change set has one write of each key and layer. */
function lastOfEach(writes: readonly Write[]): Write[] {
  return [...new Map(writes.map((write) => [`${write.source} ${write.key}`, write])).values()];
}
