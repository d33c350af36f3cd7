import { describe, expect, it } from "vitest";
import { readHeld } from "../../../../src/memory/held.js";
import { Lives } from "../../../support/guards/lives.js";

const port = { port: { type: "integer", min: 1, max: 65_535 } } as const;

describe("a value that breaks its guard", () => {
  it("is not published, and the key keeps value, source and sequence id, while the rest of the change set goes on", () => {
    const lives = new Lives({ guards: port });
    lives.snapshot(1, { port: 9000, mode: "a" });
    lives.snapshot(2, { port: "900O", mode: "b" });
    expect(lives.state("port")).toMatchObject({ value: 9000, source: "file", sequenceId: 1 });
    expect(lives.read("mode")).toBe("b");
    expect(readHeld(lives.region)).toEqual([
      {
        key: "port",
        rule: "must be an integer",
        sinceMs: lives.clock.now(),
        source: "file",
        sequenceId: 2,
        kind: "text",
      },
    ]);
  });

  it("is published once it is good, as an ordinary change, with one log line each way", async () => {
    const lives = new Lives({ guards: port });
    lives.snapshot(1, { port: 9000 });
    await Promise.resolve();
    lives.events.length = 0;
    lives.set(2, "port", "900O");
    lives.set(3, "port", 70_000);
    expect(lives.read("port")).toBe(9000);
    lives.set(4, "port", 9001);
    await Promise.resolve();
    expect(lives.state("port")).toMatchObject({ value: 9001, sequenceId: 4 });
    expect(lives.events).toEqual(["port=9001"]);
    expect(lives.lines.map((line) => line.split(" ")[0])).toEqual(["warn", "info"]);
    expect(lives.lines.join()).not.toContain("900O");
    expect(lives.told.map(({ held, healed }) => [held.map(({ rule }) => rule), healed])).toEqual([
      [["must be an integer"], []],
      [["must be at most 65535"], []],
      [[], ["port"]],
    ]);
  });

  it("is held over a resync that repeats it, and changes nothing when the old value comes back", async () => {
    const lives = new Lives({ guards: port });
    lives.snapshot(1, { port: 9000 });
    await Promise.resolve();
    lives.set(2, "port", "x");
    lives.snapshot(9, { port: "x" });
    expect([lives.read("port"), lives.heldKeys]).toEqual([9000, ["port"]]);
    lives.events.length = 0;
    lives.snapshot(10, { port: 9000 });
    await Promise.resolve();
    expect([lives.state("port"), lives.heldKeys]).toEqual([
      { value: 9000, source: "file", sequenceId: 1, layers: undefined },
      [],
    ]);
    expect(lives.events).toEqual([]);
  });

  it("is held by the worker that takes over, with the value, the number and the time of before, and no second line", () => {
    const lives = new Lives({ guards: port });
    lives.snapshot(7, { port: 9000, a: 1 });
    lives.set(8, "port", "x");
    const since = readHeld(lives.region)[0]?.sinceMs;
    lives.clock.skip(5_000);
    lives.nextLife();
    lives.snapshot(20, { port: "x", a: 2 });
    expect(lives.state("port")).toMatchObject({ value: 9000, source: "file", sequenceId: 7 });
    expect(lives.read("a")).toBe(2);
    expect(readHeld(lives.region)[0]?.sinceMs).toBe(since);
    expect(lives.lines).toHaveLength(1);
    lives.nextLife();
    lives.snapshot(30, { port: 9001 });
    expect([lives.read("port"), lives.heldKeys, lives.told.at(-1)?.healed]).toEqual([9001, [], ["port"]]);
  });

  it("is held by a new worker that meets it first, over what the former one had published", () => {
    const lives = new Lives({ guards: port });
    lives.snapshot(7, { port: 9000 });
    lives.nextLife();
    lives.snapshot(3, { port: "x" });
    expect(lives.state("port")).toMatchObject({ value: 9000, sequenceId: 7 });
    expect(lives.heldKeys).toEqual(["port"]);
  });

  it("never gets into the cache file, whose good value is what the next process begins with", () => {
    const lives = new Lives({ guards: port });
    lives.snapshot(1, { port: 9000, a: 1 });
    lives.set(2, "port", "x");
    expect(lives.saved).toContainEqual(["port", [{ source: "file", value: 9000 }]]);
    lives.nextProcess();
    expect(lives.read("port")).toBe(9000);
    lives.snapshot(50, { port: "x", a: 1 });
    expect([lives.read("port"), lives.heldKeys]).toEqual([9000, ["port"]]);
    lives.set(51, "port", 9001);
    expect([lives.read("port"), lives.heldKeys]).toEqual([9001, []]);
  });

  it("leaves the key missing where there is no good one", () => {
    const lives = new Lives({ guards: port });
    lives.snapshot(1, { port: "x", a: 1 });
    expect([lives.read("port"), lives.heldKeys, lives.read("a")]).toEqual([undefined, ["port"], 1]);
    lives.unset(2, "port");
    expect([lives.read("port"), lives.heldKeys]).toEqual([undefined, []]);
  });
});

