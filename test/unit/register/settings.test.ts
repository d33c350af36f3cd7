import { describe, expect, it } from "vitest";
import { registerSettings } from "../../../src/register/settings.js";
import { InvalidOptionError } from "../../../src/shared/errors.js";

const name = { CONFIGSTREAM_CLIENT_NAME: "app" };

describe("the variables of --import configstream-consumer/register", () => {
  it("need a name only", () => {
    expect(registerSettings(name)).toEqual({
      clientName: "app",
      readyTimeoutMs: 60_000,
      onTimeout: "exit",
      guards: undefined,
      required: [],
    });
  });

  it("may name a guards file and required settings", () => {
    const given = { ...name, CONFIGSTREAM_GUARDS: "guards.json", CONFIGSTREAM_REQUIRED: "my.port, my.mode," };
    expect(registerSettings(given)).toMatchObject({ guards: "guards.json", required: ["my.port", "my.mode"] });
  });

  it.each([
    ["0", 0],
    ["1500", 1_500],
    ["Infinity", Number.POSITIVE_INFINITY],
    [" ", 60_000],
  ])("read a time limit of %j as %d ms", (text, ms) => {
    expect(registerSettings({ ...name, CONFIGSTREAM_READY_TIMEOUT_MS: text }).readyTimeoutMs).toBe(ms);
  });

  it.each([
    [{ CONFIGSTREAM_CLIENT_NAME: "" }, /CONFIGSTREAM_CLIENT_NAME is missing/],
    [{ CONFIGSTREAM_READY_TIMEOUT_MS: "-1" }, /CONFIGSTREAM_READY_TIMEOUT_MS .*"-1"/],
    [{ CONFIGSTREAM_READY_TIMEOUT_MS: "5s" }, /CONFIGSTREAM_READY_TIMEOUT_MS .*"5s"/],
    [{ CONFIGSTREAM_ON_TIMEOUT: "Exit" }, /CONFIGSTREAM_ON_TIMEOUT .*"exit" or "continue".*"Exit"/],
  ])("refuse %j by name", (wrong, message) => {
    const read = () => registerSettings({ ...name, ...wrong });
    expect(read).toThrow(InvalidOptionError);
    expect(read).toThrow(message);
  });
});
