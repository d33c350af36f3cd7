import { describe, expect, it } from "vitest";
import { judge } from "../../../packages/configstream/src/core-agent/clients/client-state.js";
import { Registrations } from "../../../packages/configstream/src/core-agent/clients/registrations.js";
import { createSessionRegistry } from "../../../packages/configstream/src/core-agent/serving/sessions.js";
import { VirtualClock } from "../../support/engine/virtual-clock.js";

describe("a remote agent's state", () => {
  const live = { state: "live", sequence_id: "7", held: "0" };
  it.each([
    ["synced", live, 7, 0],
    ["synced: it has got further than the agent had when it asked", { ...live, sequence_id: "9" }, 7, 0],
    ["synced, where it says nothing of held settings", { state: "live", sequence_id: "7" }, 7, 0],
    ["behind", live, 10, 3],
    ["behind, although it holds settings", { ...live, held: "2" }, 8, 1],
    ["behind: ids of a stream that is down may be of another life", { ...live, state: "stale" }, 7, undefined],
    ["behind: it has nothing yet", { state: "connecting" }, 0, undefined],
    ["behind: it is live and does not say what it has", { state: "live" }, 3, undefined],
    ["held", { ...live, held: "2" }, 7, 0],
    ["silent: it says nothing of a state", {}, 7, undefined],
    ["silent: what it says makes no sense", { sequence_id: "many" }, 7, undefined],
  ])("is %s", (expected, main, newest, behind) => {
    const judged = judge(main, newest);
    expect(judged.state).toBe(expected.split(/\W/)[0]);
    expect(judged.behind).toBe(behind);
    expect(judged.reason === "").toBe(judged.state === "synced");
  });

  it("repeats nothing that is no state's name", () => {
    expect(judge({ state: "\u001b[31mred" }, 1).reason).toBe("Its stream is not live: state unknown.");
  });
});

describe("registrations", () => {
  function registrations() {
    const clock = new VirtualClock();
    let id = 0;
    const sessions = createSessionRegistry(clock, 1_000, () => `session-${++id}`);
    const made = new Registrations(sessions, () => clock.now());
    const add = (flavor: string, pid = "1") => {
      const session = sessions.register();
      made.add(session, {
        flavor,
        pid,
        displayName: flavor.toUpperCase(),
        apiEndpointUri: "https://h:1",
        services: [],
      });
      return session;
    };
    const present = () => made.present().map(({ sessionId }) => sessionId);
    return { clock, sessions, made, add, present };
  }

  it("last as long as their sessions", () => {
    const { clock, sessions, add, present } = registrations();
    const first = add("a");
    clock.skip(600);
    const second = add("b");
    expect(present()).toEqual([first, second]);
    clock.skip(600);
    expect(present()).toEqual([second]);
    sessions.clear();
    expect(present()).toEqual([]);
  });

  it("of a process that registers again replace the one before; another process or kind does not", () => {
    const { add, present } = registrations();
    add("a");
    const again = add("a");
    const other = add("a", "2");
    const kind = add("b");
    expect(present()).toEqual([again, other, kind]);
  });

  it("do not pile up when nobody asks", () => {
    const { clock, made, add } = registrations();
    for (let pid = 0; pid < 10_000; pid++) {
      add("a", String(pid));
      clock.skip(500);
    }
    expect(made.present().length).toBeLessThanOrEqual(3);
  });
});
