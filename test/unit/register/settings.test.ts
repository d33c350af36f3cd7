import { describe, expect, it } from "vitest";
import { registerSettings } from "../../../src/register/settings.js";
import { InvalidOptionError } from "../../../src/shared/errors.js";

const name = { CONFIGSTREAM_CLIENT_NAME: "app" };

describe("the variables of --import configstream-consumer/register", () => {
  it("need a name only", () => {
    expect(registerSettings(name)).toEqual({ clientName: "app", readyTimeoutMs: 60_000, onTimeout: "exit" });
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
