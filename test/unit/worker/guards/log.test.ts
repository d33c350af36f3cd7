/** What the log says when settings are held and when they heal. */
import { expect, it } from "vitest";
import type { HeldSetting } from "../../../../src/shared/held-setting.js";
import { logHeld } from "../../../../src/worker/guards/log.js";

const held = (key: string, source = "file"): HeldSetting => ({
  key,
  rule: "must be a",
  sinceMs: 1,
  source,
  sequenceId: 7,
});

function lines(settings: readonly HeldSetting[], healed: readonly string[]): readonly string[] {
  const said: string[] = [];
  logHeld(settings, healed, (level, line) => void said.push(`${level} ${line}`));
  return said;
}

it("one line says which setting is held, what came from where, and which rule it breaks; one that it has healed", () => {
  expect(lines([held("port")], ["host"])).toEqual([
    'warn Setting "port" is held: what arrived from source "file" with sequence id 7 breaks its guard, it must be a. The last good value stays.',
    'info Setting "host" is no longer held: its newest state is in force.',
  ]);
});

it("what was taken away came from no source", () => {
  expect(lines([held("port", "")], [])[0]).toContain("what arrived with sequence id 7 breaks");
});

it("of more than ten, the first ten have a line, and one more says how many there are", () => {
  const some = (count: number) => Array.from({ length: count }, (_unused, i) => `k${i}`);
  const keysOf = (count: number) =>
    lines(
      some(count).map((key) => held(key)),
      some(count),
    );
  expect(keysOf(10)).toHaveLength(20);
  const said = keysOf(11);
  expect(said).toHaveLength(22);
  expect(said[10]).toBe("warn 11 settings are held since just now; these are the first 10.");
  expect(said[21]).toBe("info 11 settings are no longer held; these are the first 10.");
});
