/** The network of one host in virtual time: connections that keep their order, each with its own delays and its own ways to fail. */
import type { Clock, Timer } from "../../../src/shared/clock.js";
import type { Chance } from "../chance.js";

type Direction = "toServer" | "toClient";

/** What a side of a connection is told. */
export interface WireEnd {
  /** It is there no more; nothing further arrives. */
  onBroken(): void;
}

interface Packet {
  readonly atMs: number;
  readonly deliver: () => void;
}

/** Far more than any story sends in a second over one connection. */
const mostPerSecond = 10_000;

class Lane {
  readonly packets: Packet[] = [];
  timer: Timer | undefined;
  lastAtMs = 0;
  /** How many were sent since the beginning of this second. */
  second = 0;
  sent = 0;
}

/** One HTTP/2 connection. */
export class Wire {
  readonly #network: Network;
  readonly #lanes: Record<Direction, Lane> = { toServer: new Lane(), toClient: new Lane() };
  client: WireEnd | undefined;
  server: WireEnd | undefined;
  /** Nothing passes any more, and neither side knows. */
  #isDead = false;
  #probes: Timer[] = [];

  constructor(network: Network) {
    this.#network = network;
  }

  send(direction: Direction, deliver: () => void): void {
    const { clock, chance, slowestMs } = this.#network;
    const lane = this.#lanes[direction];
    const atMs = Math.max(lane.lastAtMs, clock.monotonic() + chance.next() * slowestMs);
    lane.lastAtMs = atMs;
    this.#count(lane);
    lane.packets.push({ atMs, deliver });
    this.#pump(lane);
  }

  /** Nothing passes from now on: until the network heals, or for good. */
  hold(forGood: boolean): void {
    this.#isDead ||= forGood;
    for (const lane of this.#lanesOfBoth()) {
      lane.timer?.cancel();
      lane.timer = undefined;
    }
    this.#probe();
  }

  release(): void {
    if (this.#isDead) return;
    this.#stopProbing();
    for (const lane of this.#lanesOfBoth()) this.#pump(lane);
  }

  /** Both sides are told. */
  cut(): void {
    this.leave("client", true);
    this.leave("server", true);
  }

  /** One side is gone. The other one is told, by the way that its packets take. */
  leave(side: "client" | "server", isTold = false): void {
    const end = this[side];
    this[side] = undefined;
    if (isTold) end?.onBroken();
    const other = side === "client" ? "server" : "client";
    this.#lanes[side === "client" ? "toClient" : "toServer"].packets.length = 0;
    if (this[other] !== undefined && end !== undefined) {
      this.send(side === "client" ? "toServer" : "toClient", () => this.leave(other, true));
    }
    if (this.client === undefined && this.server === undefined) this.#forget();
  }

  get #isHeld(): boolean {
    return this.#isDead || this.#network.isPartitioned;
  }

  /** Both sides ping, and give up what does not answer: unless the client's own calls find it first. */
  #probe(): void {
    if (this.#probes.length > 0) return;
    const { clock, chance } = this.#network;
    const give = (side: "client" | "server") => () => {
      if (this[side] === undefined) return;
      this.#network.onKeepalive(side);
      this.leave(side, true);
    };
    if (chance.is(0.6)) this.#probes.push(clock.setTimer(chance.int(10_000, 40_000), give("client")));
    this.#probes.push(clock.setTimer(chance.int(10_000, 40_000), give("server")));
  }

  #stopProbing(): void {
    for (const timer of this.#probes) timer.cancel();
    this.#probes = [];
  }

  #pump(lane: Lane): void {
    const [first] = lane.packets;
    if (first === undefined || lane.timer !== undefined || this.#isHeld) return;
    const { clock } = this.#network;
    lane.timer = clock.setTimer(first.atMs - clock.monotonic(), () => {
      lane.timer = undefined;
      if (lane.packets[0] !== first) return this.#pump(lane);
      lane.packets.shift();
      first.deliver();
      this.#pump(lane);
    });
  }

  /** Throws in what sends too much: for ever, it may be, and then nothing else would say so. */
  #count(lane: Lane): void {
    const second = Math.floor(this.#network.clock.monotonic() / 1_000);
    if (lane.second !== second) lane.sent = 0;
    lane.second = second;
    lane.sent++;
    if (lane.sent > mostPerSecond) throw new Error(`more than ${mostPerSecond} messages in a second on one connection`);
  }

  #forget(): void {
    this.#stopProbing();
    for (const lane of this.#lanesOfBoth()) {
      lane.packets.length = 0;
      lane.timer?.cancel();
      lane.timer = undefined;
    }
    this.#network.wires.delete(this);
  }

  #lanesOfBoth(): readonly Lane[] {
    return [this.#lanes.toServer, this.#lanes.toClient];
  }
}

export class Network {
  readonly clock: Clock;
  readonly chance: Chance;
  readonly wires = new Set<Wire>();
  /** Longest time that a packet takes, in ms. */
  slowestMs = 2;
  isPartitioned = false;
  onKeepalive: (side: "client" | "server") => void = () => {};

  constructor(clock: Clock, chance: Chance) {
    this.clock = clock;
    this.chance = chance;
  }

  open(): Wire {
    const wire = new Wire(this);
    this.wires.add(wire);
    if (this.isPartitioned) wire.hold(false);
    return wire;
  }

  partition(): void {
    this.isPartitioned = true;
    for (const wire of this.wires) wire.hold(false);
  }

  heal(): void {
    this.isPartitioned = false;
    for (const wire of this.wires) wire.release();
  }

  /** The connections that are there now die without a word. */
  halfOpen(): void {
    for (const wire of this.wires) wire.hold(true);
  }

  cut(): void {
    for (const wire of [...this.wires]) wire.cut();
  }
}
