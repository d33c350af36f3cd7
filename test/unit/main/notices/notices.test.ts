import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, expectTypeOf, it, onTestFinished } from "vitest";
import type { ConsumerEmitter, HeldNotice, RestartNotice, StateNotice } from "../../../../src/index.js";
import { createConsumer, InvalidOptionError } from "../../../../src/index.js";
import { Notices } from "../../../../src/main/notices/notices.js";
import type { HeldSetting } from "../../../../src/shared/held-setting.js";
import { createMockConsumer } from "../../../../src/testing/index.js";

const port: HeldSetting = { key: "port", rule: "an integer", sinceMs: 1, source: "file", sequenceId: 2 };

function bench() {
  const errors: string[] = [];
  return { notices: new Notices("one", { error: (line) => void errors.push(line) }), errors };
}

describe("the events of a consumer", () => {
  it("give each change of state with the state before it, and none that is no change or follows on stopped", () => {
    const { notices } = bench();
    const seen: StateNotice[] = [];
    notices.add("state", (notice: StateNotice) => seen.push(notice));
    for (const state of ["starting", "live", "live", "stale", "stopped", "live"] as const) notices.state(state);
    expect(seen.map(({ previous, state }) => `${previous} ${state}`)).toEqual([
      "starting live",
      "live stale",
      "stale stopped",
    ]);
  });

  it("give what is held and what has healed, frozen, and nothing when nothing is", () => {
    const { notices } = bench();
    const seen: HeldNotice[] = [];
    notices.add("held", (notice: HeldNotice) => seen.push(notice));
    notices.held({ held: [], healed: [] });
    notices.held({ held: [port], healed: ["host"] });
    notices.held({ held: [], healed: ["port"] });
    notices.state("live");
    expect(seen).toEqual([
      { held: [port], healed: ["host"] },
      { held: [], healed: ["port"] },
    ]);
    expect([seen[0], seen[0]?.held, seen[0]?.held[0], seen[0]?.healed].every(Object.isFrozen)).toBe(true);
  });

  it("call a listener once for once, as often as it was added, and no more after it was taken off", () => {
    const { notices } = bench();
    const calls: string[] = [];
    const listener = () => calls.push("a");
    notices.add("state", listener);
    notices.add("state", listener);
    notices.add("state", () => calls.push("once"), true);
    notices.state("live");
    expect(calls).toEqual(["a", "a", "once"]);
    notices.remove("state", listener);
    notices.remove("held", listener);
    notices.remove("state", () => {});
    notices.state("stale");
    expect(calls).toEqual(["a", "a", "once", "a"]);
    notices.remove("state", listener);
    notices.remove("state", listener);
    notices.state("live");
    expect(calls).toHaveLength(4);
  });

  it("give a listener that once was added for, and is taken off before, nothing", () => {
    const { notices } = bench();
    const calls: string[] = [];
    const listener = () => calls.push("once");
    notices.add("state", listener, true);
    notices.remove("state", listener);
    notices.state("live");
    expect(calls).toEqual([]);
  });

  it("disturb nobody with what a listener throws or rejects, and report it by the event's name", async () => {
    const { notices, errors } = bench();
    const calls: string[] = [];
    notices.add("restart", () => {
      throw new TypeError("secret");
    });
    notices.add("restart", async () => {
      throw { toString: null };
    });
    notices.add("restart", ({ restarts }: RestartNotice) => calls.push(`${restarts}`));
    notices.restart({ restarts: 1, error: { code: "worker_died", message: "It died." } });
    await delay(0);
    expect(calls).toEqual(["1"]);
    expect(errors).toEqual([
      expect.stringContaining('A listener to the event "restart" failed: TypeError'),
      expect.stringContaining('"restart" failed: a thrown object'),
    ]);
    expect(errors.join()).not.toContain("secret");
  });

  it("come one after another, whatever a listener causes and adds meanwhile", () => {
    const { notices } = bench();
    const seen: string[] = [];
    notices.add("state", ({ state }: StateNotice) => {
      if (state === "live") {
        notices.state("stale");
        notices.add("state", (late: StateNotice) => seen.push(`late ${late.state}`));
      }
      seen.push(`first ${state}`);
    });
    notices.add("state", ({ state }: StateNotice) => seen.push(`second ${state}`));
    notices.state("live");
    notices.state("live");
    expect(seen).toEqual([
      "first live",
      "second live",
      "first stale",
      "second stale",
      "first live",
      "second live",
      "late live",
      "first stale",
      "second stale",
      "late stale",
    ]);
  });

  it("are refused by name when there is no such event, or no function to call", () => {
    const consumer = createMockConsumer() as unknown as {
      on(...args: unknown[]): unknown;
      off(...args: unknown[]): unknown;
    };
    for (const args of [
      ["change", () => {}],
      [undefined, () => {}],
      ["state"],
      ["state", {}],
      [Symbol("state"), () => {}],
    ]) {
      expect(() => consumer.on(...args)).toThrow(InvalidOptionError);
      expect(() => consumer.off(...args)).toThrow(InvalidOptionError);
    }
    expect(() => consumer.on("change", () => {})).toThrow(/state, held, restart/);
  });

  it("reach diagnostics channels with the client's name, and only while somebody subscribes there", () => {
    const { notices } = bench();
    const seen: unknown[] = [];
    const onMessage = (message: unknown) => void seen.push(message);
    notices.state("live");
    for (const name of ["state", "held", "restart"]) {
      subscribe(`configstream-consumer:${name}`, onMessage);
      onTestFinished(() => void unsubscribe(`configstream-consumer:${name}`, onMessage));
    }
    notices.state("stale");
    notices.held({ held: [port], healed: [] });
    notices.restart({ restarts: 1, error: { code: "worker_died", message: "It died." } });
    expect(seen).toEqual([
      { client: "one", state: "stale", previous: "live" },
      { client: "one", held: [port], healed: [] },
      { client: "one", restarts: 1, error: { code: "worker_died", message: "It died." } },
    ]);
  });
});

