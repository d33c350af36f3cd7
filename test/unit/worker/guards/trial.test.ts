/** What a worker says of settings that are only tried. */
import { describe, expect, it } from "vitest";
import type { ConfigValue } from "../../../../src/shared/types.js";
import { Lives } from "../../../support/guards/lives.js";

const guards = {
  port: { type: "integer", min: 1, max: 65_535 },
  "tls.cert": { type: "string", minLength: 3, group: "tls" },
  "tls.key": { type: "string", minLength: 3, group: "tls" },
  "apm_config.log_level": { oneOf: ["info", "warn"] },
} as const;

function live() {
  const lives = new Lives({ guards, required: ["needed"], defaults: { port: 80 }, clientName: "trace-agent" });
  lives.snapshot(1, { port: 9000, "tls.cert": "cert", "tls.key": "key!", needed: 1, log_level: "info" });
  return lives;
}

/** Rules by key; `null`: the key would be gone. */
function tried(lives: Lives, settings: Readonly<Record<string, ConfigValue>>) {
  const layers = Object.entries(settings).map(([key, value]) => [
    key,
    value === null ? [] : [{ source: "file", value }],
  ]);
  const held = lives.applier.trial(layers as never);
  return held && Object.fromEntries(held.map(({ key, rule }) => [key, rule]));
}

describe("settings that are only tried", () => {
  it("would be held by the guards here, by themselves and as a group, and change nothing", () => {
    const lives = live();
    expect(tried(lives, { Port: "900O", other: 1 })).toEqual({ port: "must be an integer" });
    expect(tried(lives, { port: "9001", other: "900O" })).toEqual({});
    expect(tried(lives, { "tls.cert": "new", "tls.key": "" })).toEqual({
      "tls.cert": 'must wait for "tls.key" of its group, which breaks its rule',
      "tls.key": "must have a length of at least 3",
    });
    expect([lives.heldKeys, lives.read("port"), lives.lines, lives.told]).toEqual([[], 9000, [], []]);
  });

  it("are judged by what is required here, by the application's defaults, and by copies under other names", () => {
    const lives = live();
    expect(tried(lives, { needed: null, port: null })).toEqual({ needed: "is required, and must not be taken away" });
    expect(tried(lives, { "apm_config.log_level": "warn" })).toEqual({});
    expect(tried(lives, { "apm_config.log_level": "loud" })).toEqual({
      "apm_config.log_level": expect.stringContaining("must be one of"),
      log_level: expect.stringContaining("must wait for"),
    });
  });

  it("stay held, or heal, where a key is held already, which is not said of others", () => {
    const lives = live();
    lives.set(2, "port", "900O");
    expect(tried(lives, { port: "900O" })).toEqual({ port: "must be an integer" });
    expect(tried(lives, { port: 70_000 })).toEqual({ port: "must be at most 65535" });
    expect(tried(lives, { port: 9001 })).toEqual({});
    expect(tried(lives, { other: 1 })).toEqual({});
    expect(lives.heldKeys).toEqual(["port"]);
  });

  it("cannot be judged before the first settings, nor by a worker that has not got any yet", () => {
    const lives = new Lives({ guards });
    expect(tried(lives, { port: 1 })).toBeUndefined();
    lives.snapshot(1, { port: 1 });
    lives.nextLife();
    expect(tried(lives, { port: 1 })).toBeUndefined();
  });
});
