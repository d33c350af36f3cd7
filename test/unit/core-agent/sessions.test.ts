import { expect, test } from "vitest";
import { createSessionRegistry } from "../../../packages/configstream/src/core-agent/serving/sessions.js";

function registry() {
  const time = { now: 0 };
  let last = 0;
  const sessions = createSessionRegistry({ monotonic: () => time.now }, 100, () => `id${++last}`);
  return { time, sessions };
}

test("a session lives until it has been idle for the whole time-out", () => {
  const { time, sessions } = registry();
  const id = sessions.register();
  time.now = 99;
  expect(sessions.has(id)).toBe(true);
  time.now = 100;
  expect(sessions.has(id)).toBe(false);
  expect(sessions.refresh(id)).toBe(false);
  expect(sessions.size).toBe(0);
});

test("a refresh is activity, and asking for a session is not", () => {
  const { time, sessions } = registry();
  const [kept, idle] = [sessions.register(), sessions.register()];
  time.now = 90;
  expect(sessions.refresh(kept)).toBe(true);
  expect(sessions.has(idle)).toBe(true);
  time.now = 150;
  expect([sessions.has(kept), sessions.has(idle), sessions.size]).toEqual([true, false, 1]);
});

test("a refresh of an older session does not hide the expiry of a newer one", () => {
  const { time, sessions } = registry();
  const old = sessions.register();
  time.now = 10;
  const newer = sessions.register();
  time.now = 50;
  sessions.refresh(old);
  time.now = 120;
  expect([sessions.has(old), sessions.has(newer)]).toEqual([true, false]);
});

test("an unknown session is not refreshed, and clear forgets all", () => {
  const { sessions } = registry();
  expect(sessions.refresh("other")).toBe(false);
  const id = sessions.register();
  sessions.clear();
  expect(sessions.refresh(id)).toBe(false);
});
