import { expect, it } from "vitest";
import { type Event, Mirror } from "../../../packages/configstream/src/conformance/agent/mirror.js";

const setting = (key: string, value: string | number | null = 1, source = "file", unsetSource = "") => ({
  key,
  value,
  source,
  unsetSource,
});
const snapshot = (sequenceId: number, origin = "core-agent", ...keys: readonly string[]): Event => ({
  kind: "snapshot",
  origin,
  sequenceId,
  settings: keys.map((key) => setting(key)),
});
const update = (sequenceId: number, key = "a", origin = "core-agent"): Event => ({
  kind: "update",
  origin,
  sequenceId,
  setting: setting(key),
});

function flawOf(...events: readonly Event[]): string | undefined {
  const mirror = new Mirror();
  for (const event of events) mirror.take(event);
  return mirror.flaw;
}

it("a stream as the contract has it has no flaw", () => {
  expect(flawOf(snapshot(0), update(1), update(2), snapshot(7, "core-agent", "a"), update(8))).toBeUndefined();
});

it.each([
  ["an update before the first snapshot", [update(1)]],
  ["an update with the sequence id 3 after 1", [snapshot(1), update(3)]],
  ["an update with the sequence id 1 after 1", [snapshot(1), update(1)]],
  ["a snapshot with the sequence id 4 after 4 in one stream", [snapshot(4), snapshot(4)]],
  ["an event without an origin", [snapshot(1, "")]],
  ["the origin other after core-agent in one stream", [snapshot(1), update(2, "a", "other")]],
  ["a setting without a key", [snapshot(1), update(2, "")]],
])("%s is a flaw", (flaw, events) => {
  expect(flawOf(...events)).toBe(flaw);
});

it("settings are known as the core agent resolved them, whatever the dialect", () => {
  const mirror = new Mirror();
  mirror.take({
    kind: "snapshot",
    origin: "core-agent",
    sequenceId: 1,
    settings: [{ ...setting("Section"), value: { a: 1, inner: { b: "x" } } }, setting("c.d", 2)],
  });
  expect([mirror.text("section.inner.b"), mirror.text("SECTION.A"), mirror.text("c.d")]).toEqual(["x", "1", "2"]);
  mirror.take({ kind: "update", origin: "core-agent", sequenceId: 2, setting: setting("c.d", null, "", "file") });
  mirror.take({
    kind: "update",
    origin: "core-agent",
    sequenceId: 3,
    setting: setting("section.a", 3, "default", "file"),
  });
  expect([mirror.text("c.d"), mirror.text("section.a")]).toEqual([undefined, "3"]);
});
