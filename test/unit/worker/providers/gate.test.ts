import { expect, it } from "vitest";
import { Gate } from "../../../../src/worker/providers/gate.js";
import { VirtualClock } from "../../../support/engine/virtual-clock.js";
import { planted } from "../../../support/secret-net/net.js";

const token = planted("token");
const unauthenticated = 16;
const resourceExhausted = 8;

function gate(maxCallsPerSecond: number) {
  const clock = new VirtualClock();
  const made = new Gate(clock, maxCallsPerSecond);
  return { clock, gate: made };
}

it("lets in who bears the token, and nobody before a token is known", () => {
  const { gate: at } = gate(100);
  for (const guess of ["", "Bearer ", `Bearer ${token}`]) expect(at.pass(guess)?.code).toBe(unauthenticated);
  at.expect(token);
  expect(at.pass(`Bearer ${token}`)).toBeUndefined();
  for (const wrong of [undefined, "", token, `bearer ${token}`, `Bearer ${token} `, "Bearer "]) {
    expect(at.pass(wrong)?.code).toBe(unauthenticated);
  }
});

it("takes a new token in place of the old one, and does not let in who bears none when the token is empty", () => {
  const { gate: at } = gate(100);
  at.expect(token);
  at.expect("another");
  expect(at.pass(`Bearer ${token}`)?.code).toBe(unauthenticated);
  expect(at.pass("Bearer another")).toBeUndefined();
});

it("lets as many calls in as the limit says in a second, guesses at the token among them, and more as time goes by", () => {
  const { clock, gate: at } = gate(4);
  at.expect(token);
  const codes = () => Array.from({ length: 6 }, (_, index) => at.pass(index < 2 ? "guess" : `Bearer ${token}`)?.code);
  expect(codes()).toEqual([
    unauthenticated,
    unauthenticated,
    undefined,
    undefined,
    resourceExhausted,
    resourceExhausted,
  ]);
  clock.skip(250);
  expect(at.pass(`Bearer ${token}`)).toBeUndefined();
  expect(at.pass(`Bearer ${token}`)).toEqual({
    code: resourceExhausted,
    details: expect.stringContaining("serve.maxCallsPerSecond"),
  });
  clock.skip(3_600_000);
  expect(codes().filter((code) => code === resourceExhausted)).toHaveLength(2);
});