describe("a mock consumer", () => {
  it("is an emitter: it is given back, node:events waits for it, and its states are told when they can be read", async () => {
    const consumer = createMockConsumer();
    const seen: string[] = [];
    const given = consumer.on("state", ({ state }) => {
      seen.push(`${state} ${consumer.status().state} ${consumer.status().ready}`);
    });
    expect(given).toBe(consumer);
    expect(consumer.off("held", () => {})).toBe(consumer);
    const next = once(consumer as unknown as NodeJS.EventEmitter, "state");
    consumer.snapshot({ a: 1 });
    expect(await next).toEqual([{ state: "live", previous: "starting" }]);
    consumer.setState("stale", "An outage.");
    consumer.setState("stale");
    await consumer.stop();
    expect(seen).toEqual(["live live true", "stale stale true", "stopped stopped true"]);
  });
});

describe("the types of the events", () => {
  it("name each event's notice, give the consumer itself, and know no other event", () => {
    const consumer = createConsumer<{ port: number }>({ clientName: "types" });
    onTestFinished(() => consumer.stop());
    expectTypeOf(consumer.on("state", () => {})).toEqualTypeOf(consumer);
    expectTypeOf(consumer.once("restart", () => {})).toEqualTypeOf(consumer);
    consumer.on("state", (notice) => expectTypeOf(notice).toEqualTypeOf<StateNotice>());
    consumer.on("held", (notice) => expectTypeOf(notice).toEqualTypeOf<HeldNotice>());
    consumer.off("restart", (notice) => expectTypeOf(notice).toEqualTypeOf<RestartNotice>());
    // @ts-expect-error There is no such event.
    expect(() => consumer.on("changed", () => {})).toThrow(InvalidOptionError);
    expectTypeOf(consumer).toExtend<ConsumerEmitter>();
  });
});
