import { describe, expect, it } from "vitest";
import { isSettled, standingOf, without } from "../../../packages/configstream/src/cli/agent/wait-judge.js";
import type { RegisteredClient } from "../../../packages/configstream/src/core-agent/index.js";
import { providerService } from "../../../src/wire/service-names.js";

const client = (facts: Partial<RegisteredClient>): RegisteredClient => ({
  name: "one",
  flavor: "one",
  pid: "12",
  sinceMs: 0,
  services: [providerService.status],
  state: "synced",
  sequenceId: 7,
  behind: 0,
  held: 0,
  heldSettings: [],
  sent: 7,
  issues: [],
  events: [],
  reason: "",
  ...facts,
});
const holdsPort = { state: "held", held: 1, heldSettings: [{ key: "Port", reason: "" }] } as const;
const serves = { services: [] };

describe("a remote agent that a change is waited for", () => {
  it.each([
    ["has", "it has that state", {}, ""],
    ["has", "it has a later one, and is behind the newest by now", { state: "behind", behind: 3 }, ""],
    ["has", "it holds another setting", { ...holdsPort, heldSettings: [{ key: "host", reason: "" }] }, ""],
    ["holds", "it holds a setting of the change", holdsPort, "holds Port at the last good value"],
    ["behind", "it has an older state", { sequenceId: 6, behind: 1, state: "behind" }, "is at sequence id 6"],
    ["behind", "it holds the setting since before", { ...holdsPort, sequenceId: 6, behind: 1 }, "is at sequence id 6"],
    ["behind", "its stream is down", { behind: undefined, state: "behind" }, "has no live stream"],
    ["behind", "it has no state yet", { sequenceId: undefined, behind: undefined }, "has no live stream"],
    ["silent", "it does not answer", { state: "silent", sequenceId: undefined, behind: undefined }, "does not answer"],
    [
      "sent",
      "it serves nothing and was sent it",
      { ...serves, state: "silent" },
      "serves no status; it was sent to it",
    ],
    [
      "behind",
      "it serves nothing and was not sent it",
      { ...serves, sent: 6 },
      "serves no status, and was not sent it yet",
    ],
    [
      "behind",
      "it serves nothing and has no stream",
      { ...serves, sent: undefined },
      "serves no status, and has no stream",
    ],
    [
      "holds",
      "it serves nothing and reports that it holds it",
      { ...serves, ...holdsPort },
      "holds Port at the last good value",
    ],
  ] as const)("is said to be %s when %s", (standing, _when, facts, why) => {
    expect(standingOf(client(facts), 7, ["port"])).toEqual({ name: "one", pid: "12", standing, why });
  });

  it("ends the wait when it has it, holds it, or cannot say; and fails it unless it has it or cannot say", () => {
    const of = (facts: Partial<RegisteredClient>) => standingOf(client(facts), 7, ["port"]);
    const final = [of({}), of(holdsPort), of(serves)];
    expect(isSettled(final)).toBe(true);
    expect(without(final).map(({ standing }) => standing)).toEqual(["holds"]);
    for (const facts of [{ sequenceId: 6 }, { state: "silent" }] as const) {
      expect(isSettled([...final, of(facts)])).toBe(false);
      expect(without([of(facts)])).toHaveLength(1);
    }
  });
});
