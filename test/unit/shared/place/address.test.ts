import { describe, expect, it } from "vitest";
import { formatAddress, parseAddress, withoutZone } from "../../../../src/shared/place/address.js";

describe("an address", () => {
  it.each([
    ["localhost:5001", "localhost", 5_001],
    ["core-agent.example:1", "core-agent.example", 1],
    ["127.0.0.1:65535", "127.0.0.1", 65_535],
    ["[::1]:5001", "::1", 5_001],
    ["[fe80::1%eth0]:5001", "fe80::1%eth0", 5_001],
    ["[fe80::1%en-0.5]:5001", "fe80::1%en-0.5", 5_001],
    ["[::ffff:127.0.0.1]:5001", "::ffff:127.0.0.1", 5_001],
  ])("%s has its host and its port", (text, host, port) => {
    expect(parseAddress(text)).toEqual({ host, port });
    expect(formatAddress(host, port)).toBe(text);
  });

  it.each([
    "",
    ":5001",
    "localhost",
    "localhost:",
    "localhost:0",
    "localhost:65536",
    "localhost:5001x",
    "localhost:+5001",
    "::1:5001",
    "[localhost]:5001",
    "[::1:5001",
    "::1]:5001",
    "[::1%]:5001",
    "[1.2.3.4]:5001",
    "https://localhost:5001",
    "me@localhost:5001",
    "local host:5001",
    "a,b:5001",
    `${"a".repeat(254)}:5001`,
  ])("%s is none", (text) => {
    expect(parseAddress(text)).toBeUndefined();
  });

  it("may have port 0 only where one listens", () => {
    expect(parseAddress("localhost:0", 0)).toEqual({ host: "localhost", port: 0 });
    expect(parseAddress("localhost:0")).toBeUndefined();
  });

  it("puts brackets around an IPv6 address, and never twice", () => {
    expect(formatAddress("::1", "5001")).toBe("[::1]:5001");
    expect(formatAddress("[::1]", 5_001)).toBe("[::1]:5001");
  });

  it("leaves the zone at home", () => {
    expect(withoutZone("fe80::1%eth0")).toBe("fe80::1");
    expect(withoutZone("::1")).toBe("::1");
  });
});
