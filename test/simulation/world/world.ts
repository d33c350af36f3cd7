/** One host in virtual time: a core agent, the remote agents, and the network between them. */
import type { DialectName } from "../../../packages/configstream/src/core-agent/dialects/spoken.js";
import { ConfigStreamError } from "../../../src/shared/errors.js";
import type { ConfigValue } from "../../../src/shared/types.js";
import { VirtualClock } from "../../support/engine/virtual-clock.js";
import { Chance } from "../chance.js";
import { History, textOf } from "../checks/history.js";
import { Model, seenBy } from "../checks/model.js";
import { Counts } from "../counts.js";
import type { Return, Story } from "../story/story.js";
import { floodPrefix } from "./acts/setting-acts.js";
import { Agent, type Write } from "./agent.js";
import { Cluster } from "./cluster.js";
import { Network } from "./network.js";
import { guards, RemoteAgent } from "./remote-agent.js";

/** Dialects in which each event says exactly what became of the state. */
const exactDialects: readonly DialectName[] = ["newest", "section-per-source"];

/** By two layers of one setting, which the file sets as well, a consumer knows sections of single sources. */
const alwaysThere: readonly Write[] = ["version", "always.there"].map((key) => ({ key, source: "default", value: 1 }));

export class World {
  readonly clock = new VirtualClock();
  readonly counts = new Counts();
  readonly model = new Model();
  readonly network: Network;
  readonly cluster = new Cluster();
  readonly remotes: readonly RemoteAgent[];
  readonly story: Story;
  agent: Agent | undefined;
  hasCredentials = true;
  isStrict = true;
  /** Whether the core agent leaves streams without their snapshot. */
  isSilent = false;
  /** The first thing that was wrong. */
  failure: string | undefined;
  readonly #chance: Chance;
  readonly #histories = new Map<string, History>();
  #token = "token-1";
  #files = new Map<string, ConfigValue>([["version", 2]]);
  #sessions = 0;
  readonly #everSet = new Set<string>();
  readonly #everTakenAway = new Set<string>();
  #dialect: DialectName;

  constructor(story: Story) {
    const { setup, seed } = story;
    this.story = story;
    this.#chance = new Chance(seed);
    this.#dialect = setup.dialect;
    this.network = new Network(this.clock, this.#chance.fork("network"));
    this.network.onKeepalive = (side) => this.counts.add(`keepalive: ${side} gives up`);
    this.startAgent({ ...setup, sequenceId: setup.firstSequenceId, newToken: false, downMs: 0 });
    this.remotes = setup.clients.map((clientName) => {
      const history = new History("[]");
      this.#histories.set(clientName, history);
      return new RemoteAgent({
        clientName,
        setup,
        history,
        clock: this.clock,
        network: this.network,
        chance: this.#chance.fork(clientName),
        counts: this.counts,
        isStrict: () => this.isStrict,
        mayVanish: (key) => this.#everTakenAway.has(key),
        accept: (wire) => this.agent?.accept(wire),
        readToken: () => this.#readToken(),
        fail: (what) => this.fail(what),
      });
    });
    this.#remember();
  }

  fail(what: string): void {
    this.failure ??= `at ${(this.clock.monotonic() / 1_000).toFixed(3)} s: ${what}`;
  }

  get dialect(): DialectName {
    return this.#dialect;
  }

  /** Whether there may be more keys than a remote agent takes. */
  get isFlooded(): boolean {
    return [...this.model.settings().keys()].some((key) => key.startsWith(floodPrefix));
  }

  change(writes: readonly Write[]): void {
    if (this.agent === undefined) return;
    this.model.change(writes);
    // Before it can be seen.
    this.#remember();
    this.agent.change(writes);
  }

  edit(leaves: readonly (readonly [key: string, value: ConfigValue])[]): void {
    this.#files = new Map([["version", 2], ...leaves]);
    if (this.agent === undefined) return;
    this.model.layer("file", this.#files);
    this.#remember();
    this.agent.files(this.#files);
  }

  startAgent(as: Return): void {
    if (this.agent !== undefined) return;
    this.isSilent = false;
    if (as.newToken) this.#token = `token-${this.#chance.int(2, 99)}`;
    this.#dialect = as.dialect;
    this.isStrict &&= exactDialects.includes(as.dialect);
    const { refreshSecs, subscriberBuffer, store } = this.story.setup;
    this.model.restart();
    this.model.change(alwaysThere);
    this.model.layer("file", this.#files);
    this.#remember();
    this.agent = new Agent({
      clock: this.clock,
      token: this.#token,
      dialect: as.dialect,
      services: as.services,
      firstSequenceId: as.sequenceId,
      refreshSecs,
      subscriberBuffer,
      newId: () => `session-${++this.#sessions}`,
      store: store ? { connect: this.cluster.connect, random: this.#chance.next } : undefined,
      onStore: (revision) => {
        this.model.layer("remote-config", this.cluster.stateAt(revision));
        this.#remember();
      },
      writes: alwaysThere,
      files: this.#files,
    });
  }

  endAgent(): void {
    this.agent?.end();
    this.agent = undefined;
  }

  look(when: string): void {
    for (const remote of this.remotes) {
      remote.look(when);
      remote.lookAtStatus();
    }
  }

  #remember(): void {
    const settings = this.model.settings();
    for (const key of Object.keys(guards)) {
      if (settings.has(key)) this.#everSet.add(key);
      else if (this.#everSet.has(key)) this.#everTakenAway.add(key);
    }
    for (const remote of this.remotes ?? []) {
      const seen = seenBy(remote.name, settings);
      const values = [...seen].map(([key, { value }]) => [key, value] as const);
      this.#histories.get(remote.name)?.push(textOf(values, remote.apart));
    }
  }

  #readToken(): string {
    if (this.hasCredentials) return this.#token;
    throw new ConfigStreamError("credentials", "There is no token file.");
  }
}