describe("the removal of a held key", () => {
  it("goes through, since it is no bad value", () => {
    const lives = new Lives({ guards: port });
    lives.snapshot(1, { port: 9000 });
    lives.set(2, "port", "x");
    lives.unset(3, "port");
    expect([lives.read("port"), lives.heldKeys]).toEqual([undefined, []]);
  });

  it("is held when the key is required, also where a new worker finds it gone", () => {
    const lives = new Lives({ guards: port, required: ["port"] });
    lives.snapshot(1, { port: 9000 });
    lives.unset(2, "port");
    expect([lives.read("port"), lives.heldKeys]).toEqual([9000, ["port"]]);
    lives.nextLife();
    lives.snapshot(3, { a: 1 });
    expect([lives.read("port"), lives.heldKeys]).toEqual([9000, ["port"]]);
    lives.snapshot(4, { port: 9001 });
    expect([lives.read("port"), lives.heldKeys]).toEqual([9001, []]);
  });
});

describe("a group", () => {
  const guards = {
    "tls.cert": { type: "string", minLength: 3, group: "tls" },
    "tls.key": { type: "string", minLength: 3, group: "tls" },
  } as const;

  it("is held together when one of it breaks, and released together when it heals", () => {
    const lives = new Lives({ guards });
    lives.snapshot(1, { "tls.cert": "old-cert", "tls.key": "old-key" });
    lives.snapshot(2, { "tls.cert": "new-cert", "tls.key": "" });
    expect([lives.read("tls.cert"), lives.read("tls.key")]).toEqual(["old-cert", "old-key"]);
    expect(lives.heldKeys).toEqual(["tls.cert", "tls.key"]);
    expect(readHeld(lives.region).find(({ key }) => key === "tls.cert")?.rule).toContain('"tls.key"');
    lives.set(3, "tls.key", "new-key");
    expect([lives.read("tls.cert"), lives.read("tls.key"), lives.heldKeys]).toEqual(["new-cert", "new-key", []]);
  });

  it("holds a removal as well, also over the death of a worker", () => {
    const lives = new Lives({ guards });
    lives.snapshot(1, { "tls.cert": "old-cert", "tls.key": "old-key" });
    lives.snapshot(2, { "tls.key": "" });
    expect([lives.read("tls.cert"), lives.heldKeys]).toEqual(["old-cert", ["tls.cert", "tls.key"]]);
    lives.nextLife();
    lives.snapshot(3, { "tls.key": "" });
    expect([lives.read("tls.cert"), lives.heldKeys]).toEqual(["old-cert", ["tls.cert", "tls.key"]]);
    lives.set(4, "tls.key", "new-key");
    expect([lives.read("tls.cert"), lives.read("tls.key"), lives.heldKeys]).toEqual([undefined, "new-key", []]);
  });
});

describe("a group with a rule about two of its keys", () => {
  const guards = {
    "Pool.Min": { type: "integer", min: 0, group: "pool", atMost: "pool.MAX" },
    "pool.max": { type: "integer", group: "pool" },
  } as const;
  const read = (lives: Lives) => [lives.read("pool.min"), lives.read("pool.max")];

  it("holds whichever of the two changes until both go together, and publishes them at once", async () => {
    const lives = new Lives({ guards });
    lives.snapshot(1, { "pool.min": 1, "pool.max": 5 });
    lives.set(2, "pool.min", "9");
    expect([read(lives), lives.heldKeys]).toEqual([[1, 5], ["pool.min"]]);
    expect(readHeld(lives.region)[0]?.rule).toBe('must be at most the value of "pool.max"');
    await Promise.resolve();
    lives.events.length = 0;
    lives.set(3, "pool.max", 10);
    await Promise.resolve();
    expect([read(lives), lives.heldKeys]).toEqual([["9", 10], []]);
    expect(lives.events).toEqual(["pool.max=10", 'pool.min="9"']);
    lives.set(4, "pool.max", 8);
    expect([read(lives), lives.heldKeys]).toEqual([["9", 10], ["pool.max"]]);
    expect(readHeld(lives.region)[0]?.rule).toBe('must wait for "pool.min" of its group, which breaks its rule');
  });

  it("holds both where they come together, over the death of a worker, and lets go when one of them is taken away", () => {
    const lives = new Lives({ guards });
    lives.snapshot(1, { "pool.min": 1, "pool.max": 5, other: 1 });
    lives.snapshot(2, { "pool.min": 7, "pool.max": 6, other: 2 });
    expect([read(lives), lives.heldKeys, lives.read("other")]).toEqual([[1, 5], ["pool.max", "pool.min"], 2]);
    lives.nextLife();
    lives.snapshot(3, { "pool.min": 7, "pool.max": 6, other: 2 });
    expect([read(lives), lives.heldKeys]).toEqual([
      [1, 5],
      ["pool.max", "pool.min"],
    ]);
    lives.unset(4, "pool.max");
    expect([read(lives), lives.heldKeys]).toEqual([[7, undefined], []]);
  });
});

describe("a key that is written by an override", () => {
  it("does not get the value that is held back under its own name", () => {
    const lives = new Lives({
      clientName: "trace-agent",
      guards: { "apm_config.log_level": { oneOf: ["info", "warn"] } },
    });
    lives.snapshot(1, { "apm_config.log_level": "warn", log_level: "info" });
    expect(lives.read("log_level")).toBe("warn");
    lives.set(2, "apm_config.log_level", "loud");
    expect([lives.read("log_level"), lives.read("apm_config.log_level")]).toEqual(["warn", "warn"]);
    lives.set(3, "apm_config.log_level", "info");
    expect([lives.read("log_level"), lives.heldKeys]).toEqual(["info", []]);
  });
});
