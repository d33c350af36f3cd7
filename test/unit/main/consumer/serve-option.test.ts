import { expect, it } from "vitest";
import type { ConsumerOptions } from "../../../../src/main/consumer/options.js";
import { serveOption } from "../../../../src/main/consumer/serve-option.js";
import { InvalidOptionError } from "../../../../src/shared/errors.js";

const registers = { tls: true, session: { kind: "register" } } as const;
const serve = (given: unknown) => serveOption(given as ConsumerOptions["serve"], registers);

it("is off by default, and true means all defaults", () => {
  expect(serve(undefined)).toBeUndefined();
  expect(serve(false)).toBeUndefined();
  const defaults = {
    address: { kind: "tcp", host: "127.0.0.1", port: 0 },
    maxCallsPerSecond: 20,
    maxAnswerBytes: 4_194_304,
  };
  expect(serve(true)).toEqual(defaults);
  expect(serve({})).toEqual(defaults);
  for (const maxAnswerBytes of [2 ** 20, 128 * 2 ** 20])
    expect(serve({ maxAnswerBytes })).toMatchObject({ maxAnswerBytes });
  for (const maxCallsPerSecond of [1, 1_000]) expect(serve({ maxCallsPerSecond })).toMatchObject({ maxCallsPerSecond });
});

it.each([
  ["127.0.0.1:6000", { kind: "tcp", host: "127.0.0.1", port: 6000 }],
  ["127.8.0.1:0", { kind: "tcp", host: "127.8.0.1", port: 0 }],
  ["localhost:0", { kind: "tcp", host: "127.0.0.1", port: 0 }],
  ["[::1]:65535", { kind: "tcp", host: "::1", port: 65_535 }],
  ["127.0.0.1:65535", { kind: "tcp", host: "127.0.0.1", port: 65_535 }],
  ["[0:0:0:0:0:0:0:1]:1", { kind: "tcp", host: "0:0:0:0:0:0:0:1", port: 1 }],
  ["unix:///run/agent/consumer.sock", { kind: "unix", path: "/run/agent/consumer.sock" }],
  [`unix:///${"x".repeat(102)}`, { kind: "unix", path: `/${"x".repeat(102)}` }],
])("takes the address %s", (address, expected) => {
  expect(serve({ address })?.address).toEqual(expected);
});

it.each([
  "0.0.0.0:0",
  "192.168.0.1:0",
  "[::]:0",
  "[::ffff:10.0.0.1]:0",
  "example.test:0",
  "127.0.0.1",
  "127.0.0.1:70000",
  "127.0.0.1:65536",
  "127.0.0.999:1",
  "http://127.0.0.1:1",
  "[1::1]:0",
  "[::12]:0",
  "[::2]:1",
  "[127.0.0.1.1]:1",
  "[:1]:1",
  "[0:1]:1",
  "x127.0.0.1:1 ",
  "127.0.0.1:1x",
  "unix://relative",
  `unix:///${"x".repeat(103)}`,
  `unix:///${"x".repeat(200)}`,
  "vsock://2:1",
  "",
])("refuses the address %s, since others could reach it or nobody could", (address) => {
  expect(() => serve({ address })).toThrow(InvalidOptionError);
  expect(() => serve({ address })).toThrow(/Option "serve\.address"/);
});

it("says of an address what is wrong with it", () => {
  expect(() => serve({ address: "127.0.0.1" })).toThrow(/the port is a number from 0 to 65535/);
  expect(() => serve({ address: "10.0.0.1:1" })).toThrow(/the host must be an address of this machine alone/);
  expect(() => serve({ address: "unix://relative" })).toThrow(/the path of a socket is absolute/);
});

it.each([
  ["an unknown name", { port: 1 }, /port/],
  ["a text", "yes", /serve/],
  ["null", null, /serve/],
  ["a rate that no core agent needs", { maxCallsPerSecond: 1_001 }, /serve\.maxCallsPerSecond/],
  ["answers larger than any core agent takes", { maxAnswerBytes: 128 * 2 ** 20 + 1 }, /serve\.maxAnswerBytes/],
  ["a rate of nothing", { maxCallsPerSecond: 0 }, /serve\.maxCallsPerSecond/],
  ["answers that nothing fits in", { maxAnswerBytes: 1_000 }, /serve\.maxAnswerBytes/],
])("refuses %s", (_what, given, message) => {
  expect(() => serve(given)).toThrow(message);
});

it("refuses to serve without TLS, and where somebody else registers the consumer", () => {
  expect(() => serveOption(true, { tls: false, session: { kind: "register" } })).toThrow(/needs TLS/);
  for (const kind of ["fixed", "provider"] as const) {
    const session = kind === "fixed" ? { kind, sessionId: "s" } : { kind };
    expect(() => serveOption(true, { tls: true, session })).toThrow(/registers itself/);
  }
});
